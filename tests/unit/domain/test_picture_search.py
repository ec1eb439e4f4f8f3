"""Asks what words are made of what somebody types to find a picture."""

import pytest

from bot.domain.picture_search import search_words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Fox  SNOW fox", ("fox", "snow")),
        ("Café “am” Meer", ("cafe", "am", "meer")),
        ('"fox"* OR (sea:NOT)', ("fox", "or", "sea", "not")),
        ("*** ''", ()),
        ("🦊 \x00\ud83e", ()),
        ("Straße лиса 雪", ("straße", "лиса", "雪")),
    ],
)
def test_words_are_small_and_without_signs(typed: str, words: tuple[str, ...]) -> None:
    """Each of them once."""
    assert search_words(typed) == words


def test_of_very_many_words_the_first_are_looked_for() -> None:
    """Nobody means more, and an engine has a bound."""
    assert len(search_words(" ".join(map(str, range(2000))))) == 32
