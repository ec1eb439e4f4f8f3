"""Asks, in whatever order a machine can think of: do the counters always equal the holds, and never pass the limit?"""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from sqlalchemy import text

from bot.domain.jobs import Ending, JobId, JobState
from bot.domain.people import GUEST, HOUSE, AccountId, Identity
from bot.domain.quotas import Standing
from bot.errors import LeaseLost, QuotaExceeded
from storage.migrate import upgrade
from storage.sql.accounts import SqlAccounts
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from tests.contract.examples import CANCELLED, LEASE, SECOND, TODAY, WEB, a_hold, a_job, some_pictures
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds

T = TypeVar("T")

ENDINGS = [Ending(state) for state in (JobState.DONE, JobState.FAILED, JobState.REFUSED)]


@dataclass
class Known:
    """What the machine expects of one job."""

    account: AccountId
    held: int
    spent: int = 0
    attempt: int = 0
    state: JobState = JobState.QUEUED

    def let_go(self, spent: int) -> None:
        """Expect the hold to end."""
        self.held, self.spent = 0, spent


class LedgerOnSqlite(RuleBasedStateMachine):
    """Asks for pictures, works, repeats itself, comes late, and counts along."""

    names = Bundle("names")

    @initialize()
    def open(self) -> None:
        """Open a house that knows two people."""
        self.runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self.folder = Path(tempfile.mkdtemp())
        url = f"sqlite+aiosqlite:///{self.folder / 'records.db'}"
        self.wait(upgrade(url))
        self.database = Database(url)
        self.wait(self.database.open())
        self.clock = StoppedClock()
        self.jobs = SqlJobs(self.database, self.clock)
        accounts = SqlAccounts(self.database, self.clock, CountingIds())
        self.people = [self.wait(accounts.of(Identity(WEB, "", name), GUEST)).id for name in ("ann", "bob")]
        self.known: dict[JobId, Known] = {}

    def teardown(self) -> None:
        """Close it."""
        if hasattr(self, "database"):
            self.wait(self.database.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    def wait(self, work: Awaitable[T]) -> T:
        """Await it."""

        async def awaited() -> T:
            return await work

        return self.runner.run(awaited())

    @rule(target=names, person=st.integers(0, 1), pictures=st.integers(1, 6))
    def ask(self, person: int, pictures: int) -> object:
        """Ask for something new."""
        account, job = self.people[person], JobId(f"job {len(self.known)}")
        fits = self.total(account, "held") + self.total(account, "spent") + pictures <= TODAY.limit
        try:
            accepted = self.wait(self.jobs.accept(a_job(job, account), a_hold(account, pictures)))
        except QuotaExceeded:
            assert not fits
            return multiple()
        assert accepted.is_new
        assert fits
        self.known[job] = Known(account, held=pictures)
        return job

    @rule(job=names, pictures=st.integers(1, 20))
    def ask_again(self, job: JobId, pictures: int) -> None:
        """Deliver a call once more, with whatever price it would have now."""
        account = self.known[job].account
        assert not self.wait(self.jobs.accept(a_job(job, account), a_hold(account, pictures))).is_new

    @rule(job=names)
    def claim(self, job: JobId) -> None:
        """Let a worker have it, after the lease of the last one."""
        self.clock.move(LEASE)
        known = self.known[job]
        claimed = self.wait(self.jobs.claim(job, LEASE))
        assert (claimed is None) == known.state.is_final
        if claimed is not None:
            known.attempt += 1
            known.state = claimed.state

    @rule(job=names, late=st.integers(0, 1), pictures=st.integers(0, 7))
    def keep(self, job: JobId, late: int, pictures: int) -> None:
        """Keep pictures, perhaps as a worker that has lost its lease, perhaps again."""
        known, kept = self.known[job], some_pictures(job, pictures)
        may = not late and known.state in {JobState.QUEUED, JobState.RUNNING}
        try:
            self.wait(self.jobs.keep(job, known.attempt - late, kept))
        except LeaseLost:
            assert not may
            return
        if may:
            known.state = JobState.KEPT
            known.let_go(min(pictures, known.held))

    @rule(job=names, late=st.integers(0, 1), ending=st.sampled_from(ENDINGS))
    def finish(self, job: JobId, late: int, ending: Ending) -> None:
        """Finish it, perhaps late, perhaps again."""
        known = self.known[job]
        may = not late and not known.state.is_final
        try:
            self.wait(self.jobs.finish(job, known.attempt - late, ending))
        except LeaseLost:
            assert not may
            return
        assert may or (not late and known.state == ending.state)
        if may:
            known.let_go(known.spent)
            known.state = ending.state

    @rule(job=names)
    def cancel(self, job: JobId) -> None:
        """Take it back, perhaps again."""
        known = self.known[job]
        may = known.state in {JobState.QUEUED, JobState.RUNNING}
        assert self.wait(self.jobs.cancel(job, CANCELLED)) == (may or known.state is JobState.CANCELLED)
        if may:
            known.let_go(0)
            known.state = JobState.CANCELLED

    @rule()
    def wait_a_little(self) -> None:
        """Let time pass."""
        self.clock.move(SECOND)

    @invariant()
    def the_counters_are_as_expected(self) -> None:
        """Each person's, and never beyond the limit."""
        ledger = SqlLedger(self.database)
        for account in self.people:
            found = self.wait(ledger.standing(HOUSE, account, TODAY.day, TODAY.limit))
            assert found == Standing(TODAY.limit, self.total(account, "held"), self.total(account, "spent"))
            assert found.held + found.spent <= TODAY.limit

    @invariant()
    def the_counters_equal_the_holds(self) -> None:
        """In the tables themselves, without any code of ours between."""
        assert self.wait(self.differences()) == []

    async def differences(self) -> list[object]:
        """Give the days whose counters are not the sums of their holds."""
        sums = """
            SELECT usage.account, usage.held, usage.spent FROM usage LEFT JOIN holds
                ON holds.community = usage.community AND holds.account = usage.account AND holds.day = usage.day
            GROUP BY usage.community, usage.account, usage.day
            HAVING usage.held <> SUM(CASE WHEN holds.state = 'held' THEN holds.n ELSE 0 END)
                OR usage.spent <> SUM(CASE WHEN holds.state = 'spent' THEN holds.spent ELSE 0 END)
        """
        async with self.database.reading() as connection:
            return list(await connection.execute(text(sums)))

    def total(self, account: AccountId, column: str) -> int:
        """Add up what is expected of an account."""
        return sum(getattr(known, column) for known in self.known.values() if known.account == account)


TestLedgerOnSqlite = LedgerOnSqlite.TestCase
TestLedgerOnSqlite.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
