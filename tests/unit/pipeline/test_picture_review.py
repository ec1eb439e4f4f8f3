"""Asks that nobody sees a picture which the guard does not let through, and that nobody pays for it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PIL.PngImagePlugin import PngImageFile

from bot.domain.content import NEVER, ContentKind
from bot.domain.jobs import JobState
from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import Actor, Change, RuleKey, RuleKind
from bot.errors import StorageFailed
from bot.ports.prompts import ALLOWED, GuardDecision, Verdict
from tests.fakes.bench import Bench
from tests.fakes.images import SQUARE_ONLY
from tests.fakes.objects import MemoryObjects

GORE = Verdict(GuardDecision.REFUSE, "moderation:gore", "Pictures of torture are not drawn here.", "gore")
DUNNO = Verdict(GuardDecision.UNSURE, "moderation_unavailable")


@pytest.mark.parametrize("spool", [None, MemoryObjects()], ids=["without a spool", "with one"])
async def test_a_picture_that_may_not_be_shown_is_refused_and_refunded(spool: MemoryObjects | None) -> None:
    """Its bytes are gone, and the message says which kind of rule it was."""
    bench = Bench(spool=spool)
    bench.picture_stage.will(GORE)
    job = await bench.draw("a fox")
    assert job.state is JobState.REFUSED
    assert "Pictures of torture are not drawn here. Nothing was drawn and nothing was counted." in bench.message(job).text
    assert not bench.message(job).pictures
    assert (await bench.quota_status()).left == 20
    assert not bench.objects.objects
    assert spool is None or not spool.objects


async def test_those_that_may_be_shown_are(bench: Bench) -> None:
    """Only they are counted, and the message says that one is missing."""
    bench.picture_stage.will(ALLOWED, GORE)
    job = await bench.draw("a fox", count=2)
    assert job.state is JobState.DONE
    assert len(bench.message(job).pictures) == 1
    assert "1 of 2 pictures did not pass the check of pictures, and count nothing" in bench.message(job).footer
    assert (await bench.quota_status()).left == 19
    assert len(bench.objects.objects) == 1


async def test_those_of_several_calls_are_judged_together(bench: Bench) -> None:
    """One of a call that gave only that one is no reason to refuse the other's."""
    bench.painter.abilities = replace(SQUARE_ONLY, most=1)
    bench.picture_stage.will(ALLOWED, GORE)
    job = await bench.draw("a fox", count=2)
    assert (job.state, len(bench.message(job).pictures)) == (JobState.DONE, 1)
    assert "1 of 2 pictures did not pass the check of pictures, and count nothing" in bench.message(job).footer
    assert (await bench.quota_status()).left == 19


async def test_a_picture_is_judged_small_and_by_what_the_community_has_set(bench: Bench) -> None:
    """Its admins' threshold holds for pictures as for words."""
    key = RuleKey(RuleKind.SETTING, "threshold_gore")
    await bench.rulebook.change(Change(community=HOUSE, key=key, value="off", by=Actor(AccountId("ann"), "Ann")))
    await bench.draw("a fox")
    [(media_type, thresholds)] = bench.picture_stage.judged
    assert media_type == "image/jpeg"
    assert thresholds.scores[ContentKind.GORE] == NEVER
    assert bench.moderation.rules[0] == thresholds


async def test_a_picture_is_unpacked_once_for_all_that_is_looked_at_before_it_is_shown(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For its fingerprint and for the copy that is judged: of a large one that takes longer than all else together."""
    unpacked: list[PngImageFile] = []
    load_end = PngImageFile.load_end

    def note(image: PngImageFile) -> None:
        unpacked.append(image)
        load_end(image)

    monkeypatch.setattr(PngImageFile, "load_end", note)
    await bench.draw("a fox")
    assert len(bench.picture_stage.judged) == 1
    assert len(unpacked) == 1


async def test_a_paid_picture_waits_for_whoever_can_judge_it(bench: Bench) -> None:
    """It is neither shown unjudged nor drawn again."""
    bench.picture_stage.will(DUNNO, DUNNO)
    job = await bench.draw("a fox")
    assert job.state is JobState.RUNNING
    for _ in range(2):
        bench.clock.move(timedelta(minutes=1))
        await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert len(bench.painter.requests) == 1


async def test_what_nobody_can_judge_for_long_is_given_up_and_refunded(bench: Bench) -> None:
    """And said so; the bytes go."""
    bench.picture_stage.will(*[DUNNO] * 100)
    job = await bench.draw("a fox")
    for _ in range(40):
        bench.clock.move(timedelta(minutes=1))
        await bench.work()
    assert bench.job(job).state is JobState.FAILED
    assert "could not be checked" in bench.message(job).text
    assert (await bench.quota_status()).left == 20
    assert not bench.objects.objects


async def test_a_crash_after_the_refusal_was_seen_shows_nothing(bench: Bench) -> None:
    """Whoever takes the job up judges the picture again."""
    bench.picture_stage.will(GORE, GORE)
    bench.jobs.failures.fail_next("finish", StorageFailed("memory", "away"))
    job = await bench.draw("a fox")
    await bench.recover()
    await bench.recover()
    assert bench.job(job).state is JobState.REFUSED
    assert len(bench.painter.requests) == 1
