"""Is a case decided once, by somebody who may, and does what was decided happen?"""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.domain.cases import UNDO_WINDOW, Case, CaseDecision, CaseId, CaseKind, CaseState, NewCase
from bot.domain.jobs import JobId
from bot.domain.people import HOUSE, AccountId, CommunityId, Platform
from bot.domain.pictures import PictureId
from bot.domain.rules import Actor
from bot.errors import BadInput, Conflict, NotAllowed, StorageFailed
from bot.services.cases import CaseReview
from tests.fakes.cases import MemoryCases
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.jobs import MemoryJobs
from tests.fakes.moderation_log import MemoryModerationLog
from tests.fakes.sanctions import MemorySanctionBook

ANN = Actor(AccountId("ann"), "Ann")
MO = Actor(AccountId("mo"), "Mo")
ZOE = Actor(AccountId("zoe"), "Zoe")
REPORT = NewCase(
    kind=CaseKind.REPORT,
    community=HOUSE,
    platform=Platform("discord"),
    tenant="1",
    account=ANN.account,
    by=ZOE,
    picture=PictureId("fox.0"),
    job=JobId("fox"),
)


class NotedEffect:
    """Notes the cases that it was asked to enforce; `failures` are raised first, and `meanwhile` happens during the next one."""

    def __init__(self) -> None:
        self.enforced: list[Case] = []
        self.failures: list[Exception] = []
        self.undone_meanwhile: MemoryCases | None = None

    async def enforce(self, case: Case) -> None:
        """Note it."""
        if self.failures:
            raise self.failures.pop()
        self.enforced.append(case)
        if self.undone_meanwhile is not None:
            cases, self.undone_meanwhile = self.undone_meanwhile, None
            await cases.undo(case.id, ZOE)

    @property
    def notified(self) -> list[tuple[CaseState, CaseDecision | None]]:
        """What the cases said."""
        return [(case.state, case.decision) for case in self.enforced]


@dataclass
class CasesSetup:
    """What the tests look at."""

    review: CaseReview
    cases: MemoryCases
    effect: NotedEffect
    clock: StoppedClock

    async def open(self, new: NewCase = REPORT) -> CaseId:
        """Open a case."""
        return (await self.review.open(new)).case.id


@pytest.fixture
def stage() -> CasesSetup:
    """Build it."""
    clock, effect = StoppedClock(), NotedEffect()
    moderation_log = MemoryModerationLog(clock)
    cases = MemoryCases(clock, CountingIds(), moderation_log)
    book = MemorySanctionBook(MemoryJobs(clock), clock, moderation_log)
    return CasesSetup(CaseReview(cases, book, (effect,), clock), cases, effect, clock)


async def test_a_second_report_opens_no_second_case(stage: CasesSetup) -> None:
    """It is told which one there is."""
    first, second = await stage.review.open(REPORT), await stage.review.open(REPORT)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.case.id == second.case.id


async def test_a_decision_happens_at_once(stage: CasesSetup) -> None:
    """And nothing is left to be carried on."""
    decided = await stage.review.decide(await stage.open(), CaseDecision.REMOVE, MO, HOUSE)
    assert decided.decision is CaseDecision.REMOVE
    assert stage.effect.enforced == [decided]
    await stage.review.carry_on()
    assert len(stage.effect.enforced) == 1


async def test_who_is_late_is_told_who_decided(stage: CasesSetup) -> None:
    """And what."""
    case = await stage.open()
    await stage.review.decide(case, CaseDecision.WARN, MO, HOUSE)
    with pytest.raises(Conflict) as refused:
        await stage.review.decide(case, CaseDecision.KEEP, ZOE, HOUSE)
    assert refused.value.user_text == (
        "Mo decided this case already: the picture is removed, and its author warned. Nothing was changed."
    )
    assert len(stage.effect.enforced) == 1


async def test_who_is_late_for_what_was_undone_again_is_told_to_look(stage: CasesSetup) -> None:
    """There is nobody to name by then."""
    case = await stage.open()
    stage.cases.is_taken = True
    with pytest.raises(Conflict) as refused:
        await stage.review.decide(case, CaseDecision.KEEP, MO, HOUSE)
    assert "look at it again" in refused.value.user_text


@pytest.mark.parametrize("kind", CaseKind)
async def test_each_kind_has_its_decisions(stage: CasesSetup, kind: CaseKind) -> None:
    """No other one is taken."""
    new = replace(REPORT, kind=kind)
    case = await stage.open(new)
    for decision in set(CaseDecision) - set(new.decisions):
        with pytest.raises(BadInput):
            await stage.review.decide(case, decision, MO, HOUSE)
    assert (await stage.review.decide(case, new.decisions[0], MO, HOUSE)).decision is new.decisions[0]


@pytest.mark.parametrize("kind", [CaseKind.REPORT, CaseKind.APPEAL])
async def test_nobody_decides_about_themselves(stage: CasesSetup, kind: CaseKind) -> None:
    """But whoever runs the bot, who may be the only one there."""
    new = replace(REPORT, kind=kind)
    case = await stage.open(new)
    with pytest.raises(NotAllowed):
        await stage.review.decide(case, new.decisions[0], ANN, HOUSE)
    assert (await stage.review.decide(case, new.decisions[0], ANN, None)).decided_by == ANN


async def test_a_moderator_may_decide_what_they_reported(stage: CasesSetup) -> None:
    """They could have removed it without."""
    assert (await stage.review.decide(await stage.open(), CaseDecision.REMOVE, ZOE, HOUSE)).decided_by == ZOE


async def test_another_communitys_case_is_not_there(stage: CasesSetup) -> None:
    """Whatever is asked of it."""
    case, other = await stage.open(), CommunityId("discord:2")
    for asked in (
        stage.review.find(case, other),
        stage.review.decide(case, CaseDecision.KEEP, MO, other),
        stage.review.undo(case, MO, other),
        stage.review.assign(case, MO, MO, other),
        stage.review.add_note(case, "hm", MO, other),
        stage.review.find(CaseId("nothing"), None),
    ):
        with pytest.raises(BadInput):
            await asked


class TestAppeals:
    """They go to another moderator where there is one."""

    async def appeal(self, stage: CasesSetup) -> CaseId:
        """Have somebody appeal against what Mo decided."""
        case = await stage.open()
        await stage.review.decide(case, CaseDecision.BAN, MO, HOUSE)
        return await stage.open(replace(REPORT, kind=CaseKind.APPEAL, appeals=case))

    async def test_the_same_moderator_does_not_decide_it(self, stage: CasesSetup) -> None:
        """They are told who could."""
        other = await stage.open(replace(REPORT, picture=PictureId("owl.0")))
        await stage.review.decide(other, CaseDecision.KEEP, ZOE, HOUSE)
        appeal = await self.appeal(stage)
        with pytest.raises(NotAllowed) as refused:
            await stage.review.decide(appeal, CaseDecision.UPHOLD, MO, HOUSE)
        assert "such as Zoe" in refused.value.user_text
        assert (await stage.review.decide(appeal, CaseDecision.RESTORE, ZOE, HOUSE)).decision is CaseDecision.RESTORE

    async def test_where_there_is_no_other_one_they_do(self, stage: CasesSetup) -> None:
        """Somebody has to; but a day long it is for others, who may be there and have decided nothing yet."""
        appeal = await self.appeal(stage)
        with pytest.raises(NotAllowed) as refused:
            await stage.review.decide(appeal, CaseDecision.UPHOLD, MO, HOUSE)
        assert "others have a day to decide it" in refused.value.user_text
        stage.clock.move(timedelta(days=1))
        assert (await stage.review.decide(appeal, CaseDecision.UPHOLD, MO, HOUSE)).decided_by == MO

    async def test_nor_do_they_undo_what_the_other_one_decided(self, stage: CasesSetup) -> None:
        """The appeal would be open again, and the person banned."""
        appeal = await self.appeal(stage)
        await stage.review.decide(appeal, CaseDecision.RESTORE, ZOE, HOUSE)
        with pytest.raises(NotAllowed):
            await stage.review.undo(appeal, MO, HOUSE)
        assert (await stage.review.undo(appeal, ZOE, HOUSE)).state is CaseState.OPEN

    async def test_who_appeals_is_not_the_other_moderator(self, stage: CasesSetup) -> None:
        """A moderator may have been banned."""
        other = await stage.open(replace(REPORT, picture=PictureId("owl.0"), account=AccountId("bob")))
        await stage.review.decide(other, CaseDecision.KEEP, ANN, HOUSE)
        appeal = await self.appeal(stage)
        stage.clock.move(timedelta(days=1))
        assert (await stage.review.decide(appeal, CaseDecision.UPHOLD, MO, HOUSE)).decided_by == MO

    async def test_who_appeals_hides_no_third_moderator(self, stage: CasesSetup) -> None:
        """What they decided last is not looked at."""
        for moderator, picture in ((ZOE, "owl.0"), (ANN, "hen.0")):
            other = await stage.open(replace(REPORT, picture=PictureId(picture), account=AccountId("bob")))
            await stage.review.decide(other, CaseDecision.KEEP, moderator, HOUSE)
            stage.clock.move(timedelta(minutes=1))
        appeal = await self.appeal(stage)
        stage.clock.move(timedelta(days=1))
        with pytest.raises(NotAllowed) as refused:
            await stage.review.decide(appeal, CaseDecision.UPHOLD, MO, HOUSE)
        assert "such as Zoe" in refused.value.user_text

    async def test_an_appeal_against_no_case_is_anybodys(self, stage: CasesSetup) -> None:
        """A sanction may have come without one."""
        appeal = await stage.open(replace(REPORT, kind=CaseKind.APPEAL, appeals="sanction 7"))
        assert (await stage.review.decide(appeal, CaseDecision.RESTORE, MO, HOUSE)).decided_by == MO


class TestUndoing:
    """For ten minutes."""

    async def test_what_followed_is_taken_back(self, stage: CasesSetup) -> None:
        """The effects see an open case."""
        case = await stage.open()
        await stage.review.decide(case, CaseDecision.REMOVE, MO, HOUSE)
        assert (await stage.review.undo(case, ZOE, HOUSE)).state is CaseState.OPEN
        assert stage.effect.notified[-1] == (CaseState.OPEN, None)

    async def test_later_it_is_refused(self, stage: CasesSetup) -> None:
        """In a sentence that says why."""
        case = await stage.open()
        await stage.review.decide(case, CaseDecision.REMOVE, MO, HOUSE)
        stage.clock.move(UNDO_WINDOW)
        with pytest.raises(Conflict) as refused:
            await stage.review.undo(case, MO, HOUSE)
        assert "ten minutes" in refused.value.user_text

    async def test_then_the_case_is_closed(self, stage: CasesSetup) -> None:
        """The effects are told, once."""
        await stage.review.decide(await stage.open(), CaseDecision.REMOVE, MO, HOUSE)
        stage.clock.move(UNDO_WINDOW)
        await stage.review.carry_on()
        await stage.review.carry_on()
        assert [case.closed_at is None for case in stage.effect.enforced] == [True, False]


class TestEnforcing:
    """What was decided happens."""

    async def test_what_fails_is_tried_again(self, stage: CasesSetup) -> None:
        """The decision stands meanwhile."""
        stage.effect.failures.append(StorageFailed("database", "away"))
        assert (await stage.review.decide(await stage.open(), CaseDecision.REMOVE, MO, HOUSE)).decision is CaseDecision.REMOVE
        assert stage.effect.enforced == []
        await stage.review.carry_on()
        assert stage.effect.notified == [(CaseState.DECIDED, CaseDecision.REMOVE)]

    async def test_what_fails_keeps_nothing_else_waiting(self, stage: CasesSetup) -> None:
        """However many there are, and whatever breaks."""
        failures = [StorageFailed("database", "away")] * 21
        for number, failure in enumerate(failures):
            stage.effect.failures.append(failure)
            await stage.review.decide(
                await stage.open(replace(REPORT, picture=PictureId(f"{number}"))), CaseDecision.REMOVE, MO, HOUSE
            )
        stage.effect.failures += [*failures[:20], ValueError("a bug")]
        await stage.review.carry_on()
        assert stage.effect.enforced == []
        stage.effect.failures += failures[:20]
        await stage.review.carry_on()
        assert len(stage.effect.enforced) == 1

    async def test_what_was_undone_meanwhile_is_taken_back(self, stage: CasesSetup) -> None:
        """Whoever enforces looks again before they call it done."""
        stage.effect.undone_meanwhile = stage.cases
        await stage.review.decide(await stage.open(), CaseDecision.REMOVE, MO, HOUSE)
        assert stage.effect.notified == [(CaseState.DECIDED, CaseDecision.REMOVE), (CaseState.OPEN, None)]
        assert await stage.cases.to_enforce(most=9) == ()


class TestWorking:
    """Moderators share the cases out, and write to each other."""

    async def test_somebody_takes_a_case(self, stage: CasesSetup) -> None:
        """Only an open one."""
        case = await stage.open()
        assert (await stage.review.assign(case, MO, MO, HOUSE)).assignee == MO
        await stage.review.decide(case, CaseDecision.KEEP, MO, HOUSE)
        with pytest.raises(Conflict):
            await stage.review.assign(case, ZOE, ZOE, HOUSE)

    async def test_a_note_is_written(self, stage: CasesSetup) -> None:
        """For the others."""
        case = await stage.open()
        await stage.review.add_note(case, "looks real", MO, HOUSE)
        assert [note.text for note in await stage.cases.notes(case)] == ["looks real"]
