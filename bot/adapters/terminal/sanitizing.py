"""Removes control characters and escape sequences from text for a terminal."""

import unicodedata

_JOINERS = {"\u200c", "\u200d"}


def sanitize(text: str) -> str:
    """Return `text` on one line, without control characters, escape sequences or reversed reading directions."""
    return "".join(map(_keep_harmless, " ".join(text.split())))


def _keep_harmless(character: str) -> str:
    is_harmless = character in _JOINERS or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    return character if is_harmless else ""
