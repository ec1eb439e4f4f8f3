"""What was drawn, added up day by day from jobs, their holds, drawings and pictures, and what was described."""

import asyncio
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Row, Select, bindparam, case, func, literal, literal_column, select, union_all

from bot.domain.jobs import DrawingState
from bot.domain.people import AccountId, CommunityId
from bot.ports.statistics import UsageLine
from storage.schema.jobs import drawings, jobs, pictures
from storage.schema.quotas import descriptions, holds
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted

_NOTHING: Any = literal_column("0")

_DREW = (
    select(drawings.c.model)
    .where(drawings.c.job == jobs.c.id)
    .order_by(case((drawings.c.state == DrawingState.DRAWN, 0), else_=1), drawings.c.started_at.desc(), drawings.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
"""The model that a job's pictures are by, or that was asked last."""

_KEPT = select(func.count()).where(pictures.c.job == jobs.c.id).scalar_subquery()

_OF_DAY = (holds.c.community == bindparam("community"), holds.c.day == bindparam("day", type_=Date))
_BY_JOB = (
    select(
        holds.c.day,
        jobs.c.account,
        func.coalesce(_DREW, literal("")).label("model"),
        _KEPT.label("pictures"),
        jobs.c.words_microusd.label("microusd"),
        case((jobs.c.words_is_estimate, jobs.c.words_microusd), else_=0).label("estimated"),
    )
    .join(jobs, jobs.c.id == holds.c.job)
    .where(*_OF_DAY)
)
_BY_DRAWING = (
    select(
        holds.c.day,
        jobs.c.account,
        drawings.c.model,
        _NOTHING.label("pictures"),
        drawings.c.microusd,
        case((drawings.c.is_estimate, drawings.c.microusd), else_=0).label("estimated"),
    )
    .join(jobs, jobs.c.id == holds.c.job)
    .join(drawings, drawings.c.job == jobs.c.id)
    .where(*_OF_DAY)
)
_BY_DESCRIPTION = select(
    descriptions.c.day,
    descriptions.c.account,
    literal("").label("model"),
    _NOTHING.label("pictures"),
    descriptions.c.microusd,
    case((descriptions.c.is_estimate, descriptions.c.microusd), else_=0).label("estimated"),
).where(descriptions.c.community == bindparam("community"), descriptions.c.day == bindparam("day", type_=Date))
_ALL = union_all(_BY_JOB, _BY_DRAWING, _BY_DESCRIPTION).subquery()
_NEWEST = jobs.alias("newest")
_NAME = (
    select(_NEWEST.c.author["name"].as_string())
    .where(_NEWEST.c.account == _ALL.c.account, _NEWEST.c.author["name"].as_string() != "")
    .order_by(_NEWEST.c.created_at.desc(), _NEWEST.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_PICTURES, _MICROUSD = func.sum(_ALL.c.pictures), func.sum(_ALL.c.microusd)
_LINES: Select[Any] = (
    select(
        _ALL.c.day,
        _ALL.c.account,
        _ALL.c.model,
        _NAME.label("name"),
        _PICTURES.label("pictures"),
        _MICROUSD.label("microusd"),
        func.sum(_ALL.c.estimated).label("estimated"),
    )
    .group_by(_ALL.c.day, _ALL.c.account, _ALL.c.model)
    .having((_PICTURES > 0) | (_MICROUSD > 0))
    .order_by(_ALL.c.day, _ALL.c.account, _ALL.c.model)
)


@retry_all_uncommitted
class SqlStatistics:
    """Adds up in SQL; the cost grows with the jobs of the days asked for, and with no others.

    Each day is read by itself, so that no transaction lasts as long as a
    season is: a job is of one day, and so is counted once all the same.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def usage(self, community: CommunityId, first: date, last: date) -> tuple[UsageLine, ...]:
        """Return the sums of the jobs whose holds are of these days."""
        lines: list[UsageLine] = []
        for number in range((last - first).days + 1):
            lines += await self._of_day(community, first + timedelta(days=number))
        return tuple(lines)

    async def _of_day(self, community: CommunityId, day: date) -> list[UsageLine]:
        """Return one day's sums. The rows of a busy day take long to add up, so that is done off the loop."""
        async with self._database.read_statement() as connection:
            found = await connection.execute(_LINES, {"community": community, "day": day})
            return await asyncio.to_thread(_read_lines, found)


def _read_lines(rows: Iterable[Row[Any]]) -> list[UsageLine]:
    return [_line(row) for row in rows]


def _line(row: Row[Any]) -> UsageLine:
    """Return a line; some engines return sums as decimals."""
    return UsageLine(
        day=row.day,
        account=AccountId(row.account),
        name=row.name or "",
        model=row.model,
        pictures=int(row.pictures),
        microusd=int(row.microusd),
        estimated=int(row.estimated),
    )
