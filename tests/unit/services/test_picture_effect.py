"""Asks what cases do to pictures: one that is decided removes, and whatever takes that back shows them again."""

import pytest

from bot.domain.cases import Case, CaseDecision, CaseKind
from bot.domain.people import AccountId
from bot.domain.pictures import Picture, PictureState
from bot.domain.removals import RemovalReason
from bot.domain.rules import Actor
from bot.services.case_effects import PictureEffect
from tests.fakes.bench import Bench
from tests.fakes.case_setup import CaseSetup

MO, OLLIE = Actor(AccountId("mo"), "Mo"), Actor(AccountId("ollie"), "Ollie")


class Hall:
    """One picture, and what is decided about it by whoever runs this bot."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.setup = CaseSetup(self.bench)
        self.effect = PictureEffect(self.setup.removals, self.bench.removals, self.setup.cases)

    async def hang(self) -> Picture:
        """Have it drawn."""
        self.job = await self.bench.draw()
        [self.picture] = await self.bench.pictures.of_job(self.job.id)
        return self.picture

    async def appeal(self, against: Case) -> Case:
        """Open its author's appeal against a case."""
        return await self.setup.report(self.job, kind=CaseKind.APPEAL, appeals=against.id)

    async def decide(self, case: Case, decision: CaseDecision, by: Actor = MO) -> Case:
        """Decide a case."""
        return await self.setup.review.decide(case.id, decision, by, None)

    async def undo(self, case: Case) -> Case:
        """Take a decision back."""
        return await self.setup.review.undo(case.id, OLLIE, None)

    async def state(self) -> PictureState:
        """Say whether it can be seen."""
        [picture] = await self.bench.pictures.of_job(self.job.id)
        return picture.state


@pytest.fixture
async def hall() -> Hall:
    """Return one with a picture in it."""
    hall = Hall()
    await hall.hang()
    return hall


@pytest.fixture
async def removed(hall: Hall) -> Case:
    """Return the decided case that removed the picture."""
    return await hall.decide(await hall.setup.report(hall.job), CaseDecision.REMOVE)


async def test_an_appeal_shows_the_picture_again_until_it_is_taken_back(hall: Hall, removed: Case) -> None:
    """Then what was decided first counts again."""
    assert await hall.state() is PictureState.HIDDEN
    appeal = await hall.appeal(removed)
    await hall.decide(appeal, CaseDecision.RESTORE, OLLIE)
    assert await hall.state() is PictureState.VISIBLE
    await hall.undo(appeal)
    assert await hall.state() is PictureState.HIDDEN
    removal = await hall.bench.removals.get(hall.picture.id)
    assert removal is not None
    assert (removal.is_active, removal.order.case, removal.order.by) == (True, removed.id, MO.account)


async def test_a_decision_that_is_undone_shows_it_again(hall: Hall, removed: Case) -> None:
    """By whoever undid it, though no decision stands."""
    assert (await hall.undo(removed)).decision is None
    assert await hall.state() is PictureState.VISIBLE


async def test_a_hidden_picture_is_shown_by_a_case_that_keeps_it(hall: Hall) -> None:
    """And not before that."""
    report = await hall.setup.report(hall.job)
    await hall.setup.removals.hide(hall.picture.id, RemovalReason.REPORTS, "reports")
    await hall.effect.enforce(report)
    assert await hall.state() is PictureState.HIDDEN
    await hall.decide(report, CaseDecision.KEEP)
    assert await hall.state() is PictureState.VISIBLE


async def test_an_appeal_that_is_not_granted_leaves_it_removed(hall: Hall, removed: Case) -> None:
    """Nothing new was decided about the picture."""
    before = await hall.bench.removals.get(hall.picture.id)
    await hall.decide(await hall.appeal(removed), CaseDecision.UPHOLD, OLLIE)
    assert await hall.bench.removals.get(hall.picture.id) == before


async def test_a_case_that_is_carried_out_once_more_does_not_overrule_its_appeal(hall: Hall, removed: Case) -> None:
    """As by a process that died before it could write down that it was through with it."""
    await hall.decide(await hall.appeal(removed), CaseDecision.RESTORE, OLLIE)
    await hall.effect.enforce(removed)
    assert await hall.state() is PictureState.VISIBLE


@pytest.mark.parametrize("reason", [RemovalReason.RULES, RemovalReason.LEGAL])
async def test_an_appeal_shows_nothing_that_something_else_removed(hall: Hall, reason: RemovalReason) -> None:
    """It is against a case, and an operator took the picture down without one."""
    kept = await hall.decide(await hall.setup.report(hall.job), CaseDecision.KEEP)
    await hall.setup.removals.remove(hall.picture.id, reason, "operator")
    await hall.decide(await hall.appeal(kept), CaseDecision.RESTORE, OLLIE)
    assert await hall.state() is PictureState.REMOVING


async def test_an_appeal_about_a_picture_that_nobody_removed_does_nothing_to_it(hall: Hall) -> None:
    """Its author was warned by hand, say."""
    kept = await hall.decide(await hall.setup.report(hall.job), CaseDecision.KEEP)
    await hall.decide(await hall.appeal(kept), CaseDecision.RESTORE, OLLIE)
    assert await hall.state() is PictureState.VISIBLE
    assert await hall.bench.removals.get(hall.picture.id) is None


async def test_an_appeal_that_is_taken_back_removes_nothing_that_its_case_does_not(hall: Hall, removed: Case) -> None:
    """The moderator, too, has found that the picture may stay."""
    appeal = await hall.appeal(removed)
    granted = await hall.decide(appeal, CaseDecision.RESTORE, OLLIE)
    await hall.decide(await hall.undo(removed), CaseDecision.KEEP)
    assert (await hall.undo(granted)).decision is None
    assert await hall.state() is PictureState.VISIBLE


async def test_what_the_law_demands_is_undone_by_its_own_case_alone(hall: Hall) -> None:
    """A report that is found to be none does not show it."""
    report = await hall.setup.report(hall.job)
    await hall.setup.removals.hide(hall.picture.id, RemovalReason.LEGAL, "operator")
    await hall.decide(report, CaseDecision.KEEP)
    assert await hall.state() is PictureState.HIDDEN


async def test_a_case_that_is_about_no_picture_touches_none(hall: Hall) -> None:
    """Words that were refused were never drawn."""
    words = await hall.setup.report(hall.job, kind=CaseKind.MISTAKE, picture=None, job=None, words="a fox")
    await hall.decide(words, CaseDecision.UPHOLD)
    assert await hall.state() is PictureState.VISIBLE
