"""Asks which language a browser is described the commands in."""

import pytest
from fastapi import Request

from bot.adapters.web.languages import preferred_language


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("pt-BR,fr;q=0.5,es;q=0.7", "es"),
        ("en-GB,de;q=0.9", "en"),
        ("DE", "de"),
        ("de;q=0,fr;q=0.1", "fr"),
        ("pt,zh", "en"),
        ("", "en"),
        ("*", "en"),
        ("de;q=much,;;,=,fr;q=", "fr"),
        (",".join(["pt"] * 200 + ["de"]), "en"),
    ],
)
def test_the_language_that_is_liked_best_of_those_there_are(asked: str, language: str) -> None:
    """English where there is none of them, and whatever nonsense is asked for."""
    request = Request({"type": "http", "headers": [(b"accept-language", asked.encode())]})
    assert preferred_language(request, {"de", "es", "fr"}) == language
