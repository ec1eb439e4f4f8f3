"""Text that a terminal shows and never obeys."""

import unicodedata

_JOINERS = {"\u200c", "\u200d"}


def plain(text: str) -> str:
    """Put `text` on one line, without control characters, escape sequences or reversed reading directions."""
    return "".join(map(_shown, " ".join(text.split())))


def _shown(character: str) -> str:
    is_harmless = character in _JOINERS or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    return character if is_harmless else ""
