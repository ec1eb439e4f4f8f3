"""Teaches a community's list what moderators found harmless."""

import structlog

from bot.domain.cases import Case, CaseDecision, CaseKind
from bot.domain.people import CommunityId
from bot.domain.rules import EVERYBODY, Actor, Change, FilterAction, FilterEntry, RuleKey, RuleKind
from bot.moderation.word_filter import WordFilter
from bot.moderation.word_filter.lists import LONGEST_PHRASE
from bot.ports.rules import Rulebook

log = structlog.get_logger(__name__)

_EASEL = Actor(EVERYBODY, "easel, as a case was decided anew")


class AllowListEffect:
    """Allows the words of a case about a mistake, and forgets them again where that was undone; see `CaseEffect`.

    What a list found is allowed with the words beside it; what a model
    refused, to the letter. Its entries carry the case's id as their category.
    """

    def __init__(self, rulebook: Rulebook, word_filter: WordFilter) -> None:
        self._rulebook = rulebook
        self._word_filter = word_filter

    async def enforce(self, case: Case) -> None:
        """Add the words to the list, or remove them from it, as the case says."""
        if case.kind is not CaseKind.MISTAKE:
            return
        category = f"case-{case.id}"
        taught = [
            rule.key
            for rule in await self._rulebook.filter_rules(case.community)
            if FilterEntry.parse(rule.value).category == category
        ]
        by = case.decided_by or _EASEL
        if case.decision is not CaseDecision.ALLOW:
            for key in taught:
                await self._rulebook.change(Change(community=case.community, key=key, value=None, by=by, why=f"case {case.id}"))
        elif not taught:
            words = await self._words_to_allow(case.words, case.community)
            if words is None:
                log.warning("case.nothing_to_allow", case=case.id)
                return
            key, value = RuleKey(RuleKind.FILTER, words), str(FilterEntry(FilterAction.ALLOW, category))
            await self._rulebook.change(Change(community=case.community, key=key, value=value, by=by, why=f"case {case.id}"))

    async def _words_to_allow(self, prompt: str, community: CommunityId) -> str | None:
        listed = await self._rulebook.filter_version(community)
        found = await self._word_filter.find_refused_words(prompt, listed) or " ".join(prompt.split())
        words = found.strip("/ ")  # between slashes it would be a pattern
        return words if 0 < len(words) <= LONGEST_PHRASE else None
