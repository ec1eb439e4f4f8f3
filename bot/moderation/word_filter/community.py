"""The words that admins of communities have listed, read again when they have changed."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

import structlog

from bot.domain.rules import FilterAction, FilterEntry, FilterVersion, Rule
from bot.errors import ConfigError, StorageFailed
from bot.moderation.word_filter.lists import LONGEST_PHRASE, Severity, WordList, is_pattern
from bot.moderation.word_filter.matching import Matcher
from bot.ports.rules import Rulebook

log = structlog.get_logger(__name__)

_MOST_KEPT = 64
"""Communities whose words are kept in memory: ten thousand of them take some megabytes."""


class CommunityWords:
    """What finds the listed words of each community; the same one while they do not change."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._kept: OrderedDict[str, tuple[str, Matcher]] = OrderedDict()

    async def matcher(self, listed: FilterVersion) -> Matcher | None:
        """Return what finds them; None where none are listed. While they cannot be read, what was read before still holds."""
        if not listed.revision:
            return None
        revision, matcher = self._kept.get(listed.community, ("", None))
        if revision == listed.revision:
            self._kept.move_to_end(listed.community)
            return matcher
        try:
            rules = await self._rulebook.filter_rules(listed.community)
            read = await asyncio.to_thread(Matcher, lists_of(rules))
        except (StorageFailed, ConfigError) as error:
            log.warning("filter.unread", community=listed.community, reason=str(error))
            return matcher
        self._kept[listed.community] = listed.revision, read
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return read


def lists_of(rules: Iterable[Rule]) -> tuple[WordList, ...]:
    """Return what admins have listed as word lists."""
    return tuple(_list_of(rule.key.subject, FilterEntry.parse(rule.value)) for rule in rules)


def find_problem(words: str, entry: FilterEntry) -> str | None:
    """Return why words cannot be listed so, in a sentence; None where they can."""
    if len(words) > LONGEST_PHRASE:
        return f"That is {len(words)} characters long: the most is {LONGEST_PHRASE}."
    if is_pattern(words) and entry.action is FilterAction.ALLOW:
        return "A pattern cannot be allowed, only words can: nothing is found inside of them."
    try:
        matcher = Matcher([_list_of(words, entry)])
    except ConfigError:
        return "That pattern is none that RE2 takes; without the slashes around it, it is taken as words."
    return None if matcher.knows_something else "There are no letters in that, so nothing could be found by it."


def _list_of(words: str, entry: FilterEntry) -> WordList:
    name = "listed here"
    if entry.action is FilterAction.ALLOW:
        return WordList(name, entry.category, language=entry.language, allow=(words,))
    severity = Severity(entry.action.value)
    if is_pattern(words):
        return WordList(name, entry.category, severity, patterns=(words[1:-1],))
    return WordList(name, entry.category, severity, entry.language, phrases=(words,))
