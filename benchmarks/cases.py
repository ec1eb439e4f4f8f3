"""What a page of cases takes where there are many: CPU time of the whole process, database included."""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.app.system import RandomIds, SystemClock
from bot.domain.cases import CaseId, CaseKind, CaseState, NewCase
from bot.domain.people import AccountId, CommunityId, Platform
from bot.domain.pictures import PictureId
from storage.migrate import upgrade
from storage.schema.cases import cases
from storage.sql.case_rows import case_values
from storage.sql.cases import SqlCases
from storage.sql.database import open_database

_COMMUNITIES = tuple(CommunityId(f"discord:{number}") for number in range(4))
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_PAGE = 20
_ROUNDS = 20
_CHUNK = 5000


async def measure_pages(count: int) -> float:
    """Return the middle of many pages, in milliseconds: open and decided cases, from the first page to a late one."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'easel.db'}"
        await upgrade(url)
        async with open_database(url) as database:
            async with database.write_transaction() as connection:
                await _fill(connection, count)
            return median(await _turn_pages(SqlCases(database, SystemClock(), RandomIds()), count))


async def _turn_pages(kept: SqlCases, count: int) -> list[float]:
    took = []
    for state in CaseState:
        after: CaseId | None = None
        for number in range(_ROUNDS):
            community = _COMMUNITIES[number % len(_COMMUNITIES)]
            since = time.process_time_ns()
            page = await kept.page(community, state=state, most=_PAGE, after=after)
            await kept.count_open(community)
            took.append((time.process_time_ns() - since) / 1e6)
            after = page[-1].id if number < _ROUNDS // 2 else _id((count // 2 // _ROUNDS) * number)
    return took


async def _fill(connection: AsyncConnection, count: int) -> None:
    """Write cases, every other one decided."""
    for first in range(0, count, _CHUNK):
        await connection.execute(insert(cases), [_row(number) for number in range(first, min(count, first + _CHUNK))])


def _row(number: int) -> dict[str, object]:
    new = NewCase(
        kind=CaseKind.REPORT,
        community=_COMMUNITIES[number // 2 % len(_COMMUNITIES)],
        platform=Platform("discord"),
        tenant="1",
        account=AccountId(f"account {number % 1000}"),
        picture=PictureId(f"picture {number}"),
        reason="violent",
    )
    at = _BEGAN + timedelta(minutes=number)
    state = CaseState.OPEN if number % 2 else CaseState.DECIDED
    decided = {"decision": "keep", "decided_by": "mo", "decided_by_name": "Mo", "decided_at": at, "closed_at": at}
    undecided = dict.fromkeys(decided)
    ends = undecided if state is CaseState.OPEN else decided
    return case_values(new) | {"id": _id(number), "opened_at": at, "state": state, "shown_revision": 1} | ends


def _id(number: int) -> CaseId:
    return CaseId(f"case{number:018d}")
