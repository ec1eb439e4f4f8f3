"""The guard stage that knows words which are never drawn."""

from bot.domain.content import refusal_sentence
from bot.domain.rules import FilterVersion
from bot.moderation.word_filter.community import CommunityWords
from bot.moderation.word_filter.lists import Severity
from bot.moderation.word_filter.matching import Matcher
from bot.moderation.word_filter.phrases import Hit
from bot.ports.prompts import ALLOWED, GuardDecision, Verdict

_MOST_WORDS = 8
"""Of a phrase that is looked for word by word."""


class WordFilter:
    """Refuses prompts in which a list of severity `block` finds something, and reports what other lists find."""

    name = "filter"

    def __init__(self, matcher: Matcher, communities: CommunityWords) -> None:
        self._matcher = matcher
        self._communities = communities

    async def judge(self, prompt: str, listed: FilterVersion | None = None) -> Verdict:
        """Return the verdict in a time linear in the prompt's length; without a community only the house's lists count."""
        hit = (await self.examine(prompt, listed))[0]
        if hit is None:
            return ALLOWED
        rule = f"filter:{hit.category}"
        if hit.severity is Severity.BLOCK:
            return Verdict(
                GuardDecision.REFUSE, rule=rule, sentence=refusal_sentence(hit.category), category=hit.category, entry=hit.entry
            )
        decision = GuardDecision.UNSURE if hit.severity is Severity.REVIEW else GuardDecision.WARN
        return Verdict(decision, rule=rule, category=hit.category, entry=hit.entry)

    async def allows_whole(self, prompt: str, listed: FilterVersion) -> bool:
        """Whether the community has allowed these very words, from the first to the last."""
        matcher = await self._communities.matcher(listed)
        return matcher is not None and matcher.allows_whole(prompt)

    async def find_refused_words(self, prompt: str, listed: FilterVersion) -> str | None:
        """Return the words for which a prompt is refused, with one on either side; None where none are found by themselves.

        So few that the next prompt with them is let through once they are
        allowed, and so many that nothing else is.
        """
        own = await self._communities.matcher(listed)
        words = prompt.split()
        for size in range(1, _MOST_WORDS + 1):
            for start in range(len(words) - size + 1):
                hit = self._matcher.find(" ".join(words[start : start + size]), own)
                if hit is not None and hit.severity is Severity.BLOCK:
                    return " ".join(words[max(0, start - 1) : start + size + 1])
        return None

    async def examine(self, prompt: str, listed: FilterVersion | None) -> tuple[Hit | None, str]:
        """Return what is found, for admins, and the form in which it was found."""
        return self._matcher.examine(prompt, await self._communities.matcher(listed) if listed else None)
