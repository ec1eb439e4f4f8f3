"""Does a reference stay with the words that it was put among, whatever is done to them?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chat import Details, Post, rich_post
from bot.domain.people import Identity, Platform
from bot.domain.rich_text import Code, PlatformChannel, PlatformRole, ReferenceTarget, RichText, TextPart, TextReference

LOOM = Platform("loom")
ANN, BOB = Identity(LOOM, "", "ann"), Identity(LOOM, "t1", "bob")
SMITHS, SQUARE = PlatformRole(LOOM, "town", "smiths"), PlatformChannel(LOOM, "town", "square")
TARGETS = st.sampled_from([ANN, BOB, SMITHS, SQUARE, Code("abc")])
PARTS = st.lists(st.one_of(st.text(max_size=5), TARGETS), max_size=8)


def targets(rich: RichText) -> list[ReferenceTarget]:
    """Return what it refers to."""
    return [one.target for one in rich.references]


def is_sound(rich: RichText) -> bool:
    """Whether each reference stands where the text has its target, behind the one before."""
    places = [place for one in rich.references for place in (one.start, one.end)]
    return places == sorted(places) and all(rich.text[one.start : one.end] == str(one.target) for one in rich.references)


def test_targets_among_words_become_references() -> None:
    """The text alone has their ids."""
    rich = RichText.of(ANN, " gave ", RichText.of("the role ", SMITHS), " a picture in ", SQUARE)
    assert rich.text == "loom:ann gave the role smiths a picture in loom:town:square"
    assert targets(rich) == [ANN, SMITHS, SQUARE]
    assert rich.references[0] == TextReference(0, 8, ANN)


@given(PARTS, PARTS)
def test_parts_stay_sound_however_they_are_joined(parts: list[TextPart], more: list[TextPart]) -> None:
    """Of texts, of parts, of both."""
    rich = RichText.join("\n", [RichText.of(*parts), "and", RichText.of(*more)])
    assert is_sound(rich)
    assert rich.text == f"{''.join(map(str, parts))}\nand\n{''.join(map(str, more))}"
    assert targets(rich) == [part for part in (*parts, *more) if not isinstance(part, str)]


@given(PARTS)
def test_what_is_split_can_be_put_together_again(parts: list[TextPart]) -> None:
    """With nothing lost."""
    rich = RichText.of(*parts)
    assert RichText.of(*(part if isinstance(part, str) else part.target for part in rich.split())) == rich


def test_nothing_is_an_empty_text() -> None:
    """Also when nothing is joined."""
    assert RichText.of() == RichText.join(", ", ()) == RichText("")
    assert list(RichText("").split()) == []


@given(PARTS)
def test_words_change_and_references_do_not(parts: list[TextPart]) -> None:
    """A target is never taken for words, whatever it is called."""
    changed = RichText.of(*parts).change_words(lambda words: f"<{words}>")
    assert is_sound(changed)
    assert targets(changed) == targets(RichText.of(*parts))


def test_a_target_can_be_replaced_by_a_name() -> None:
    """Then it is words; what somebody typed alike is not touched."""
    rich = RichText.of(ANN, " and ", BOB, " typed loom:ann")
    named = rich.replace_targets(lambda target: "Amber Heron" if target == ANN else target)
    assert named == RichText.of("Amber Heron and ", BOB, " typed loom:ann")


@pytest.mark.parametrize(
    ("text", "left"), [("loom:ann and loom:t1:bob", [ANN, BOB]), ("loom:ann and loom:t1:b…", [ANN]), ("loom:an…", []), ("…", [])]
)
def test_a_reference_that_was_cut_is_none_any_more(text: str, left: list[ReferenceTarget]) -> None:
    """But those before it are."""
    assert targets(RichText.of(ANN, " and ", BOB).shorten_to(text)) == left


@pytest.mark.parametrize("key", ["loom:town:smiths", "loom:smiths", "smiths"])
def test_keys_of_rules_are_read_leniently(key: str) -> None:
    """Those of a version before are shown as they are."""
    assert str(PlatformRole.parse(key)) == "smiths"
    assert str(PlatformChannel.parse(key)) == key
    assert PlatformRole.parse("loom:town:smiths") == SMITHS
    assert PlatformChannel.parse("loom:town:square") == SQUARE


def test_a_post_has_the_references_of_its_texts() -> None:
    """And its details have theirs."""
    post = rich_post(RichText.of("To ", ANN), details=(Details.of("Changes", RichText.of("By ", BOB)),))
    assert (post.text, targets(post.rich_text)) == ("To loom:ann", [ANN])
    assert (post.details[0].text, targets(post.details[0].rich_text)) == ("By loom:t1:bob", [BOB])
    changed = post.change_texts(lambda rich: rich.change_words(str.upper))
    assert (changed.text, changed.details[0].text) == ("TO loom:ann", "BY loom:t1:bob")
    assert [targets(changed.rich_text), targets(changed.details[0].rich_text)] == [[ANN], [BOB]]


def test_a_post_of_words_alone_has_none() -> None:
    """As all posts of before."""
    assert rich_post("Done.") == Post("Done.")
    assert Post("loom:ann", details=(Details("Changes", "loom:ann"),)).rich_text == RichText("loom:ann")
