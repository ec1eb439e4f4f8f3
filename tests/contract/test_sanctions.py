"""Asks of every implementation of `SanctionBook`: is each sanction there once, on whom it is, until it ends?"""

from datetime import timedelta

import pytest

from bot.domain.cases import CaseId
from bot.domain.jobs import JobId
from bot.domain.moderation_log import ModerationAction
from bot.domain.people import GUEST, HOUSE, AccountId, CommunityId, Identity
from bot.domain.rules import Actor
from bot.domain.sanctions import SanctionId, SanctionKind
from bot.ports.accounts import Accounts
from bot.ports.jobs import Jobs
from bot.ports.moderation_log import ModerationLog
from bot.ports.sanctions import SanctionBook
from tests.contract.examples import LEASE, SECOND, WEB, a_hold, a_job, some_pictures
from tests.contract.sanctions import MOD, a_sanction
from tests.fakes.clock import NOON, StoppedClock

HOUR = timedelta(hours=1)
OTHER = Actor(AccountId("other"), "Ollie")
HERE = CommunityId("discord:42")


@pytest.fixture
async def bob(accounts: Accounts) -> AccountId:
    """Return somebody else's account."""
    return (await accounts.get_or_create(Identity(WEB, "", "bob"), GUEST)).id


async def test_a_sanction_is_read_as_it_was_written(sanctions: SanctionBook, ann: AccountId) -> None:
    """With everything that is known of it."""
    mute = a_sanction("m", ann, kind=SanctionKind.MUTE, community=HERE, until=NOON + HOUR, case=CaseId("c1"))
    assert await sanctions.impose(mute) == mute
    assert await sanctions.find(SanctionId("m")) == mute
    assert await sanctions.of(ann) == (mute,)
    assert await sanctions.accounts(SanctionId("m")) == (ann,)


async def test_the_same_key_is_the_same_sanction(sanctions: SanctionBook, ann: AccountId) -> None:
    """Whatever came with it the second time."""
    first = await sanctions.impose(a_sanction("a", ann, key="once"))
    assert await sanctions.impose(a_sanction("b", ann, key="once", kind=SanctionKind.WARNING)) == first
    assert await sanctions.of(ann) == (first,)
    assert await sanctions.find(SanctionId("b")) is None


async def test_they_come_newest_first_and_each_persons_own(sanctions: SanctionBook, ann: AccountId, bob: AccountId) -> None:
    """Of every community."""
    old = await sanctions.impose(a_sanction("a", ann))
    await sanctions.impose(a_sanction("b", bob))
    new = await sanctions.impose(a_sanction("c", ann, community=HERE, imposed_at=NOON + SECOND))
    assert await sanctions.of(ann) == (new, old)


async def test_a_sanction_is_lifted_once(sanctions: SanctionBook, ann: AccountId, clock: StoppedClock) -> None:
    """It stays on record with who lifted it."""
    await sanctions.impose(a_sanction("a", ann))
    clock.move(HOUR)
    assert await sanctions.lift(SanctionId("a"), MOD)
    assert not await sanctions.lift(SanctionId("a"), MOD)
    [lifted] = await sanctions.of(ann)
    assert (lifted.lifted_at, lifted.lifted_by) == (NOON + HOUR, MOD)


async def test_what_has_run_out_or_never_was_cannot_be_lifted(
    sanctions: SanctionBook, ann: AccountId, clock: StoppedClock
) -> None:
    """Nor is anything written then."""
    await sanctions.impose(a_sanction("a", ann, until=NOON + HOUR))
    clock.move(HOUR)
    assert not await sanctions.lift(SanctionId("a"), MOD)
    assert not await sanctions.lift(SanctionId("z"), MOD)
    [there] = await sanctions.of(ann)
    assert there.lifted_by is None


async def test_what_holds_in_a_community_now(sanctions: SanctionBook, ann: AccountId, bob: AccountId) -> None:
    """No warnings, nothing of another community, nothing that has ended; the newest of them where they are many."""
    await sanctions.impose(a_sanction("warned", ann, kind=SanctionKind.WARNING))
    await sanctions.impose(a_sanction("elsewhere", ann, community=HERE))
    await sanctions.impose(a_sanction("over", ann, until=NOON + SECOND))
    old = await sanctions.impose(a_sanction("old", ann, imposed_at=NOON - HOUR))
    new = await sanctions.impose(a_sanction("new", bob, until=NOON + HOUR))
    assert await sanctions.active(HOUSE, NOON + SECOND, 10) == (new, old)
    assert await sanctions.active(HOUSE, NOON + SECOND, 1) == (new,)


async def test_those_that_nobody_was_told_of(sanctions: SanctionBook, ann: AccountId, clock: StoppedClock) -> None:
    """Oldest first, each until it is marked."""
    new = await sanctions.impose(a_sanction("new", ann, imposed_at=NOON + SECOND))
    old = await sanctions.impose(a_sanction("old", ann, kind=SanctionKind.WARNING))
    assert await sanctions.list_unnotified(10) == (old, new)
    assert await sanctions.list_unnotified(1) == (old,)
    await sanctions.mark_notified(old.id, clock.now())
    assert await sanctions.list_unnotified(10) == (new,)


async def test_what_an_appeal_lifted_holds_again_when_that_is_taken_back(sanctions: SanctionBook, ann: AccountId) -> None:
    """And nothing else does."""
    ban = await sanctions.impose(a_sanction("a", ann, case=CaseId("c1")))
    await sanctions.impose(a_sanction("b", ann))
    assert await sanctions.of_case(CaseId("c1")) == (ban,)
    assert await sanctions.lift(ban.id, MOD, CaseId("appeal"))
    await sanctions.lift(SanctionId("b"), MOD)
    [lifted] = await sanctions.of_case(CaseId("c1"))
    assert lifted.lifted_case == "appeal"
    assert await sanctions.reinstate(CaseId("other"), MOD) == ()
    assert await sanctions.reinstate(CaseId("appeal"), MOD) == (ban,)
    assert await sanctions.reinstate(CaseId("appeal"), MOD) == ()
    assert await sanctions.find(ban.id) == ban


async def test_each_change_is_in_the_moderation_log(
    sanctions: SanctionBook, moderation_log: ModerationLog, ann: AccountId
) -> None:
    """Once, with who, whom, and the case; what changed nothing is not there."""
    for _ in range(2):
        await sanctions.impose(a_sanction("a", ann, case=CaseId("c1")))
        await sanctions.lift(SanctionId("a"), MOD, CaseId("appeal"))
        await sanctions.reinstate(CaseId("appeal"), OTHER)
    await sanctions.impose(a_sanction("b", ann, kind=SanctionKind.WARNING))
    await sanctions.lift(SanctionId("z"), MOD)
    entries = reversed(await moderation_log.about(HOUSE, ann, most=10))
    assert [(entry.action, entry.by, entry.case) for entry in entries] == [
        (ModerationAction.BANNED, MOD, "c1"),
        (ModerationAction.LIFTED, MOD, "appeal"),
        (ModerationAction.BANNED, OTHER, "c1"),
        (ModerationAction.LIFTED, MOD, "appeal"),
        (ModerationAction.BANNED, OTHER, "c1"),
        (ModerationAction.WARNED, MOD, None),
    ]


async def test_the_jobs_that_a_ban_ends(jobs: Jobs, sanctions: SanctionBook, ann: AccountId, bob: AccountId) -> None:
    """Those that wait or run where the ban holds; none of anybody else, and none under what only mutes or has ended."""
    for name, account in (("fox", ann), ("owl", ann), ("elk", bob), ("eel", ann)):
        await jobs.accept(a_job(name, account), a_hold(account))
    await jobs.claim(JobId("owl"), LEASE)
    await jobs.claim(JobId("eel"), LEASE)
    await jobs.keep(JobId("eel"), 1, some_pictures(JobId("eel")))
    await sanctions.impose(a_sanction("mute", ann, kind=SanctionKind.MUTE, until=NOON + HOUR))
    await sanctions.impose(a_sanction("elsewhere", ann, community=HERE))
    assert await sanctions.banned_jobs(NOON, 10) == ()
    await sanctions.impose(a_sanction("a", ann))
    await sanctions.impose(a_sanction("b", ann, until=NOON + HOUR))
    assert set(await sanctions.banned_jobs(NOON, 10)) == {"fox", "owl"}
    assert len(await sanctions.banned_jobs(NOON, 1)) == 1
    await sanctions.lift(SanctionId("a"), MOD)
    assert await sanctions.banned_jobs(NOON + HOUR, 10) == ()
