"""Asks who decides when stages refuse, doubt or break, and what that is called."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.domain.content import ALWAYS_REFUSED, USUAL_THRESHOLDS, Thresholds
from bot.domain.people import HOUSE
from bot.domain.rules import FilterVersion
from bot.errors import PromptRefused, RefusedBy
from bot.moderation.guard import Guard
from bot.ports.prompts import GuardDecision, Verdict
from bot.provider_errors import GuardUnavailable, ProviderFault
from tests.fakes.prompts import ScriptedPictureStage, ScriptedStage

NO = Verdict(GuardDecision.REFUSE, "weapons", "Weapons are not drawn here.")
NOBODYS = FilterVersion(HOUSE)
DUNNO = Verdict(GuardDecision.UNSURE, "timeout")


class BrokenStage:
    """A stage that breaks its word and raises, telling what was typed."""

    name = "broken"

    async def judge(self, prompt: str, rules: FilterVersion | Thresholds) -> Verdict:
        """Raise."""
        raise ValueError(f"cannot read {prompt}")

    async def allows_whole(self, prompt: str, listed: FilterVersion) -> bool:
        """Allow nothing."""
        return False


class CancelledStage:
    """A stage that is cancelled while it judges."""

    name = "cancelled"

    async def judge(self, prompt: str, thresholds: Thresholds) -> Verdict:
        """Be cancelled."""
        raise asyncio.CancelledError


def saying(verdict: Verdict, name: str = "scripted") -> ScriptedStage:
    """Return a stage that says this once."""
    stage = ScriptedStage(name)
    stage.will(verdict)
    return stage


async def test_words_that_nobody_minds_pass() -> None:
    """Every stage was asked, with the words as they are."""
    local, model = ScriptedStage(), ScriptedStage()
    guard = Guard((local,), (model,))
    await guard.check_local("a fox", NOBODYS)
    await guard.check_models("a fox", USUAL_THRESHOLDS)
    assert (local.judged, model.judged) == (["a fox"], ["a fox"])


async def test_a_house_without_stages_lets_everything_pass() -> None:
    """An operator may want that."""
    await Guard((), ()).check_local("a fox", NOBODYS)
    await Guard((), ()).check_models("a fox", USUAL_THRESHOLDS)


async def test_a_local_refusal_is_told_in_the_stages_own_words() -> None:
    """The rule goes to the log."""
    with pytest.raises(PromptRefused, match="rule=weapons") as refused:
        await Guard((saying(NO),), ()).check_local("a gun", NOBODYS)
    assert refused.value.user_text.startswith("Weapons are not drawn here.")


async def test_a_model_refusal_is_told_the_same_way() -> None:
    """Nobody can see which of them it was."""
    with pytest.raises(PromptRefused, match="rule=weapons"):
        await Guard((), (saying(NO),)).check_models("a gun", USUAL_THRESHOLDS)


@pytest.mark.parametrize("where", ["local", "models"])
async def test_the_first_refusal_ends_it(where: str) -> None:
    """The later stages are not asked."""
    later = ScriptedStage()
    stages = (ScriptedStage(), saying(NO), later)
    guard = Guard(stages, ()) if where == "local" else Guard((), stages)
    with pytest.raises(PromptRefused):
        await (guard.check_local("a gun", NOBODYS) if where == "local" else guard.check_models("a gun", USUAL_THRESHOLDS))
    assert later.judged == []


@pytest.mark.parametrize("stage", [saying(DUNNO), BrokenStage()], ids=["unsure", "broken"])
async def test_local_stages_fail_open(stage: ScriptedStage | BrokenStage) -> None:
    """The next stage is still asked, and the log knows."""
    later = ScriptedStage()
    with capture_logs() as logs:
        await Guard((stage, later), ()).check_local("my secret", NOBODYS)
    assert later.judged == ["my secret"]
    assert any(entry["event"] == "guard.allowed_unsure" and entry["stage"] == stage.name for entry in logs)


@pytest.mark.parametrize("stage", [saying(DUNNO), BrokenStage()], ids=["unsure", "broken"])
async def test_model_stages_fail_closed(stage: ScriptedStage | BrokenStage) -> None:
    """The person reads that it is our fault; nobody else is asked in vain."""
    later = ScriptedStage()
    with pytest.raises(GuardUnavailable, match=f"stage={stage.name}") as failed:
        await Guard((), (stage, later)).check_models("my secret", USUAL_THRESHOLDS)
    assert "our fault" in failed.value.user_text
    assert later.judged == []


async def test_why_a_model_could_not_judge_is_known_to_the_log() -> None:
    """Whoever runs it has to know whether its service wants money or time."""
    cause = TimeoutError("late")
    doubt = Verdict(GuardDecision.UNSURE, "no_credit", fault=ProviderFault.OUT_OF_MONEY, cause=cause)
    with pytest.raises(GuardUnavailable, match="reason=no_credit") as failed:
        await Guard((), (saying(doubt),)).check_models("a fox", USUAL_THRESHOLDS)
    assert failed.value.fault is ProviderFault.OUT_OF_MONEY
    assert failed.value.__cause__ is cause


async def test_a_model_that_breaks_is_the_cause_of_what_fails() -> None:
    """Its trace leads to the fault."""
    with pytest.raises(GuardUnavailable, match="reason=stage_broke") as failed:
        await Guard((), (BrokenStage(),)).check_models("a fox", USUAL_THRESHOLDS)
    assert isinstance(failed.value.__cause__, ValueError)


async def test_a_picture_is_judged_as_the_file_that_it_is() -> None:
    """By how sure the community wants it; and a refusal names the check of pictures."""
    stage = ScriptedPictureStage()
    guard = Guard((), (), (stage,))
    await guard.check_picture(b"a fox", "image/webp", USUAL_THRESHOLDS)
    assert stage.judged == [("image/webp", USUAL_THRESHOLDS)]
    stage.will(NO)
    with pytest.raises(PromptRefused) as refused:
        await guard.check_picture(b"a gun", "image/png", USUAL_THRESHOLDS)
    assert refused.value.by is RefusedBy.PICTURE_CHECK


@pytest.mark.parametrize(
    ("by", "category", "words", "is_allowed"),
    [
        (RefusedBy.MODERATION, "violent", "a gun", True),
        (RefusedBy.MODERATION, "violent", "a gun and more", False),
        (RefusedBy.MODERATION, ALWAYS_REFUSED[0], "a gun", False),
        (RefusedBy.PROVIDER, "violent", "a gun", False),
    ],
    ids=["these", "others", "never drawn", "not ours to allow"],
)
async def test_a_community_allows_the_very_words_that_a_model_of_ours_refuses(
    by: RefusedBy, category: str, words: str, *, is_allowed: bool
) -> None:
    """By its own list; what is never drawn it cannot allow, and what the service refuses it cannot either."""
    local = ScriptedStage()
    local.allowed = {"a gun"}
    refusal = PromptRefused(rule="weapons", sentence="No.", by=by, category=category)
    assert await Guard((ScriptedStage(), local), ()).allows(words, refusal, NOBODYS) is is_allowed
    assert local.allowing_lists == ([NOBODYS] if by is RefusedBy.MODERATION and category == "violent" else [])


async def test_doubts_are_found_in_the_words_that_were_let_through() -> None:
    """Those that have a kind; what is refused by now is no doubt."""
    shown = replace(DUNNO, category="violent")
    doubting = saying(shown)
    assert await Guard((doubting, saying(DUNNO)), ()).find_doubts("a gun", NOBODYS) == (shown,)
    assert (doubting.judged, doubting.rules) == (["a gun"], [NOBODYS])
    assert await Guard((saying(shown), saying(NO)), ()).find_doubts("a gun", NOBODYS) == ()


async def test_a_refusal_after_a_doubt_still_refuses() -> None:
    """A rule that is unsure does not speak for the next."""
    with pytest.raises(PromptRefused):
        await Guard((saying(DUNNO), saying(NO)), ()).check_local("a gun", NOBODYS)


@pytest.mark.parametrize("stage", [saying(NO), BrokenStage()], ids=["refuses", "broken"])
async def test_what_was_typed_stays_out_of_the_log(stage: ScriptedStage | BrokenStage) -> None:
    """Not even a broken stage's own message gets there."""
    with capture_logs() as logs, suppress(PromptRefused):
        await Guard((stage,), ()).check_local("my secret", NOBODYS)
    assert logs
    assert "secret" not in str(logs)


async def test_cancellation_passes_through() -> None:
    """It is no doubt and no breakage."""
    with pytest.raises(asyncio.CancelledError):
        await Guard((), (CancelledStage(),)).check_models("a fox", USUAL_THRESHOLDS)
