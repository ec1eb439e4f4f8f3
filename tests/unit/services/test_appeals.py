"""Asks appeals: what can be appealed, once, by whom, and who decides."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.cases import Case, CaseDecision, CaseId, CaseKind, NewCase
from bot.domain.chat import Place
from bot.domain.people import AccountId, CommunityId, Platform
from bot.domain.pictures import PictureId
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction
from bot.errors import BadInput, Conflict, NotAllowed
from bot.services.appeal_effect import AppealEffect
from bot.services.appeals import Appeals
from bot.services.case_effects import SanctionEffect
from bot.services.cases import CaseReview
from bot.services.sanctions import Sanctions
from tests.contract.examples import a_hold, a_job
from tests.fakes.cases import MemoryCases
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.jobs import MemoryJobs
from tests.fakes.moderation_log import MemoryModerationLog
from tests.fakes.sanctions import MemorySanctionBook

ANN, BOB = Actor(AccountId("ann"), "Ann"), Actor(AccountId("bob"), "Bob")
MO, OLLIE = Actor(AccountId("mo"), "Mo"), Actor(AccountId("ollie"), "Ollie")
HERE = CommunityId("loom:1")
LOOM = Platform("loom")
PLACE, ALONE = Place(LOOM, "1", "square"), Place(LOOM, "", "ann alone")
HOUR = timedelta(hours=1)


class AppealSetup:
    """Cases, sanctions, and appeals against both."""

    def __init__(self) -> None:
        self.clock, ids = StoppedClock(), CountingIds()
        log = MemoryModerationLog(self.clock)
        self.jobs = MemoryJobs(self.clock)
        self.cases = MemoryCases(self.clock, ids, log)
        self.book = MemorySanctionBook(self.jobs, self.clock, log)
        self.sanctions = Sanctions(
            book=self.book, clock=self.clock, ids=ids, is_owners_account=self._is_owners, follow_up=self._follow
        )
        effects = (SanctionEffect(self.sanctions, self.book), AppealEffect(self.sanctions, self.book))
        self.review = CaseReview(self.cases, self.book, effects, self.clock)
        self.appeals = Appeals(review=self.review, cases=self.cases, book=self.book, jobs=self.jobs, clock=self.clock)

    async def decided(
        self, decision: CaseDecision, by: Actor = MO, picture: str = "fox", kind: CaseKind = CaseKind.REPORT
    ) -> Case:
        """Return a decided case about a picture of Ann's."""
        new = NewCase(kind=kind, community=HERE, platform=LOOM, tenant="1", account=ANN.account, picture=PictureId(picture))
        opened = await self.review.open(new)
        return await self.review.decide(opened.case.id, decision, by, HERE)

    async def appeal(self, decision: str | None = None, by: Actor = ANN, place: Place = PLACE) -> Case:
        """Appeal, in a few words."""
        return await self.appeals.appeal(by, decision, "it was a joke", place=place, community=HERE)

    async def _is_owners(self, account: AccountId) -> bool:
        return account == "owner"

    async def _follow(self, sanction: Sanction) -> None:
        pass


@pytest.fixture
def setup() -> AppealSetup:
    """Set it up."""
    return AppealSetup()


async def test_an_appeal_against_a_sanction_is_a_case_of_its_community(setup: AppealSetup) -> None:
    """With the words, and what it is against."""
    ban = await setup.sanctions.ban(ANN.account, HERE, by=MO)
    case = await setup.appeal(ban.id)
    assert (case.kind, case.community, case.account, case.by) == (CaseKind.APPEAL, HERE, ANN.account, ANN)
    assert (case.appeals, case.words, case.platform, case.tenant) == (ban.id, "it was a joke", LOOM, "1")


async def test_an_appeal_against_what_a_case_imposed_is_one_against_the_case(setup: AppealSetup) -> None:
    """So the picture comes back with it."""
    decided = await setup.decided(CaseDecision.BAN)
    [ban] = setup.book.by_id.values()
    case = await setup.appeal(ban.id)
    assert (case.appeals, case.picture) == (decided.id, "fox")


async def test_without_an_id_it_is_the_last_decision_that_counts(setup: AppealSetup) -> None:
    """What has ended, or was decided in the person's favour, does not."""
    await setup.decided(CaseDecision.REMOVE)
    setup.clock.move(HOUR)
    warning = await setup.sanctions.warn(ANN.account, HERE, by=MO)
    setup.clock.move(HOUR)
    lifted = await setup.sanctions.ban(ANN.account, HERE, by=MO)
    await setup.sanctions.lift(lifted.id, MO)
    await setup.decided(CaseDecision.KEEP, picture="owl")
    assert (await setup.appeal()).appeals == warning.id


async def test_there_has_to_be_something_to_appeal(setup: AppealSetup) -> None:
    """Of one's own."""
    with pytest.raises(BadInput):
        await setup.appeal()
    ban = await setup.sanctions.ban(ANN.account, HERE, by=MO)
    kept = await setup.decided(CaseDecision.KEEP)
    demanded = await setup.decided(CaseDecision.REMOVE, picture="owl", kind=CaseKind.TAKEDOWN)
    for decision, by in ((ban.id, BOB), ("nothing", ANN), (kept.id, ANN), (demanded.id, ANN)):
        with pytest.raises(BadInput):
            await setup.appeal(decision, by)


async def test_an_appeal_is_decided_once(setup: AppealSetup) -> None:
    """Whoever appeals again is told how it stands."""
    ban = await setup.sanctions.ban(ANN.account, HERE, by=MO)
    case = await setup.appeal(ban.id)
    with pytest.raises(Conflict, match="bad input") as again:
        await setup.appeal(ban.id)
    assert "a moderator will look at it" in again.value.user_text
    await setup.review.decide(case.id, CaseDecision.UPHOLD, OLLIE, HERE)
    with pytest.raises(Conflict) as again:
        await setup.appeal(ban.id)
    assert "it stays as it was decided. It is decided once." in again.value.user_text


async def test_another_moderator_decides_where_there_is_one(setup: AppealSetup) -> None:
    """Against a sanction as against a case; where there is none within a day, whoever decided looks at it again."""
    ban = await setup.sanctions.ban(ANN.account, HERE, by=MO)
    first = await setup.appeal(ban.id)
    setup.clock.move(timedelta(days=1))
    await setup.review.decide(first.id, CaseDecision.UPHOLD, MO, HERE)
    await setup.decided(CaseDecision.KEEP, by=OLLIE, picture="owl")
    other = await setup.sanctions.ban(ANN.account, HERE, by=MO)
    appeal = await setup.appeal(other.id)
    with pytest.raises(NotAllowed):
        await setup.review.decide(appeal.id, CaseDecision.RESTORE, MO, HERE)
    with pytest.raises(NotAllowed):
        await setup.review.decide(appeal.id, CaseDecision.RESTORE, ANN, HERE)
    await setup.review.decide(appeal.id, CaseDecision.RESTORE, OLLIE, HERE)
    assert not setup.book.by_id[other.id].is_active_at(setup.clock.now())


async def test_an_appeal_from_a_direct_message_is_found_where_the_person_last_drew(setup: AppealSetup) -> None:
    """Moderators look for cases in their own server."""
    job = a_job("fox", ANN.account, community=HERE, place=PLACE)
    await setup.jobs.accept(job, replace(a_hold(ANN.account), community=HERE))
    ban = await setup.sanctions.ban(ANN.account, HERE, by=MO)
    assert (await setup.appeal(ban.id, place=ALONE)).tenant == "1"
    other = await setup.sanctions.ban(BOB.account, HERE, by=MO)
    assert (await setup.appeal(other.id, by=BOB, place=ALONE)).tenant == ""


async def test_a_picture_that_is_looked_at_again_already_is_not_appealed(setup: AppealSetup) -> None:
    """One case at a time is open about it."""
    decided = await setup.decided(CaseDecision.REMOVE)
    new = NewCase(kind=CaseKind.REPORT, community=HERE, platform=LOOM, tenant="1", account=ANN.account, picture=PictureId("fox"))
    await setup.review.open(new)
    with pytest.raises(Conflict, match="bad input") as refused:
        await setup.appeal(CaseId(decided.id))
    assert "looking at that picture again already" in refused.value.user_text
