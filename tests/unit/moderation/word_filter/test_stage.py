"""Asks what the filter tells the guard, and what people are told."""

import pytest

from bot.domain.content import refusal_sentence
from bot.moderation.word_filter import CommunityWords, Matcher, Severity, WordFilter, WordList
from bot.moderation.word_filter.lists import starter_lists
from bot.ports.prompts import GuardDecision
from tests.fakes.rules import a_rulebook


def a_stage(*lists: WordList) -> WordFilter:
    """Return a filter of these lists, at a place where nothing else is listed."""
    return WordFilter(Matcher(lists), CommunityWords(a_rulebook()))


@pytest.mark.parametrize(
    ("severity", "decision"),
    [(Severity.BLOCK, GuardDecision.REFUSE), (Severity.REVIEW, GuardDecision.UNSURE), (Severity.WARN, GuardDecision.WARN)],
)
async def test_only_blocking_lists_refuse(severity: Severity, decision: GuardDecision) -> None:
    """The others are noted by the guard, and the wish goes on."""
    stage = a_stage(WordList("own", "brands", severity, phrases=("our mascot",)))
    verdict = await stage.judge("our mascot")
    assert (verdict.decision, verdict.rule) == (decision, "filter:brands")
    assert (await stage.judge("a fox")).decision is GuardDecision.ALLOW


async def test_a_refusal_says_which_kind_of_rule_and_never_which_word() -> None:
    """For every category that easel brings, and for those that operators make up."""
    stage = a_stage(*starter_lists(), WordList("own", "brands", phrases=("our mascot",)))
    for prompt, category in [
        ("a naked child", "minors"),
        ("nudify her", "intimate"),
        ("p.o.r.n", "sexual"),
        ("snuff film", "gore"),
    ]:
        verdict = await stage.judge(prompt)
        assert verdict.rule == f"filter:{category}"
        assert verdict.sentence == refusal_sentence(category) != refusal_sentence("brands")
        assert verdict.category == category
    assert "our mascot" not in (await stage.judge("our mascot")).sentence
