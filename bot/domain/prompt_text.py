"""Cleaning of typed prompts, and the languages that easel speaks."""

import re
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

_JOINERS = {"\u200c", "\u200d"}
"""Joiner and non-joiner: emoji and several scripts need them."""

_FLAG_EMOJI = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,8}\U000e007f")
"""A black flag that tags make into Scotland's or another's. Tags anywhere else are words that no reader sees."""

_LINE_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def clean_prompt(typed: str) -> str:
    """Return `typed` without invisible characters, in composed form, with single spaces and at most one empty line.

    Raises:
        BadInput: Nothing readable is left, or it is longer than `LONGEST_PROMPT`.
    """
    lines = [_clean_line(line) for line in _LINE_BREAKS.sub("\n", unicodedata.normalize("NFC", typed)).split("\n")]
    prompt = re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()
    if not any(unicodedata.category(character)[0] in "LNPS" for character in prompt):
        raise BadInput("There is nothing to draw yet: say in a few words what the picture should show.")
    if len(prompt) > LONGEST_PROMPT:
        raise BadInput(f"That is {len(prompt):,} characters long and {LONGEST_PROMPT:,} is the most; please shorten it.")
    return prompt


def _clean_line(line: str) -> str:
    parts, end = [], 0
    for flag in _FLAG_EMOJI.finditer(line):
        parts += [*map(_visible, line[end : flag.start()]), flag[0]]
        end = flag.end()
    return " ".join("".join([*parts, *map(_visible, line[end:])]).split())


def _visible(character: str) -> str:
    """Return the text without what no reader sees (zero width, direction overrides); control codes become spaces."""
    if character.isspace() or unicodedata.category(character) == "Cc":
        return " "
    if character in _JOINERS:
        return character
    return "" if unicodedata.category(character) in {"Cf", "Cs", "Co"} else character


def clean_prompts(prompts: tuple[str, ...]) -> tuple[str, ...]:
    """Return prompts of a list as they are drawn.

    Raises:
        BadInput: One cannot be; the sentence says which.
    """
    cleaned = []
    for number, prompt in enumerate(prompts, start=1):
        try:
            cleaned.append(clean_prompt(prompt))
        except BadInput as error:
            raise BadInput(f"Prompt {number}: {error.user_text} Nothing was counted.") from error
    return tuple(cleaned)
