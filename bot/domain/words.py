"""Making a prompt out of whatever was typed."""

import unicodedata
from enum import StrEnum

from bot.errors import BadInput


class Language(StrEnum):
    """A language that easel speaks, so far where it says what there is to ask for."""

    ENGLISH = "en"
    GERMAN = "de"
    SPANISH = "es"
    FRENCH = "fr"


LONGEST_PROMPT = 4000
"""Characters; what one person may ask for in one go."""

_KEPT_FORMATS = {"\u200c", "\u200d"}
"""Joiner and non-joiner: emoji and several scripts need them."""


def clean_prompt(typed: str) -> str:
    """Give `typed` without invisible and control characters, in composed form, with single spaces.

    Raises:
        BadInput: Nothing readable is left, or it is longer than `LONGEST_PROMPT`.
    """
    visible = "".join(_readable(character) for character in unicodedata.normalize("NFC", typed))
    prompt = " ".join(visible.split())
    if not any(unicodedata.category(character)[0] in "LNPS" for character in prompt):
        raise BadInput("There is nothing to draw yet: say in a few words what the picture should show.")
    if len(prompt) > LONGEST_PROMPT:
        raise BadInput(f"That is {len(prompt):,} characters long and {LONGEST_PROMPT:,} is the most; please shorten it.")
    return prompt


def _readable(character: str) -> str:
    """Drop what no reader sees (zero width, direction overrides, control codes); white space becomes a space."""
    if character.isspace():
        return " "
    if character in _KEPT_FORMATS:
        return character
    return "" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"} else character
