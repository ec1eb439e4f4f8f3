"""Asks which words below a picture are only said about it."""

import pytest

from bot.domain.remarks import is_remark


@pytest.mark.parametrize(
    "words",
    [
        "nice!",
        "Wow, SO cool",
        "👍🔥",
        "Thank you so much ❤️",
        "it’s perfect…",
        "sehr schön, danke!",
        "¡Qué bonito!",
        "!!!",
    ],
)
def test_applause_and_thanks_ask_for_nothing(words: str) -> None:
    """In the languages that easel speaks, with whatever signs."""
    assert is_remark(words)


@pytest.mark.parametrize("words", ["", "  ", "make it night", "nice hat", "undo that", "more", "2: cooler", "夜にして"])
def test_what_could_be_drawn_is_no_remark(words: str) -> None:
    """One word that says something is enough."""
    assert not is_remark(words)
