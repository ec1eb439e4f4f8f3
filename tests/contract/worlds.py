"""One house in SQL and one in memory, which are told the same things and have to agree."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.people import REGISTERED, AccountId, Identity
from bot.errors import EaselError
from bot.ports.accounts import Accounts, Ledger
from bot.ports.credits import Credits
from bot.ports.jobs import Jobs
from bot.ports.rules import Rulebook
from storage.sql.accounts import SqlAccounts
from storage.sql.credits import SqlCredits
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from storage.sql.rules import SqlRulebook
from tests.contract.examples import WEB
from tests.contract.tables import Tables, patient_database
from tests.fakes.accounts import MemoryAccounts, MemoryLedger
from tests.fakes.clock import StoppedClock
from tests.fakes.credits import MemoryCredits
from tests.fakes.ids import CountingIds
from tests.fakes.jobs import MemoryJobs
from tests.fakes.rules import MemoryRulebook

T = TypeVar("T")


class Crashed(Exception):
    """The process ended between two statements."""


@dataclass
class World:
    """A house's records, with the ids that its accounts and entries have there. `gone` are accounts that were joined."""

    jobs: Jobs
    ledger: Ledger
    accounts: Accounts
    credits: Credits
    rulebook: Rulebook
    gone: list[AccountId] = field(default_factory=list)
    entries: list[Any] = field(default_factory=list)

    async def account(self, name: str) -> AccountId:
        """Return the account that a person has by now."""
        return (await self.accounts.get_or_create(Identity(WEB, "", name), REGISTERED)).id


Act = Callable[[World], Awaitable[T]]


class Worlds:
    """Does everything twice, and compares the answers."""

    def __init__(self, clock: StoppedClock, tables: Tables) -> None:
        self.clock = clock
        self._tables = tables
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._url = self.wait(tables.empty())
        self._fuse: int | None = None
        self._ids = CountingIds()
        self.open()
        self.memory_jobs = MemoryJobs(clock)
        books, ids = self.memory_jobs.books, CountingIds()
        self.memory = World(
            self.memory_jobs,
            MemoryLedger(self.memory_jobs, ids),
            MemoryAccounts(CountingIds(), self.memory_jobs),
            MemoryCredits(books, clock, ids),
            MemoryRulebook(books, clock, ids),
        )

    def open(self, before: World | None = None) -> None:
        """Start a process on the tables; `before` is the world that the last one left."""
        self._database = patient_database(self._url)
        self.wait(self._database.open())
        assert isinstance(self._database._writer, AsyncEngine)
        engine = self._database._writer.sync_engine
        for moment in ("before_cursor_execute", "commit"):
            event.listen(engine, moment, self._burn)
        database, clock, ids = self._database, self.clock, self._ids
        self.sql = World(
            SqlJobs(database, clock),
            SqlLedger(database, clock, ids),
            SqlAccounts(database, clock, ids),
            SqlCredits(database, clock, ids),
            SqlRulebook(database, clock, ids),
            [] if before is None else before.gone,
            [] if before is None else before.entries,
        )

    def restart(self) -> None:
        """End the process, and start another one."""
        self.wait(self._database.close())
        self.open(self.sql)

    def close(self) -> None:
        """Leave nothing behind."""
        self.wait(self._database.close())
        self._runner.close()
        self._tables.close()

    def wait(self, work: Awaitable[T]) -> T:
        """Await it."""

        async def awaited() -> T:
            return await work

        return self._runner.run(awaited())

    def do(self, act: Act[T], *, crash_at: int | None = None) -> T | EaselError:
        """Do it in both worlds. Where SQL crashes before its statement `crash_at`, nothing is left, and it is done again."""
        done = self.wait(self._done_after_a_crash(act, crash_at))
        expected = self.wait(self._attempt(act, self.memory))
        assert _comparable(done) == _comparable(expected)
        return done

    def rows(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """Look into the tables, without any code of ours between."""

        async def found() -> list[tuple[Any, ...]]:
            async with self._database.read_transaction() as connection:
                return [tuple(row) for row in await connection.execute(text(statement), values)]

        return self.wait(found())

    async def _attempt(self, act: Act[T], world: World) -> T | EaselError:
        try:
            return await act(world)
        except EaselError as error:
            return error

    async def _done_after_a_crash(self, act: Act[T], crash_at: int | None) -> T | EaselError:
        if crash_at is None:
            return await self._attempt(act, self.sql)
        before, self._fuse = await self._tables.dump(), crash_at
        try:
            return await self._attempt(act, self.sql)
        except Crashed:
            self._fuse = None
            assert await self._tables.dump() == before
            return await self._attempt(act, self.sql)
        finally:
            self._fuse = None

    def _burn(self, *_ignored: object) -> None:
        if self._fuse is not None:
            self._fuse -= 1
            if self._fuse < 0:
                raise Crashed


def _comparable(answer: object) -> object:
    return (type(answer), str(answer)) if isinstance(answer, EaselError) else answer
