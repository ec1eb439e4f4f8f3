"""Detects that somebody tries the same refused thing again, in other words."""

import re

from bot.domain.refusals import RefusedWords
from bot.moderation.word_filter.letters import fold

_WORD = re.compile(r"\w+")
_SAME_SHARE = 0.5


def is_same_thing(refusal: RefusedWords, other: RefusedWords) -> bool:
    """Whether two refusals are about the same: what a list has found, or a kind of rule and mostly the same words."""
    if refusal.category != other.category:
        return False
    if refusal.entry and refusal.entry == other.entry:
        return True
    words, others = set(_WORD.findall(fold(refusal.words))), set(_WORD.findall(fold(other.words)))
    return len(words & others) >= _SAME_SHARE * len(words | others)
