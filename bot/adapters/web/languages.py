"""Which of the languages that commands are described in a browser asks for."""

from collections.abc import Collection

from fastapi import Request

_MOST_LANGUAGES = 20
ENGLISH = "en"


def preferred_language(request: Request, known: Collection[str]) -> str:
    """Return the language, such as `de`, that a browser likes best of those that are known, or English."""
    asked = request.headers.get("accept-language", "").split(",")[:_MOST_LANGUAGES]
    # Sorting keeps the order of what is liked as much.
    liked = sorted((_read(part) for part in asked), key=lambda one: -one[1])
    return next((name for name, weight in liked if weight > 0 and (name in known or name == ENGLISH)), ENGLISH)


def _read(part: str) -> tuple[str, float]:
    """Return the language of `de-AT;q=0.8`, and how much it is liked; 0 for nonsense."""
    tag, _, quality = part.strip().partition(";")
    try:
        weight = float(quality.strip().removeprefix("q=") or 1)
    except ValueError:
        weight = 0.0
    return tag.strip().partition("-")[0].lower(), weight
