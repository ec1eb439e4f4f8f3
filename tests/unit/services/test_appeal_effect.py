"""Asks what appeals do: one that is granted gives back, and one that is not, or not any more, leaves all as it was."""

from datetime import timedelta

import pytest

from bot.domain.cases import Case, CaseDecision, CaseKind, NewCase
from bot.domain.people import AccountId, CommunityId, Platform
from bot.domain.pictures import PictureId
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction, SanctionKind
from bot.services.appeal_effect import AppealEffect
from bot.services.case_effects import SanctionEffect
from bot.services.cases import CaseReview
from bot.services.sanctions import Sanctions
from tests.fakes.cases import MemoryCases
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.jobs import MemoryJobs
from tests.fakes.moderation_log import MemoryModerationLog
from tests.fakes.sanctions import MemorySanctionBook

ANN, OWNER = AccountId("ann"), AccountId("owner")
MO, OLLIE = Actor(AccountId("mo"), "Mo"), Actor(AccountId("ollie"), "Ollie")
HERE = CommunityId("loom:1")
MINUTE = timedelta(minutes=1)


class AppealEffectSetup:
    """Cases with their effect on people."""

    def __init__(self) -> None:
        self.clock, ids = StoppedClock(), CountingIds()
        log = MemoryModerationLog(self.clock)
        self.cases = MemoryCases(self.clock, ids, log)
        self.book = MemorySanctionBook(MemoryJobs(self.clock), self.clock, log)
        self.followed: list[Sanction] = []
        self.sanctions = Sanctions(
            book=self.book, clock=self.clock, ids=ids, is_owners_account=self._is_owners, follow_up=self._follow
        )
        effects = (SanctionEffect(self.sanctions, self.book), AppealEffect(self.sanctions, self.book))
        self.review = CaseReview(self.cases, self.book, effects, self.clock)

    async def report(self, account: AccountId = ANN) -> Case:
        """Open a case about a picture."""
        new = NewCase(
            kind=CaseKind.REPORT,
            community=HERE,
            platform=Platform("loom"),
            tenant="1",
            account=account,
            picture=PictureId(f"of {account}"),
        )
        return (await self.review.open(new)).case

    async def appeal(self, against: str | None) -> Case:
        """Open Ann's appeal."""
        new = NewCase(kind=CaseKind.APPEAL, community=HERE, platform=Platform("loom"), tenant="1", account=ANN, appeals=against)
        return (await self.review.open(new)).case

    def active(self) -> list[SanctionKind]:
        """Return what holds now."""
        return [one.kind for one in self.book.by_id.values() if one.is_active_at(self.clock.now())]

    async def _is_owners(self, account: AccountId) -> bool:
        return account == OWNER

    async def _follow(self, sanction: Sanction) -> None:
        self.followed.append(sanction)


@pytest.fixture
def setup() -> AppealEffectSetup:
    """Set it up."""
    return AppealEffectSetup()


async def test_an_appeal_against_a_case_lifts_what_followed_from_it(setup: AppealEffectSetup) -> None:
    """And when its decision is undone, all of it holds again, with what follows from that."""
    case = await setup.report()
    await setup.review.decide(case.id, CaseDecision.BAN, MO, HERE)
    appeal = await setup.appeal(case.id)
    await setup.review.decide(appeal.id, CaseDecision.RESTORE, OLLIE, HERE)
    assert setup.active() == []
    await setup.review.undo(appeal.id, OLLIE, HERE)
    assert setup.active() == [SanctionKind.BAN]
    assert len(setup.followed) == 2
    await setup.review.decide(appeal.id, CaseDecision.UPHOLD, OLLIE, HERE)
    assert setup.active() == [SanctionKind.BAN]


async def test_an_appeal_against_a_sanction_lifts_that_one(setup: AppealEffectSetup) -> None:
    """One that no case is about."""
    ban = await setup.sanctions.ban(ANN, HERE, by=MO)
    await setup.sanctions.warn(ANN, HERE, by=MO)
    appeal = await setup.appeal(ban.id)
    await setup.review.decide(appeal.id, CaseDecision.RESTORE, OLLIE, HERE)
    assert setup.active() == [SanctionKind.WARNING]
    setup.clock.move(11 * MINUTE)
    await setup.review.carry_on()
    assert setup.active() == [SanctionKind.WARNING]


async def test_an_appeal_that_names_no_decision_lifts_nothing(setup: AppealEffectSetup) -> None:
    """What nobody asked about holds on."""
    await setup.sanctions.ban(ANN, HERE, by=MO)
    appeal = await setup.appeal(None)
    await setup.review.decide(appeal.id, CaseDecision.RESTORE, OLLIE, HERE)
    assert setup.active() == [SanctionKind.BAN]
