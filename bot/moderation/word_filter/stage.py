"""The guard stage that knows words which are never drawn."""

from bot.domain.content import refusal_sentence
from bot.domain.rules import FilterVersion
from bot.moderation.word_filter.community import CommunityWords
from bot.moderation.word_filter.lists import Severity
from bot.moderation.word_filter.matching import Matcher
from bot.moderation.word_filter.phrases import Hit
from bot.ports.prompts import ALLOWED, Decision, Verdict


class WordFilter:
    """Refuses prompts in which a list of severity `block` finds something; what the others find is noted in the log."""

    name = "filter"

    def __init__(self, matcher: Matcher, communities: CommunityWords) -> None:
        self._matcher = matcher
        self._communities = communities

    async def judge(self, prompt: str, listed: FilterVersion | None = None) -> Verdict:
        """Judge `prompt` in a time that grows with its length alone; without a community only by the house's lists."""
        hit = (await self.examine(prompt, listed))[0]
        if hit is None:
            return ALLOWED
        rule = f"filter:{hit.category}"
        if hit.severity is Severity.BLOCK:
            return Verdict(Decision.REFUSE, rule=rule, sentence=refusal_sentence(hit.category), category=hit.category)
        return Verdict(Decision.UNSURE, rule=rule, category=hit.category)

    async def examine(self, prompt: str, listed: FilterVersion | None) -> tuple[Hit | None, str]:
        """Return what is found, for admins, and the form in which it was found."""
        return self._matcher.examine(prompt, await self._communities.matcher(listed) if listed else None)
