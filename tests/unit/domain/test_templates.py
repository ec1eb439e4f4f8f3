"""Tests for templates: what is a slot, what is filled in, and what cannot be kept."""

from collections.abc import Mapping

import pytest

from bot.domain.images import Shape, Size
from bot.domain.templates import Slot, Template, check_name, escape_words
from bot.errors import BadInput


def template(words: str) -> Template:
    """Return a template of these words."""
    return Template("poster", words)


@pytest.mark.parametrize(
    ("words", "values", "filled"),
    [
        ("a {colour} fox", {"colour": "red"}, "a red fox"),
        ("{a} and {a}", {"a": "one"}, "one and one"),
        ("a {colour:red} fox", {}, "a red fox"),
        ("a {colour:red} fox", {"colour": "  "}, "a red fox"),
        ("a { colour : deep red } fox", {"COLOUR": "blue"}, "a blue fox"),
        ("{größe}", {"größe".upper(): "klein"}, "klein"),
        ("{{not a slot}} {b}", {"b": "x"}, "{not a slot} x"),
        ("{{{b}}}", {"b": "x"}, "{x}"),
        ("no slots", {}, "no slots"),
        ("a {subject}", {"": "fox"}, "a fox"),
    ],
)
def test_slots_are_filled(words: str, values: Mapping[str, str], filled: str) -> None:
    """Whatever the case of their names; a usual value stands where nothing is given; doubled braces are braces."""
    assert template(words).check().fill(values) == filled


@pytest.mark.parametrize("value", ["{headline}", "{{x}}", "{", "}}", "{headline:y} {0} {0.__class__} %s $headline"])
def test_what_is_filled_in_is_never_a_template(value: str) -> None:
    """It stands there as it was typed."""
    assert template("says “{headline}”, {place:here}").fill({"headline": value}) == f"says “{value}”, here"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "still needs headline"),
        ({"headline": " "}, "still needs headline"),
        ({"headlin": "x"}, "no slot “headlin”: it has headline and place. Did you mean headline?"),
        ({"": "x"}, "which slot is what, as in: /template use poster headline="),
        ({"headline": "x" * 501}, "headline takes 500 characters"),
    ],
)
def test_what_cannot_be_filled_is_said(values: Mapping[str, str], sentence: str) -> None:
    """In one sentence."""
    with pytest.raises(BadInput) as caught:
        template("{headline}, {place:here}").fill(values)
    assert sentence in caught.value.user_text


def test_a_template_without_slots_takes_nothing() -> None:
    """Which is said, rather than to drop what was typed."""
    with pytest.raises(BadInput) as caught:
        template("a fox").fill({"headline": "x"})
    assert "no slots to fill" in caught.value.user_text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("a {headline", "lone {"),
        ("a } b", "lone }"),
        ("{}", "is no slot"),
        ("{two words}", "is no slot"),
        ("{1}", "is no slot"),
        ("{a.b}", "is no slot"),
        ("{a!r}", "is no slot"),
        (f"{{{'x' * 25}}}", "is no slot"),
        ("{a}{b}{c}{d}{e}{f}", "5 slots at most, and poster has a, b, c, d, e and f"),
        ("x" * 3001, "3,001 characters"),
        ("  ", "nothing to draw"),
        (f"{{a:{'x' * 501}}}", "usually stands in a"),
    ],
)
def test_words_that_cannot_be_kept(words: str, sentence: str) -> None:
    """One sentence each."""
    with pytest.raises(BadInput) as caught:
        template(words).check()
    assert sentence in caught.value.user_text


def test_shape_and_size_go_together() -> None:
    """As in `/imagine`; and what it is for is short."""
    with pytest.raises(BadInput) as caught:
        Template("poster", "a fox", shape=Shape.WIDE, size=Size(10, 20)).check()
    assert "do not go together" in caught.value.user_text
    with pytest.raises(BadInput) as caught:
        Template("poster", "a fox", about="x" * 101).check()
    assert "100 characters" in caught.value.user_text
    assert Template("poster", "a fox", shape=Shape.TALL, size=Size(10, 20)).check().slots == ()


def test_slots_are_listed_once_with_what_is_usual() -> None:
    """Wherever that is said."""
    assert template("{b} {a_word:x} {b:y} {b:z}").slots == (Slot("b", "y"), Slot("a_word", "x"))
    assert template("{b} {b:y}").fill({}) == "y y"
    assert Slot("a_word").label == "A word"


def test_an_example_has_every_slot() -> None:
    """To be typed as it is."""
    assert template("{a:x y} {b}").example == '/template use poster a="x y" b="…"'
    assert template("none").example == "/template use poster"


@pytest.mark.parametrize("words", ["{headline}", "a {{b}} {c", "}{", "plain"])
def test_escaped_words_have_no_slots(words: str) -> None:
    """They come out as they were."""
    escaped = template(escape_words(words)).check()
    assert escaped.slots == ()
    assert escaped.fill({}) == words


@pytest.mark.parametrize(
    ("typed", "name"), [(" Poster ", "poster"), ("STRASSE", "strasse"), ("straße", "strasse"), ("a-b_1", "a-b_1")]
)
def test_names_are_looked_up_whatever_their_case(typed: str, name: str) -> None:
    """In any script."""
    assert check_name(typed) == name


@pytest.mark.parametrize(
    "typed", ["", " ", "two words", "-x", "_x", "x" * 33, "a/b", "../x", "a?b", "a:b", "x\x00", "<@1>", "{x}"]
)
def test_what_is_no_name_is_said(typed: str) -> None:
    """Nothing that means something to a platform, a file system or a query."""
    with pytest.raises(BadInput) as caught:
        check_name(typed)
    assert "one word of letters" in caught.value.user_text
