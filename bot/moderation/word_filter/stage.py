"""The guard stage that knows words which are never drawn."""

from bot.moderation.word_filter.lists import OWN, Severity
from bot.moderation.word_filter.matching import Matcher
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

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    async def judge(self, prompt: str) -> Verdict:
        """Judge `prompt` in a time that grows with its length alone."""
        hit = self._matcher.find(prompt)
        if hit is None:
            return ALLOWED
        rule = f"filter:{hit.category}"
        if hit.severity is Severity.BLOCK:
            return Verdict(Decision.REFUSE, rule=rule, sentence=SENTENCES.get(hit.category, _OF_THE_HOUSE))
        return Verdict(Decision.UNSURE, rule=rule)
