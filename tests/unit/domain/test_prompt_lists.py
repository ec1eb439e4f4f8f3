"""Asks what a text of many prompts stands for, and whether nothing that somebody writes makes more than was counted."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.prompt_lists import MOST_PROMPTS, read_batch
from bot.errors import BadInput

WORDS = st.text("ab é\\", max_size=6)


def refusal(text: str, **limits: int) -> str:
    """Return the sentence with which a text is refused."""
    with pytest.raises(BadInput) as refused:
        read_batch(text, **limits)
    return refused.value.user_text


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        ("a fox\n\n  a cat \r\n", ["a fox", "a cat"]),
        ("\ufeffein Fuchs\nÄpfel", ["ein Fuchs", "Äpfel"]),
        (
            "a {red, blue} fox in {snow, rain}",
            [f"a {one} fox in {other}" for one in ("red", "blue") for other in ("snow", "rain")],
        ),
        ("{a {big, small} cat, two dogs}", ["a big cat", "a small cat", "two dogs"]),
        ("{{a, b}, c}", ["a", "b", "c"]),
        (r"a \{red\, blue\} fox\\", ["a {red, blue} fox\\"]),
        (r"{a\, b, c}", ["a, b", "c"]),
        ("a, b and c", ["a, b and c"]),
        (r"C:\new", [r"C:\new"]),
        ("a {quick,} fox", ["a quick fox", "a  fox"]),
        ("{}fox", ["fox"]),
        ("x" * 200_000, ["x" * 200_000]),
        ("{fox}\nowl", ["fox", "owl"]),
        ('"a fox, red"\n"say ""hi"""\n"so" and "so"', ["a fox, red", 'say "hi"', '"so" and "so"']),
        ("prompt\na fox\n", ["a fox"]),
        ('id, Prompt ,note\n1,"a fox, red",x\n2,,\n3\n4,owl', ["a fox, red", "owl"]),
        ("nr;prompt\n1;ein Fuchs, rot\n", ["ein Fuchs, rot"]),
        ("\n\nnr\tprompt\n1\tfox\n", ["fox"]),
        ('prompt\n"two\nlines"', ["two\nlines"]),
    ],
)
def test_a_text_stands_for_prompts(text: str, prompts: list[str]) -> None:
    """Lines, the column of a table, and every choice with every other."""
    assert list(read_batch(text)) == prompts


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nothing to draw yet"),
        ("\n \n", "nothing to draw yet"),
        ("prompt\n", "nothing to draw yet"),
        ("fox\na {red fox", "Line 2 opens a brace that it does not close"),
        ("a } fox", "Line 1 closes a brace that it does not open"),
        ("{" * 21 + "}" * 21, "20 are the most"),
        ("\n".join("fox" for _ in range(10_000)), "Those are 10,000 prompts, and 500 at once are the most"),
        ("{a,b}" * 40, "That would be 1,099,511,627,776 pictures, and 500 at once are the most"),
        ("{a,b}" * 800, "That would be more than 1,000,000,000,000,000,000 pictures"),
        ("{a,b}" * 40_000, "That would be more than 1,000,000,000,000,000,000 pictures"),
        ("prompt\n" + "x" * 200_000, "cannot be read"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(text: str, says: str) -> None:
    """With the number, and without making any of the prompts, which would not end for some of these."""
    said = refusal(text)
    assert says in said
    assert said.endswith("Nothing was counted.")


def test_no_more_than_is_left_is_made() -> None:
    """The sentence says how many they would be, and how many may be."""
    assert "That would be 4 pictures, and 3 at once are the most" in refusal("{a,b} {c,d}", most=3)
    assert len(read_batch("{a,b} {c,d}", most=4)) == 4


@given(st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_as_many_come_as_the_choices_say(choices: list[list[str]]) -> None:
    """Whatever stands in them, once it is marked as words."""
    line = "x" + "x".join("{" + ",".join(_as_words(one) for one in words) + "}" for words in choices)
    wanted = 1
    for words in choices:
        wanted *= len(words)
    assert len(read_batch(line)) == wanted


@given(st.text(st.sampled_from("ab{},\\ "), min_size=1).filter(str.strip))
def test_words_that_are_marked_are_drawn_as_they_are(words: str) -> None:
    """Any sign can be asked for."""
    assert read_batch(_as_words(words)) == (words.strip(),)


@given(st.text(st.one_of(st.sampled_from('{},\\"\n;\t'), st.characters()), max_size=60))
def test_nothing_that_is_written_breaks_it(text: str) -> None:
    """Prompts come of it, or one sentence."""
    with contextlib.suppress(BadInput):
        assert 0 < len(read_batch(text)) <= MOST_PROMPTS


def _as_words(text: str) -> str:
    for sign in "\\{},":
        text = text.replace(sign, f"\\{sign}")
    return text
