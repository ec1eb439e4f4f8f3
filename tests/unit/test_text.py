"""Asks how lists, quotes, plurals and lengths of time are said, and how words are cut to a length."""

from datetime import timedelta

import pytest

from bot.text import duration_text, join_words, pluralize, quote, suggest, truncate


def test_words_are_listed_as_one_says_them() -> None:
    """One, two, or more of them; with or, or and."""
    assert join_words(["a"]) == "a"
    assert join_words(["a", "b"]) == "a or b"
    assert join_words(["a", "b", "c"]) == "a, b or c"
    assert join_words(["a", "b", "c"], "and") == "a, b and c"


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    """At the very length, and without a space before it."""
    assert truncate("abcdef", 6) == "abcdef"
    assert truncate("abcdefg", 6) == "abcde…"
    assert truncate("abcd fg", 6) == "abcd…"


def test_what_was_typed_is_repeated_on_one_short_line() -> None:
    """A refusal stays one sentence, whatever was pasted."""
    assert quote("a\nfox  here") == "“a fox here”"
    assert quote("x" * 41) == f"“{'x' * 40}…”"
    assert quote("x" * 40) == f"“{'x' * 40}”"


def test_a_guess_is_made_only_where_one_is_near() -> None:
    """Nobody is sent the wrong way."""
    assert suggest("qualty", ["quality", "shape"]) == " Did you mean quality?"
    assert suggest("zebra", ["quality", "shape"]) == ""
    assert suggest("shape", []) == ""


def test_one_is_not_many() -> None:
    """And many are easy to read."""
    said = [pluralize(number, "picture") for number in (0, 1, 2, 1_000_000)]
    assert said == ["0 pictures", "1 picture", "2 pictures", "1,000,000 pictures"]
    assert [pluralize(number, "person", "people") for number in (1, 2)] == ["1 person", "2 people"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "a second"),
        (0.2, "a second"),
        (1.5, "2 seconds"),
        (60, "a minute"),
        (61, "61 seconds"),
        (150, "3 minutes"),
        (3600, "an hour"),
        (7199, "120 minutes"),
        (7201, "3 hours"),
    ],
)
def test_lengths_of_time_are_rounded_up(seconds: float, said: str) -> None:
    """Nobody who waits so long comes too early."""
    assert duration_text(timedelta(seconds=seconds)) == said
