"""What long books cost: `python -m benchmarks.books [--json]`.

`/usage --days 90` goes through 95,000 lines, one for each person, model and
day; measured is how long the loop stands still meanwhile. Then an account with
5,000 jobs is joined to another; measured is how long that keeps the one writer
that SQLite has. Last, a page of pictures that are due is read where 100,000
are due.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert

from benchmarks.ledger import StandingClock, a_job, opened
from benchmarks.measuring import Watch
from bot.app.garbage import startup_frozen
from bot.app.house import House, open_house
from bot.config import Settings
from bot.domain.allowances import HoldState
from bot.domain.chat import Form, MessageRef, Place, Post
from bot.domain.jobs import Job
from bot.domain.people import HOUSE, AccountId, Identity, Person, Platform
from storage.schema.accounts import accounts, identities
from storage.schema.jobs import drawings, jobs, pictures
from storage.schema.quotas import holds
from storage.sql.accounts import SqlAccounts
from storage.sql.database import Database
from storage.sql.pictures import SqlPictures
from storage.sql.rows import job_values

DAYS = 90
PEOPLE = 1056
LINES = DAYS * PEOPLE
JOINED_JOBS = 5_000
DUE = 100_000
AIMS = {"usage_stall_ms": "<= 100", "join_writer_ms": "<= 500", "due_stall_ms": "<= 100"}

_BATCH = 5_000
_PLATFORM = Platform("terminal")


class AdminCall:
    """An admin's call, which keeps what it is told."""

    message = None

    def __init__(self) -> None:
        self.key = "usage"
        self.person = Person(Identity(_PLATFORM, "", "boss"), "Boss", is_admin=True)
        self.place = Place(_PLATFORM, "", "bench")
        self.notices: list[Post] = []

    def promise(self) -> MessageRef:
        """Nothing is promised."""
        raise AssertionError(self.key)

    async def answer(self, post: Post, *, key: str) -> MessageRef:  # noqa: ARG002 - the port's signature
        """Nothing is said in public."""
        raise AssertionError(post.text)

    async def whisper(self, post: Post) -> None:
        """Keep it."""
        self.notices.append(post)

    async def settle(self, post: Post) -> bool:
        """Nothing was pressed."""
        raise AssertionError(post.text)

    async def ask(self, form: Form) -> None:
        """Nothing is asked."""
        raise AssertionError(form.command)


class CountingIds:
    """Gives numbers."""

    def __init__(self) -> None:
        self._count = 0

    def new(self) -> str:
        """Return the next one."""
        self._count += 1
        return f"id {self._count}"


async def write_all(database: Database, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Write the rows, some in one transaction."""
    for first in range(0, len(rows), _BATCH):
        async with database.write_transaction() as connection:
            await connection.execute(insert(table), rows[first : first + _BATCH])


async def draw(database: Database, done: Sequence[tuple[Job, date]], *, remove_at: datetime | None = None) -> None:
    """Have each job done on its day, with a drawing and a picture; the pictures are hidden if they have a time to go."""
    now = StandingClock().now()
    ended = {"state": "done", "finished_at": now, "told_at": now}
    await write_all(database, jobs, [job_values(job) | ended for job, _ in done])
    held = {"community": HOUSE, "n": 1, "spent": 1, "state": HoldState.SPENT, "is_billed": True}
    await write_all(database, holds, [held | {"job": job.id, "account": job.account, "day": day} for job, day in done])
    drawn = {"attempt": 1, "provider": "openai", "model": "gpt-image-2", "state": "drawn", "started_at": now}
    paid = {"microusd": 40_000, "is_estimate": False, "files": [], "notes": []}
    await write_all(database, drawings, [drawn | paid | {"id": f"d {job.id}", "job": job.id} for job, _ in done])
    file = {"sha256": "0" * 64, "media_type": "image/png", "width": 1024, "height": 1024, "size_bytes": 1_000_000}
    kept = {"position": 0, "community": HOUSE, "kept_at": now, "remove_at": remove_at}
    state = "visible" if remove_at is None else "hidden"
    rows = [{"id": f"p {job.id}", "job": job.id, "account": job.account, "key": f"pictures/{job.id}.png"} for job, _ in done]
    await write_all(database, pictures, [kept | file | row | {"state": state} for row in rows])


async def know(database: Database, names: Sequence[AccountId]) -> None:
    """Write accounts down, and whose they are."""
    now = StandingClock().now()
    await write_all(database, accounts, [{"id": name, "tier": "registered", "created_at": now} for name in names])
    whose = {"platform": _PLATFORM, "realm": "", "tier": "registered"}
    await write_all(database, identities, [whose | {"user_id": n, "account": n, "first_account": n} for n in names])


async def measure_usage(folder: Path) -> dict[str, float]:
    """Return `/usage --days 90`."""
    settings = Settings.model_validate({"data_dir": folder, "openai": {"api_key": "sk-bench"}})
    async with open_house(settings, {}, recovers=False) as house:
        database = Database(settings.records_url)
        await database.open()
        try:
            people = [AccountId(f"{number:05d}-person") for number in range(PEOPLE)]
            await know(database, people)
            days = [datetime.now(UTC).date() - timedelta(days=ago) for ago in range(DAYS)]
            await draw(database, [(a_job(f"{day} {one}", one), day) for day in days for one in people])
        finally:
            await database.close()
        call = AdminCall()
        with startup_frozen():  # as `easel run` does
            return await _usage(house, call)


async def _usage(house: House, call: AdminCall) -> dict[str, float]:
    async with Watch() as watch:
        before = time.perf_counter()
        await house.dispatcher.dispatch("usage", {"days": DAYS}, call)
        took = time.perf_counter() - before
    assert call.notices, "nothing was told"
    assert f"{LINES:,} pictures" in call.notices[0].text, call.notices[0].text
    return {"usage_lines": LINES, "usage_stall_ms": watch.longest_stall_ms, "usage_s": took, "usage_mb": watch.added_mb}


async def measure_joining(folder: Path) -> dict[str, float]:
    """Join an account with many jobs to one that has as many."""
    database = await opened(folder, "joining", 1)
    try:
        ann, bob = AccountId("ann"), AccountId("bob")
        await know(database, (ann, bob))
        today = StandingClock().now().date()
        await draw(database, [(a_job(f"{number} {one}", one), today) for one in (ann, bob) for number in range(JOINED_JOBS)])
        before = time.perf_counter()
        await SqlAccounts(database, StandingClock(), CountingIds()).join(ann, bob)
        return {"joined_jobs": JOINED_JOBS, "join_writer_ms": (time.perf_counter() - before) * 1000}
    finally:
        await database.close()


async def measure_due(folder: Path) -> dict[str, float]:
    """Read a page of what is due."""
    database = await opened(folder, "due", 1)
    try:
        await know(database, [AccountId("ann")])
        now = StandingClock().now()
        done = [(a_job(str(number), AccountId("ann")), now.date()) for number in range(DUE)]
        await draw(database, done, remove_at=now)
        async with Watch() as watch:
            before = time.perf_counter()
            page = await SqlPictures(database).due(now, most=500)
            took = time.perf_counter() - before
        return {"due": DUE, "due_page": len(page), "due_stall_ms": watch.longest_stall_ms, "due_ms": took * 1000}
    finally:
        await database.close()


async def measure() -> dict[str, float]:
    """Measure one after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return await measure_usage(folder) | await measure_joining(folder) | await measure_due(folder)


def main() -> None:
    """Measure and print: a table, or with `--json` one object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.books", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    as_json = parser.parse_args().json
    print("Measuring; this takes about a minute.", flush=True)
    measured = asyncio.run(measure())
    if as_json:
        print(json.dumps({name: round(value, 3) for name, value in measured.items()}))
        return
    for name, value in measured.items():
        print(f"{name:24} {value:10.3f}   {'aim ' + AIMS[name] if name in AIMS else ''}")


if __name__ == "__main__":
    main()
