"""Asks how word lists are read, and what is said of those that cannot be."""

from pathlib import Path

import pytest

from bot.domain.content import ALWAYS_REFUSED
from bot.errors import ConfigError
from bot.moderation.word_filter.lists import Severity, choose_lists, parse_lines, parse_toml, read_lists, starter_lists

OWN = """
[[list]]
category = "brands"
severity = "warn"
language = "en"
phrases = ["ours", " ours ", ""]
pairs = [{ one = ["red"], other = ["fox", "hen"], between = ["old"] }, { one = ["a"], other = ["b"], order = "one" }]
allow = ["ours of the day"]
patterns = ["x+"]
"""


def test_a_toml_list_is_what_it_says() -> None:
    """Pairs stand for both orders unless told otherwise; empty and repeated entries are left out."""
    [found] = parse_toml("own", OWN)
    assert (found.name, found.category, found.severity, found.language) == ("own, list 1", "brands", Severity.WARN, "en")
    pairs = ("red fox", "fox red", "red old fox", "fox old red", "red hen", "hen red", "red old hen", "hen old red", "a b")
    assert found.phrases == ("ours", *pairs)
    assert (found.allow, found.patterns) == (("ours of the day",), ("x+",))


def test_a_text_list_has_a_phrase_on_each_line() -> None:
    """With remarks, exceptions and patterns between them."""
    found = parse_lines("own", ["# remarks", "", " our mascot ", "!our mascot cup", "/a+b/", "//", "our mascot"])
    assert (found.phrases, found.allow, found.patterns) == (("our mascot", "//"), ("our mascot cup",), ("a+b",))
    assert found.severity is Severity.BLOCK


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[list", "is not TOML"),
        ('phrases = ["a"]', "must be made of"),
        ("list = 3", "must be made of"),
        ("[[list]]\nwords = []", "unknown key words"),
        ('[[list]]\nseverity = "kill"', "severity kill: there are warn, review, block"),
        ("[[list]]\ncategory = 3", "category that is no word"),
        ('[[list]]\ncategory = "a b"', "category that is no word"),
        ("[[list]]\nphrases = [1]", "phrases that are no list of texts"),
        ("[[list]]\npairs = 3", "pairs that are no list"),
        ("[[list]]\npairs = [{ on = [] }]", "pair with other keys"),
        ("[[list]]\nnear = 3", "near that are no list"),
        ("[[list]]\nnear = [3]", "near with other keys"),
        ("[[list]]\nnear = [{ one = [], other = [] }]", "near with other keys"),
        ("[[list]]\nnear = [{ one = [], other = [], within = 13 }]", "within is no number from 0 to 12"),
        ("[[list]]\nnear = [{ one = [], other = [], within = true }]", "within is no number"),
        ("[[list]]\nnear = [{ one = [1], other = [], within = 1 }]", "one that are no list of texts"),
        (f'[[list]]\nnear = [{{ one = ["{"x" * 201}"], other = [], within = 1 }}]', "entry of 201 characters"),
        ("[[list]]\ngroups = 3", "groups that are no table"),
        ("[[list]]\ngroups = { a = 3 }", "a that are no list of texts"),
        ('[[list]]\ngroups = { a = ["b"] }\nphrases = ["<c> d"]', "names the group <c>"),
        (f'[[list]]\nphrases = ["{"x" * 201}"]', "entry of 201 characters"),
    ],
)
def test_a_list_that_is_none_is_said_to_be_so(text: str, sentence: str) -> None:
    """In one sentence, with its name."""
    with pytest.raises(ConfigError, match=sentence) as raised:
        parse_toml("own.toml", text)
    assert "own.toml" in raised.value.user_text


def test_a_group_stands_for_each_of_its_words() -> None:
    """In phrases, pairs, what is allowed and what is near; never in patterns, nor where a list has no groups."""
    [found, bare] = parse_toml(
        "own.toml",
        """
[[list]]
groups = { big = ["big", "huge"], cat = ["cat", "lion"] }
phrases = ["<big> <cat>", "<3 cats"]
pairs = [{ one = ["<cat>"], other = ["red"], order = "one" }]
near = [{ one = ["<cat>", "tiger"], other = ["tame"], within = 2 }]
allow = ["<big> top"]
patterns = ["<cat>"]
[[list]]
phrases = ["<cat>"]
""",
    )
    assert set(found.phrases) == {"big cat", "big lion", "huge cat", "huge lion", "<3 cats", "cat red", "lion red"}
    [near] = found.near
    assert (near.one, near.other, near.within) == (("cat", "lion", "tiger"), ("tame",), 2)
    assert (found.allow, found.patterns, bare.phrases) == (("big top", "huge top"), ("<cat>",), ("<cat>",))


def test_a_list_may_not_be_endless() -> None:
    """A hundred thousand entries are enough."""
    parse_lines("own", [f"word{number}" for number in range(100_000)])
    with pytest.raises(ConfigError, match="100,001 entries"):
        parse_lines("own", [f"word{number}" for number in range(100_001)])


def test_files_are_read_by_their_ending(tmp_path: Path) -> None:
    """TOML, or anything else as lines; what is no text, or is not there, is said."""
    (tmp_path / "a.toml").write_text(OWN)
    (tmp_path / "b.txt").write_text("\ufeffours\r\n", encoding="utf-8")
    (tmp_path / "c.txt").write_bytes(b"\xff\xfe\x00")
    assert read_lists(tmp_path / "a.toml")[0].category == "brands"
    assert read_lists(tmp_path / "b.txt")[0].phrases == ("ours",)
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_lists(tmp_path / "c.txt")
    with pytest.raises(ConfigError, match="No such file"):
        read_lists(tmp_path / "d.txt")


def test_some_lists_cannot_be_turned_off(tmp_path: Path) -> None:
    """Those that the law asks for; all others can."""
    (tmp_path / "b.txt").write_text("ours")
    chosen = choose_lists(starter=False, phrases=["mine"], own=[tmp_path / "b.txt"])
    assert {known.category for known in chosen} == {*ALWAYS_REFUSED, "house"}
    assert {phrase for known in chosen if known.category == "house" for phrase in known.phrases} == {"mine", "ours"}
    assert {known.category for known in choose_lists(starter=True, phrases=[], own=[])} > {*ALWAYS_REFUSED, "hate"}


def test_the_lists_of_easel_are_in_the_languages_of_its_menus() -> None:
    """Each category that needs words."""
    languages: dict[str, set[str]] = {}
    for known in starter_lists():
        languages.setdefault(known.category, set()).add(known.language)
    assert all(found >= {"en", "de", "es", "fr"} for found in languages.values())
