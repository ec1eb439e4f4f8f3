"""Asks whether people hear how their appeal was decided: in private, once for each decision, and what does not come back."""

from datetime import timedelta

import pytest

from bot.domain.cases import Case, CaseDecision, CaseKind, NewCase
from bot.domain.jobs import Job
from bot.domain.people import HOUSE, AccountId
from bot.domain.pictures import PictureState
from bot.domain.removals import RemovalReason
from bot.domain.rules import Actor
from bot.errors import SurfaceFailed
from bot.pipeline.appeal_notice import AppealNotice
from bot.pipeline.private_notices import PrivateNotices
from bot.services.case_effects import PictureEffect
from bot.services.cases import CaseReview
from bot.services.removal import UNDO
from tests.fakes.bench import Bench
from tests.fakes.surfaces import LOOM, SQUARE, person

MO, OLLIE = Actor(AccountId("mo"), "Mo"), Actor(AccountId("ollie"), "Ollie")
GRANTED = "A moderator has looked at your appeal, and the decision is taken back."
UPHELD = "A moderator has looked at your appeal: it stays as it was decided. An appeal is decided once."
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class AppealNoticeSetup:
    """Cases with what they do to pictures, and with what the person is told."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        notices = PrivateNotices(bench.accounts, {LOOM: bench.surface})
        self.notice = AppealNotice(notices, bench.removals, bench.seen_keys, bench.clock)
        effects = (PictureEffect(bench.decisions, bench.removals, bench.cases), self.notice)
        self.review = CaseReview(bench.cases, bench.sanction_book, effects, bench.clock)

    async def open(self, kind: CaseKind, job: Job | None = None, *, appeals: str | None = None) -> Case:
        """Open a case about Ann, or about a picture of hers."""
        picture = None if job is None else (await self.bench.pictures.of_job(job.id))[0].id
        new = NewCase(
            kind=kind,
            community=HOUSE,
            platform=LOOM,
            tenant=SQUARE.tenant,
            account=(await self.bench.quotas.account(person())).id,
            picture=picture,
            appeals=appeals,
        )
        return (await self.review.open(new)).case

    async def decide(self, case: Case, decision: CaseDecision, by: Actor = OLLIE) -> Case:
        """Decide it."""
        return await self.review.decide(case.id, decision, by, HOUSE)

    @property
    def texts(self) -> list[str]:
        """What was said to Ann alone."""
        return [post.text for place, post, _ in self.bench.surface.posted if place.channel == "ann alone"]


@pytest.fixture
def setup(bench: Bench) -> AppealNoticeSetup:
    """Set it up."""
    return AppealNoticeSetup(bench)


@pytest.mark.parametrize(("decision", "text"), [(CaseDecision.RESTORE, GRANTED), (CaseDecision.UPHOLD, UPHELD)])
async def test_a_decision_is_told_once(setup: AppealNoticeSetup, decision: CaseDecision, text: str) -> None:
    """However often it is carried out."""
    decided = await setup.decide(await setup.open(CaseKind.APPEAL, appeals="a warning"), decision)
    assert setup.texts == [text]
    await setup.notice.enforce(decided)
    assert setup.texts == [text]
    assert setup.bench.seen_keys.happened == {f"appeal:{decided.id}:1"}


async def test_a_crash_before_they_are_told_loses_nothing(setup: AppealNoticeSetup) -> None:
    """Nothing says that they were told before they were."""
    setup.bench.surface.failures.fail_next("direct", RuntimeError("the process is killed here"))
    with pytest.raises(RuntimeError):
        await setup.decide(await setup.open(CaseKind.APPEAL, appeals="a warning"), CaseDecision.UPHOLD)
    for _ in range(2):
        await setup.review.carry_on()
    assert setup.texts == [UPHELD]


async def test_what_is_decided_anew_is_told_anew(setup: AppealNoticeSetup) -> None:
    """While it is open again, nothing is."""
    appeal = await setup.open(CaseKind.APPEAL, appeals="a warning")
    await setup.decide(appeal, CaseDecision.UPHOLD)
    await setup.review.undo(appeal.id, OLLIE, HOUSE)
    assert setup.texts == [UPHELD]
    await setup.decide(appeal, CaseDecision.RESTORE)
    assert setup.texts == [UPHELD, GRANTED]


async def test_only_decisions_of_appeals_are_told(setup: AppealNoticeSetup) -> None:
    """What follows from a report has words of its own."""
    await setup.decide(await setup.open(CaseKind.REPORT, await setup.bench.draw()), CaseDecision.REMOVE)
    assert setup.texts == []
    assert setup.bench.seen_keys.happened == set()


async def test_a_picture_that_comes_back_needs_no_more_words(setup: AppealNoticeSetup) -> None:
    """It is there again."""
    job = await setup.bench.draw()
    report = await setup.decide(await setup.open(CaseKind.REPORT, job), CaseDecision.REMOVE, MO)
    await setup.decide(await setup.open(CaseKind.APPEAL, job, appeals=report.id), CaseDecision.RESTORE)
    assert [picture.state for picture in await setup.bench.pictures.of_job(job.id)] == [PictureState.VISIBLE]
    assert setup.texts == [GRANTED]


async def test_a_picture_that_was_never_removed_is_not_called_deleted(setup: AppealNoticeSetup) -> None:
    """The appeal was against something else."""
    job = await setup.bench.draw()
    await setup.decide(await setup.open(CaseKind.APPEAL, job, appeals="a warning"), CaseDecision.RESTORE)
    assert setup.texts == [GRANTED]


async def test_whoever_gets_no_picture_back_is_told_so(setup: AppealNoticeSetup) -> None:
    """Its bytes went when the removal could not be undone any more."""
    job = await setup.bench.draw()
    report = await setup.decide(await setup.open(CaseKind.REPORT, job), CaseDecision.REMOVE, MO)
    setup.bench.clock.move(UNDO)
    await setup.bench.gallery.sweep()
    appeal = await setup.open(CaseKind.APPEAL, job, appeals=report.id)
    await setup.decide(appeal, CaseDecision.RESTORE)
    assert setup.bench.objects.objects == {}
    assert setup.texts == [f"{GRANTED} The picture itself is deleted for good and cannot come back."]


async def test_a_picture_that_others_hide_is_not_called_deleted(setup: AppealNoticeSetup) -> None:
    """It may come back yet."""
    job = await setup.bench.draw()
    [picture] = await setup.bench.pictures.of_job(job.id)
    await setup.bench.decisions.hide(picture.id, RemovalReason.REPORTS, "reports")
    await setup.decide(await setup.open(CaseKind.APPEAL, job, appeals="a warning"), CaseDecision.RESTORE)
    [texts] = setup.texts
    assert texts == f"{GRANTED} The picture itself stays hidden until a moderator has looked at what else was said about it."


async def test_a_process_that_cannot_reach_them_leaves_it_to_another_one(setup: AppealNoticeSetup) -> None:
    """It serves none of their platforms; the next one does."""
    unserved = PrivateNotices(setup.bench.accounts, {})
    elsewhere = AppealNotice(unserved, setup.bench.removals, setup.bench.seen_keys, setup.bench.clock)
    appeal = await setup.open(CaseKind.APPEAL, appeals="a warning")
    decided = await CaseReview(setup.bench.cases, setup.bench.sanction_book, (elsewhere,), setup.bench.clock).decide(
        appeal.id, CaseDecision.UPHOLD, OLLIE, HOUSE
    )
    assert [case.id for case in await setup.bench.cases.to_enforce(most=9)] == [decided.id]
    await setup.review.carry_on()
    assert setup.texts == [UPHELD]


async def test_a_platform_that_is_down_is_tried_again(setup: AppealNoticeSetup) -> None:
    """Until it takes the message."""
    setup.bench.surface.failures.fail_always("direct", SurfaceFailed(LOOM, "500"))
    appeal = await setup.decide(await setup.open(CaseKind.APPEAL, appeals="a warning"), CaseDecision.UPHOLD)
    setup.bench.clock.move(HOUR)
    await setup.review.carry_on()
    assert [case.id for case in await setup.bench.cases.to_enforce(most=9)] == [appeal.id]
    setup.bench.surface.failures.clear()
    for _ in range(2):
        await setup.review.carry_on()
    assert setup.texts == [UPHELD]
    assert await setup.bench.cases.to_enforce(most=9) == ()


async def test_after_a_day_it_is_given_up(setup: AppealNoticeSetup) -> None:
    """The case is done with, and nobody is told out of the blue later."""
    setup.bench.surface.failures.fail_always("direct", SurfaceFailed(LOOM, "500"))
    await setup.decide(await setup.open(CaseKind.APPEAL, appeals="a warning"), CaseDecision.UPHOLD)
    setup.bench.clock.move(DAY)
    await setup.review.carry_on()
    assert await setup.bench.cases.to_enforce(most=9) == ()
    setup.bench.surface.failures.clear()
    await setup.review.carry_on()
    assert setup.texts == []
