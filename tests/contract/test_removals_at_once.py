"""Asks the SQL that knows removals what holds where an author and a moderator decide in the same moment."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import JobId
from bot.domain.people import AccountId
from bot.domain.pictures import PictureState
from bot.domain.removals import RemovalOrder, RemovalReason, RemovalState
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from storage.sql.database import Database
from storage.sql.removals import SqlPictureRemovals
from tests.contract.conftest import ENGINES
from tests.contract.examples import LEASE, a_hold, a_job, some_pictures
from tests.contract.test_ledger_money import WAITING_FOR_A_LOCK
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.postgres import PostgresServer

FOX = JobId("fox")
LATER = NOON + timedelta(minutes=10)
BY_LAW = RemovalOrder(reason=RemovalReason.LEGAL, by="operator")


class SlowRemovals(SqlPictureRemovals):
    """Removals that are decided, and not committed until `meanwhile` has happened."""

    meanwhile: Callable[[], Awaitable[None]]

    async def _decide(self, connection: AsyncConnection, found: Row[Any], state: RemovalState, order: RemovalOrder) -> None:
        """Wait once all is written."""
        await super()._decide(connection, found, state, order)
        await self.meanwhile()


@pytest.mark.parametrize("is_whole_job", [True, False])
@pytest.mark.parametrize("engine_name", ENGINES[1:], indirect=True)
async def test_an_author_s_undo_in_the_moment_of_a_removal_brings_nothing_back(
    jobs: Jobs,
    pictures: Pictures,
    ann: AccountId,
    database: Database,
    clock: StoppedClock,
    postgres: PostgresServer,
    is_whole_job: bool,
) -> None:
    """It waits for the removal's transaction, and then has to see what that has decided."""
    [fox] = some_pictures(FOX, 1)
    await jobs.accept(a_job(FOX, ann), a_hold(ann, 1))
    await jobs.claim(FOX, LEASE)
    await jobs.keep(FOX, 1, (fox,))
    await pictures.hide(FOX, LATER)
    removals, decided = SlowRemovals(database, clock), asyncio.Event()

    async def undo() -> None:
        await decided.wait()
        await (pictures.show(FOX) if is_whole_job else pictures.show_several([fox.id]))

    async def see_undo_wait() -> None:
        decided.set()
        await postgres.until(WAITING_FOR_A_LOCK, 1)

    undoing = asyncio.create_task(undo())
    removals.meanwhile = see_undo_wait
    assert await removals.remove(fox.id, BY_LAW, erase_at=LATER)
    await undoing
    assert [one.state for one in await pictures.of_job(FOX)] == [PictureState.HIDDEN]
