"""Asks every leader lock what `bot.ports.leader_lock` promises, and the database's who leads when there are several."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.app.tasks import background_task
from bot.ports.leader_lock import LeaderLock
from storage.engines.local_leader import LocalLeaderLock
from storage.schema.messages import leader_leases
from storage.sql.database import Database
from storage.sql.leader_lock import DatabaseLeaderLock
from tests.contract.conftest import ON_DISK
from tests.fakes.clock import StoppedClock

LEASE = timedelta(seconds=20)

OpenLock = Callable[..., DatabaseLeaderLock]


@pytest.fixture
def lock_of(database: Database, clock: StoppedClock) -> OpenLock:
    """Return what builds the lock of one process."""

    def build(holder: str, name: str = "house", lease: timedelta = LEASE) -> DatabaseLeaderLock:
        return DatabaseLeaderLock(database, clock, name=name, holder=holder, lease=lease)

    return build


@ON_DISK
async def test_whoever_is_alone_leads(lock_of: OpenLock) -> None:
    """However often they ask."""
    locks = list[LeaderLock]((LocalLeaderLock(), lock_of("one")))
    assert [await lock.lead() for lock in locks for _ in range(3)] == [True] * 6


@ON_DISK
async def test_one_of_two_leads_and_goes_on_leading(lock_of: OpenLock) -> None:
    """Whoever asked first; other locks are other matters."""
    one, two, other = lock_of("one"), lock_of("two"), lock_of("two", "other house")
    assert [await one.lead(), await two.lead(), await one.lead(), await other.lead()] == [True, False, True, True]


@ON_DISK
async def test_one_of_many_that_ask_at_once_leads(lock_of: OpenLock) -> None:
    """Whichever."""
    assert sum(await asyncio.gather(*(lock_of(f"process {number}").lead() for number in range(5)))) == 1


@ON_DISK
async def test_a_leader_that_ends_is_followed_at_once(lock_of: OpenLock) -> None:
    """And one that was none takes nothing away when it ends."""
    one, two, three = lock_of("one"), lock_of("two"), lock_of("three")
    async with background_task(one.run()):
        assert await one.lead()
        async with background_task(two.run()):
            assert not await two.lead()
            await asyncio.sleep(0)
        assert not await three.lead()
    assert await two.lead()


@ON_DISK
async def test_a_leader_that_is_gone_is_followed_after_its_lease(lock_of: OpenLock, clock: StoppedClock) -> None:
    """Should it come back, it finds another there."""
    gone, heir = lock_of("gone"), lock_of("heir")
    assert await gone.lead()
    clock.move(LEASE / 2)
    assert await gone.lead()
    clock.move(LEASE / 2)
    assert not await heir.lead()
    clock.move(LEASE / 2)
    assert await heir.lead()
    assert not await gone.lead()


@ON_DISK
async def test_a_leader_that_is_there_renews_its_lease(lock_of: OpenLock, database: Database, clock: StoppedClock) -> None:
    """By itself, also between two things to do."""
    lock = lock_of("one", lease=timedelta(seconds=0.1))
    async with background_task(lock.run()):
        assert await lock.lead()
        async with database.write_transaction() as connection:
            await connection.execute(update(leader_leases).values(until=clock.now()))
        async with asyncio.timeout(20):
            while await until(database) == clock.now():  # noqa: ASYNC110 - the database knows, and says so only when asked
                await asyncio.sleep(0.01)


async def until(database: Database) -> object:
    """Return when the lease ends."""
    async with database.read_transaction() as connection:
        return (await connection.execute(select(leader_leases.c.until))).scalar_one()
