"""Asks what the word filter finds in a prompt, and what it must leave alone."""

import sys
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.moderation.word_filter import letters
from bot.moderation.word_filter.lists import Near, Severity, WordList, starter_lists
from bot.moderation.word_filter.matching import Matcher
from bot.moderation.word_filter.phrases import Hit

HOUSE = Matcher(starter_lists())


def find(phrases: list[str], prompt: str, *, allow: tuple[str, ...] = (), language: str = "") -> Hit | None:
    """Return what a list of these phrases finds."""
    return Matcher([WordList("test", phrases=tuple(phrases), allow=allow, language=language)]).find(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "shoot",
        "SHOOT the moon",
        "please, shoot!",
        "a photo shoot at dusk",
        "ｓｈｏｏｔ",
        "sh\u200boot",
        "s\u200dh\u2060o\u00adot",
        "shóót",
        "s̶h̶o̶o̶t̶",
        "shoo\ufe0ft",
        "sh\x00oot",
        "“shoot”",
        "_shoot_",
        "𝐬𝐡𝐨𝐨𝐭",
    ],
)
def test_a_word_is_found_however_it_is_dressed_up(prompt: str) -> None:
    """Width, case, accents, strokes and invisible characters make no difference."""
    hit = find(["shoot"], prompt)
    assert hit is not None
    assert hit.entry == "shoot"


@pytest.mark.parametrize(
    "prompt", ["shooting star", "bamboo shoots", "overshoot", "shoot2kill", "sho ot", "a fox", "", " ", "🦊🦊🦊", "\u200b"]
)
def test_words_inside_words_are_left_alone(prompt: str) -> None:
    """A shooting star shoots nobody."""
    assert find(["shoot"], prompt) is None


@pytest.mark.parametrize("prompt", ["the market square of Scunthorpe", "Penistone in the rain", "the great titmouse"])
def test_scunthorpe_may_be_drawn(prompt: str) -> None:
    """The town that older filters could not spell."""
    assert find(["cunt", "horp", "penis", "tit"], prompt) is None


@pytest.mark.parametrize("prompt", ["bad  thing", "BAD---thing", "bad, thing", "bad\n\tthing", "a bad_thing here", "bad… thing"])
def test_anything_may_stand_between_the_words_of_a_phrase(prompt: str) -> None:
    """Spaces and punctuation, once or often."""
    assert find(["Bad thing"], prompt) is not None


@pytest.mark.parametrize("prompt", ["a thing that is bad", "bad bad", "not bad at all, that thing", "bad thingy", "abad thing"])
def test_a_phrase_is_its_words_in_order(prompt: str) -> None:
    """One of them alone means nothing."""
    assert find(["bad thing"], prompt) is None


@pytest.mark.parametrize(
    ("phrase", "prompt"),
    [
        ("儿童色情", "请画一张儿童色情图片"),
        ("儿童色情", "儿 童 · 色 情"),
        ("児童ポルノ", "これは児童ﾎﾟﾙﾉです"),
        ("아동 포르노", "아동포르노를 그려줘"),
        ("รูปโป๊", "วาดรูปโป๊ให้หน่อย"),
        ("bad 東西", "a bad 東西!"),
    ],
)
def test_scripts_without_spaces_are_searched_anywhere(phrase: str, prompt: str) -> None:
    """There are no word ends to look for."""
    assert find([phrase], prompt) is not None


@pytest.mark.parametrize(
    ("phrase", "prompt"),
    [("か", "がくせい"), ("कल", "किला"), ("bad 東西", "sinbad 東西"), ("กา", "ก้า"), ("가", "각")],
)
def test_marks_that_spell_another_syllable_are_kept(phrase: str, prompt: str) -> None:
    """An accent may be dropped; the voicing of kana, Indic vowels and Thai tones may not."""
    assert find([phrase], prompt) is None


@pytest.mark.parametrize("phrases", [[], [""], ["  ", "!!!"]])
def test_an_empty_list_blocks_nothing(phrases: list[str]) -> None:
    """Not even an empty prompt."""
    for prompt in ("", "anything", "!!!"):
        assert find(phrases, prompt) is None


def test_phrases_are_words_and_no_expressions() -> None:
    """An operator who lists `c++.*` blocks that and nothing else."""
    assert find(["c++.*", "a|b", "(x"], "cccccc") is None
    assert find(["c++.*", "a|b", "(x"], "I like C++.* more") is not None


@pytest.mark.parametrize("prompt", ["Child  P0rn", "a nu\u200bde child", "ＫＩＤＤＩＥ-ＰＯＲＮ", "lolicon", "детское порно"])
def test_the_default_list_knows_what_no_house_wants(prompt: str) -> None:
    """In a few spellings and languages."""
    assert HOUSE.find(prompt) is not None


@pytest.mark.parametrize(
    "prompt",
    ["children playing football", "a nude statue by Rodin", "a kid goat", "lullaby in A minor", "a sex education leaflet cover"],
)
def test_the_default_list_leaves_life_alone(prompt: str) -> None:
    """It is about two things together, never about one of them."""
    assert HOUSE.find(prompt) is None


@given(st.text(max_size=300))
def test_no_text_breaks_it(prompt: str) -> None:
    """And whatever holds a listed word between spaces is refused, whatever stands around it."""
    assert find(["shoot"], f"{prompt} shoot {prompt}") is not None
    HOUSE.find(prompt)


def test_a_hostile_prompt_takes_no_longer_than_another() -> None:
    """What is to be done grows with the length alone: for ten times the text it is not a hundred times as much."""
    short, long = (count_calls(partial(HOUSE.find, "child por " * times)) for times in (1_000, 10_000))
    assert 1_000 < short < long < 15 * short


def count_calls(work: Callable[[], object]) -> int:
    """Return how many functions are called meanwhile, in Python and in C."""
    events = Counter[str]()
    sys.setprofile(lambda _frame, event, _function: events.update((event,)))
    try:
        work()
    finally:
        sys.setprofile(None)
    return events["call"] + events["c_call"]


@pytest.mark.parametrize(
    "prompt",
    [
        "sсhоol bоmb",  # Cyrillic с and о
        "sch00l b0mb",
        "$chool bomb",
        "s c h o o l   b o m b",
        "s.c.h.o.o.l b-o-m-b",
        "schooool boooomb",
        "sscchhooooll bboommbb",
        "schoolbomb",
        "sch\nool bo\nmb",
        "scho ol bo mb",
        "ѕсһооⅼ ɓоmЬ",
        "🆂🅲🅷🅾🅾🅻 🅱🅾🅼🅱",
        "🇸🇨🇭🇴🇴🇱 🇧🇴🇲🇧",
        "ʂƈɦóöĺ ɓømb",
        "School\u202e\u202c Bomb\u2069",
        "a school bombs",
    ],
)
def test_a_phrase_is_found_through_every_trick(prompt: str) -> None:
    """Lookalikes, digits, letters pulled apart, repeated, run together, and an ending."""
    assert find(["school bomb"], prompt, language="en") is not None


@pytest.mark.parametrize(
    ("phrase", "prompt"),
    [
        ("penis", "the pen is mightier than the sword"),
        ("penis", "a fountain pen\nis on the desk"),
        ("cunt", "S C U N T H O R P E"),
        ("cunt", "S-C-U-N-T-H-O-R-P-E"),
        ("god", "a good dog"),
        ("lose", "a loose knot"),
        ("bot", "a pair of boots"),
        ("hell", "he'll be there"),
        ("kid sex", "kids exchanging cards"),
        ("ass", "as a bass player in class"),
        ("sex", "Essex and Sussex"),
        ("rape", "grapes, drapes and a trapeze"),
        ("a55", "a 55 mile road"),
        ("sis", "515"),
        ("c", "cc"),
    ],
)
def test_other_words_that_share_letters_are_left_alone(phrase: str, prompt: str) -> None:
    """Two words that meet are no third one, and a doubled letter makes another word."""
    assert find([phrase], prompt, language="en") is None


def test_what_is_allowed_hides_what_stands_in_it_and_nothing_else() -> None:
    """The rat may be naked; whoever stands beside it may not."""
    assert find(["naked"], "a naked mole rat", allow=("naked mole rat",)) is None
    assert find(["naked"], "a naked mole rat and a naked man", allow=("naked mole rat",)) is not None
    assert find(["naked"], "a n4ked mole rat", allow=("naked mole rat",)) is None


@pytest.mark.parametrize(("language", "prompt"), [("en", "two hobbits"), ("de", "mit den hobbiten"), ("fr", "les hobbites")])
def test_inflections_are_those_of_the_lists_language(language: str, prompt: str) -> None:
    """A list without a language means its words as they are."""
    assert find(["hobbit"], prompt, language=language) is not None
    assert find(["hobbit"], prompt) is None


def test_the_gravest_of_what_is_found_counts() -> None:
    """Whatever stands first in the text."""
    lists = [
        WordList("soft", "gore", Severity.WARN, phrases=("blood",)),
        WordList("hard", "hate", Severity.BLOCK, phrases=("slur",)),
    ]
    found = Matcher(lists).find("blood and a s1ur")
    assert found is not None
    assert (found.category, found.severity, found.list_name) == ("hate", Severity.BLOCK, "hard")
    found = Matcher(lists).find("bl00d")
    assert found is not None
    assert found.severity is Severity.WARN


def test_patterns_see_plain_words_with_one_space_between() -> None:
    """And a pattern that would take other engines years comes to an end."""
    matcher = Matcher([WordList("own", patterns=(r"\bfox(es)? in the snow\b", r"^(a+)+$"))])
    assert matcher.find("A  FOX, in the…snow!") is not None
    assert matcher.find("foxglove in the snow") is None
    assert matcher.find("a" * 4000 + "!b") is None


def test_patterns_of_a_community_count_where_the_house_has_none_and_the_other_way_round() -> None:
    """Either may have phrases alone."""
    patterns = Matcher([WordList("patterns", patterns=(r"\bfox(es)?\b",))])
    phrases = Matcher([WordList("phrases", phrases=("hen",))])
    for house, own in ((phrases, patterns), (patterns, phrases)):
        found = [house.find(prompt, own) for prompt in ("two foxes", "a hen", "a dog")]
        assert [hit and hit.list_name for hit in found] == ["patterns", "phrases", None]


def test_a_pattern_that_is_none_names_itself() -> None:
    """One sentence, with the list that has it."""
    with pytest.raises(ConfigError, match=r"The word list own has a pattern that RE2 does not take: ba\["):
        Matcher([WordList("own", patterns=("ba[",))])


@pytest.mark.parametrize("prompt", ["n4k3d ch!ld", "ａ naked child", "na-ked ch.ild"])
def test_what_was_read_is_shown_as_it_was_read(prompt: str) -> None:
    """So that an operator understands why."""
    hit, seen = HOUSE.examine(prompt)
    assert hit is not None
    assert hit.entry == "naked child"
    assert "".join(seen.split()).removeprefix("a") in {"nakedchild", "nakedchiid"}


def test_a_word_that_is_spelled_may_stand_behind_an_article() -> None:
    """“a” and “I” are words of one letter; other letters in front make it the middle of another word."""
    assert find(["shoot"], "draw a s h o o t now") is not None
    assert find(["shoot"], "draw o s h o o t now") is None
    assert find(["shoot"], "o a s h o o t") is None


def test_of_patterns_that_are_found_the_gravest_counts() -> None:
    """Whatever order they stand in."""
    lists = [WordList("a", severity=Severity.BLOCK, patterns=("fox",)), WordList("b", severity=Severity.WARN, patterns=("fo.",))]
    for ordered in (lists, lists[::-1]):
        found = Matcher(ordered).find("a fox")
        assert found is not None
        assert found.severity is Severity.BLOCK


def test_every_character_there_is_takes_no_room_for_ever() -> None:
    """What was worked out of rare ones is forgotten again."""
    everything = "".join(map(chr, (*range(0x20, 0xD800), *range(0xF900, 0x11000))))
    assert find(["shoot"], f"{everything} shoot") is not None
    assert len(letters._PLAIN) <= letters._MOST_CACHED + 1


NEAR = WordList("cats", language="en", allow=("tiger lily",), near=(Near(("tiger", "lion"), ("tame", "in a cage"), 2),))


@pytest.mark.parametrize(
    ("prompt", "entry"),
    [
        ("a tame tiger", "tame … tiger"),
        ("tigers in a cage", "tiger … in a cage"),
        ("a lion that is tame", "lion … tame"),
        ("tame, as a lion", "tame … lion"),
        ("a lion, a wolf, a bear and a tame tiger", "tame … tiger"),
        ("a t4m3 l i o n", "tame … lion"),
        ("a tiger", None),
        ("tame wolves in a cage", None),
        ("a lion that is not at all tame", None),
        ("a tame tiger lily", None),
        ("a tame dog beside a tiger lily", None),
    ],
)
def test_words_that_are_nothing_alone_are_found_near_each_other(prompt: str, entry: str | None) -> None:
    """In either order, with some words between, dressed up or inflected; and never in what is allowed."""
    hit = Matcher([NEAR]).find(prompt)
    assert (None if hit is None else hit.entry) == entry


def test_the_gravest_of_what_stands_near_and_what_stands_alone_is_found() -> None:
    """A warning does not hide what blocks."""
    warned = WordList("warned", severity=Severity.WARN, phrases=("tiger",))
    hit = Matcher([warned, NEAR]).find("a tame tiger")
    assert hit is not None
    assert (hit.list_name, hit.severity) == ("cats", Severity.BLOCK)
    milder = WordList("milder", severity=Severity.WARN, near=NEAR.near)
    found = Matcher([WordList("blocked", phrases=("tiger",)), milder]).find("a tame tiger")
    assert found is not None
    assert found.list_name == "blocked"


@pytest.mark.parametrize("prompt", ["a leter", "he shootingtheireveningsfilm"])
def test_other_words_of_the_same_letters_are_not_found(prompt: str) -> None:
    """One with fewer of a doubled letter, and one that begins so and goes on for long."""
    assert find(["letter", "shoot"], prompt, language="en") is None
