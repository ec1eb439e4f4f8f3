"""Asks what becomes of the words that people type, however odd they are."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.prompt_text import LONGEST_PROMPT, clean_prompt
from bot.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("a fox", "a fox"),
        ("  a   fox\t", "a fox"),
        ("a fox\nin the\r\nsnow", "a fox\nin the\nsnow"),
        ("\n a fox \n\n\n\r\n\u200b\n in snow\n", "a fox\n\nin snow"),
        ("a\U000e0061\U000e0062 fox\U000e007f", "a fox"),
        ("a\u2028fox\u00a0in\u3000snow", "a\nfox in snow"),
        ("a \u200bf\u200bo\u200bx\ufeff", "a fox"),
        ("a\u202efox\u202c \u2066in\u2069 snow", "afox in snow"),
        ("a\x00 f\x07ox\x1b[31m", "a f ox [31m"),
        ("so\u00adft hyphen", "soft hyphen"),
        ("\ue000private\udbff use", "private use"),
        ("cafe\u0301", "café"),
        ("ثعلب في الثلج", "ثعلب في الثلج"),
        ("雪の中の狐", "雪の中の狐"),
        ("a sign that says “ÖFFNEN!”", "a sign that says “ÖFFNEN!”"),
        ("@everyone <@123> #general :fox:", "@everyone <@123> #general :fox:"),
        ("...", "..."),
        ("42", "42"),
    ],
)
def test_what_is_read_is_kept_and_what_is_not_seen_goes(typed: str, clean: str) -> None:
    """Every script stays as it is; invisible and control characters do not."""
    assert clean_prompt(typed) == clean


@pytest.mark.parametrize("typed", ["🦊", "🦊❄️", "👩‍🚀", "🏳️‍🌈", "👍🏽", "❤️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"])
def test_emoji_alone_are_a_prompt(typed: str) -> None:
    """Joined ones stay joined, and coloured ones coloured."""
    assert clean_prompt(typed) == typed


@pytest.mark.parametrize("typed", ["", "   ", "\n\t", "\u200b\u200b", "\u202e", "\x00", "\u200d\u200c", "\u0301", "\ufe0f"])
def test_nothing_to_read_is_nothing_to_draw(typed: str) -> None:
    """The sentence says what to do instead."""
    with pytest.raises(BadInput) as refused:
        clean_prompt(typed)
    assert "nothing to draw yet" in refused.value.user_text


def test_a_prompt_may_be_as_long_as_the_bound_and_no_longer() -> None:
    """The sentence says how long it is and how long it may be."""
    assert len(clean_prompt("x" * LONGEST_PROMPT)) == LONGEST_PROMPT
    with pytest.raises(BadInput) as refused:
        clean_prompt("x" * 10_000)
    assert "10,000 characters" in refused.value.user_text
    assert "4,000" in refused.value.user_text


def test_what_is_not_seen_does_not_count_towards_the_length() -> None:
    """Only what would be drawn is measured."""
    assert clean_prompt("x" * LONGEST_PROMPT + " " * 9 + "\u200b" * 9) == "x" * LONGEST_PROMPT


def _without_flags(text: str) -> str:
    return re.sub("\U0001f3f4[\U000e0020-\U000e007f]+", "", text)


@given(st.text(max_size=200))
def test_a_clean_prompt_is_clean_for_good(typed: str) -> None:
    """Cleaning it again, as a button does, changes nothing; and it holds no control or direction character."""
    try:
        clean = clean_prompt(typed)
    except BadInput:
        return
    assert clean_prompt(clean) == clean
    assert clean == clean.strip()
    assert "  " not in clean
    assert "\n\n\n" not in clean
    kinds = {unicodedata.category(character) for character in _without_flags(clean) if character not in "\u200c\u200d\n"}
    assert not kinds & {"Cc", "Cf", "Cs", "Co"}
