"""The guard stage that knows words which are never drawn."""

from bot.domain.rules import FilterVersion
from bot.moderation.word_filter.community import CommunityWords
from bot.moderation.word_filter.lists import OWN, Severity
from bot.moderation.word_filter.matching import Matcher
from bot.moderation.word_filter.phrases import Hit
from bot.ports.prompts import ALLOWED, Decision, Verdict

_OF_THE_HOUSE = "Some of these words are on the list of what is not drawn here; please try other words."
SENTENCES = {
    "minors": "Pictures that put children together with sex or nakedness are not drawn here.",
    "intimate": "Pictures that undress real people, or show them in intimate scenes, are not drawn here.",
    "sexual": "Sexual pictures are not drawn here; please try other words.",
    "hate": "Words that put people down for what they are, or praise those who do, are not drawn here; please try other words.",
    "self_harm": "Pictures of people who hurt themselves are not drawn here. If it is about you, please talk to somebody: "
    "findahelpline.com knows who listens where you live.",
    "gore": "Pictures of torture and of people cut to pieces are not drawn here; please try other words.",
    OWN: _OF_THE_HOUSE,
}
"""What a person reads: which kind of rule it was, and never which word."""


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
            return Verdict(Decision.REFUSE, rule=rule, sentence=SENTENCES.get(hit.category, _OF_THE_HOUSE))
        return Verdict(Decision.UNSURE, rule=rule)

    async def examine(self, prompt: str, listed: FilterVersion | None) -> tuple[Hit | None, str]:
        """Return what is found, for admins, and the form in which it was found."""
        return self._matcher.examine(prompt, await self._communities.matcher(listed) if listed else None)
