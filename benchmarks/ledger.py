"""What it costs to set pictures aside for a job: `python -m benchmarks.ledger [--json]`.

One accept is one transaction: the job's row and its hold, with the counter,
two budgets and their money. It is measured on a database without history, and
on one that has 100,000 accounts with two days of usage and a finished job
each, in one run: by turns, so that a busy machine slows both. A third without
history is opened with aiosqlite as it comes: `plain_driver_ratio` says how
much longer that takes than `storage/sql/sqlite_driver.py`. The floor is one small
synced commit by Python's own driver, on the same disk in the same turns.
"""

import argparse
import asyncio
import json
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from benchmarks.plain_sqlite import PlainDatabase
from bot.domain.allowances import Allowance, Budget, Hold, HoldState, Period
from bot.domain.chat import Place
from bot.domain.jobs import Job, JobId
from bot.domain.people import HOUSE, REGISTERED, AccountId, Identity, Person, Platform
from bot.domain.wishes import Wish
from storage.migrate import upgrade
from storage.schema.accounts import accounts
from storage.schema.billing import credit_balances
from storage.schema.jobs import jobs
from storage.schema.quotas import holds, usage
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from storage.sql.rows import job_values
from storage.sql.sqlite import open_connection

ACCOUNTS = 100_000
ROUNDS = 300
WARM_UP = 20
AIMS = {"reserve_ms_p50_sqlite": "<= 2", "reserve_over_synced_commit": "<= 2.5", "growth_ratio": "<= 1.5"}

_NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
_TODAY = Allowance(limit=20, day=_NOW.date(), refills_at=_NOW + timedelta(hours=12))
_BUDGETS = tuple(Budget(HOUSE, period, 10**12) for period in Period)
_BATCH = 10_000


class StandingClock:
    """Tells one moment."""

    def now(self) -> datetime:
        """Return it."""
        return _NOW


def an_account(number: int) -> AccountId:
    """Name an account, in no order that an index could like."""
    return AccountId(f"{number * 7919 % ACCOUNTS:05d}-account")


def a_job(name: str, account: AccountId) -> Job:
    """Return a job as a chat would make it."""
    person = Person(Identity(Platform("discord"), "", account), "Somebody")
    return Job(
        id=JobId(name),
        key=f"discord:{name}",
        community=HOUSE,
        account=account,
        tier=REGISTERED,
        author=person,
        place=Place(Platform("discord"), "1", "2"),
        wish=Wish(prompt="a lighthouse in a storm at dusk"),
        created_at=_NOW,
    )


async def know(database: Database, people: int) -> None:
    """Write so many accounts down, which have not asked for anything yet."""
    rows = [{"id": an_account(one), "tier": REGISTERED, "created_at": _NOW} for one in range(people)]
    async with database.write_transaction() as connection:
        await connection.execute(insert(accounts), rows)


async def live(database: Database, people: int) -> None:
    """Give each account credits, a finished job, and usage of today and yesterday."""
    for first in range(0, people, _BATCH):
        names = [an_account(one) for one in range(first, min(people, first + _BATCH))]
        async with database.write_transaction() as connection:
            done = [a_job(f"old {one}", one) for one in names]
            ended = {"state": "done", "finished_at": _NOW, "told_at": _NOW}
            await connection.execute(insert(jobs), [job_values(job) | ended for job in done])
            held = {"community": HOUSE, "day": _TODAY.day, "n": 1, "spent": 1, "state": HoldState.SPENT, "is_billed": True}
            await connection.execute(insert(holds), [{"job": job.id, "account": job.account, **held} for job in done])
            for day in (_TODAY.day, _TODAY.day - timedelta(days=1)):
                counted = {"community": HOUSE, "day": day, "held": 0, "spent": 1}
                await connection.execute(insert(usage), [{"account": one, **counted} for one in names])
            has = {"community": HOUSE, "balance": 5}
            await connection.execute(insert(credit_balances), [{"account": one, **has} for one in names])


class AcceptingDatabase:
    """A database at which wishes are accepted, one after the other."""

    def __init__(self, database: Database, people: int) -> None:
        self._jobs = SqlJobs(database, StandingClock())
        self._people = people
        self._taken = 0

    async def accept(self) -> float:
        """Accept somebody's wish, and say how many milliseconds that took."""
        self._taken += 1
        account = an_account(self._taken * 37 % self._people)
        job = a_job(f"new {self._taken}", account)
        hold = Hold(HOUSE, account, 1, _TODAY, estimate=40_000, budgets=_BUDGETS)
        before = time.perf_counter()
        accepted = await self._jobs.accept(job, hold)
        took = time.perf_counter() - before
        assert accepted.is_new
        return took * 1000


class Floor:
    """A file that takes one number after the other, each synced."""

    def __init__(self, file: Path) -> None:
        self._connection = open_connection(str(file), {"isolation_level": None}, ("journal_mode=WAL", "synchronous=FULL"))
        self._connection.execute("CREATE TABLE numbers (number INTEGER)")

    async def accept(self) -> float:
        """Take a number, and return how many milliseconds that took."""
        before = time.perf_counter()
        self._connection.execute("INSERT INTO numbers VALUES (1)")
        return (time.perf_counter() - before) * 1000

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


async def opened(folder: Path, name: str, people: int, kind: type[Database] = Database) -> Database:
    """Make a database that knows so many people, and has no history."""
    url = f"sqlite+aiosqlite:///{folder / name}.db"
    await upgrade(url)
    database = kind(url, busy=timedelta(minutes=1))  # a busy machine needs long to write its history
    await database.open()
    await know(database, people)
    return database


async def measure() -> dict[str, float]:
    """Accept wishes at both, by turns."""
    with tempfile.TemporaryDirectory() as folder:
        few = ROUNDS + WARM_UP  # everybody asks once: nobody's limit is in the way
        empty, full = await opened(Path(folder), "empty", few), await opened(Path(folder), "full", ACCOUNTS)
        plain = await opened(Path(folder), "plain", few, PlainDatabase)
        floor = Floor(Path(folder) / "floor.db")
        try:
            await live(full, ACCOUNTS)
            databases = AcceptingDatabase(empty, few), AcceptingDatabase(full, ACCOUNTS), AcceptingDatabase(plain, few), floor
            took = [[await database.accept() for database in databases] for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
        finally:
            floor.close()
            await empty.close()
            await full.close()
            await plain.close()
    in_empty, in_full, by_plain, synced = (median(times) for times in zip(*took, strict=True))
    return {
        "reserve_ms_p50_sqlite": in_full,
        "reserve_ms_p50_empty": in_empty,
        "synced_commit_ms_p50": synced,
        "reserve_over_synced_commit": in_full / synced,
        "growth_ratio": in_full / in_empty,
        "plain_driver_ratio": by_plain / in_empty,
    }


def main() -> None:
    """Measure and print: a table, or with `--json` one object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    as_json = parser.parse_args().json
    print("Measuring; this takes about 20 seconds.", flush=True)
    measured = asyncio.run(measure())
    if as_json:
        print(json.dumps({name: round(value, 3) for name, value in measured.items()}))
        return
    for name, value in measured.items():
        print(f"{name:24} {value:10.3f}   {'aim ' + AIMS[name] if name in AIMS else ''}")


if __name__ == "__main__":
    main()
