"""The fence: who may write about a job, in statements on an open connection."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, String, case, func, literal, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import JobId, JobState
from bot.errors import LeaseLost
from storage.schema import IS_OPEN, Moment, jobs

HAS_NO_PICTURES = jobs.c.state.in_([JobState.QUEUED, JobState.RUNNING])
"""The states in which nothing has been kept yet."""


def is_unleased(now: datetime) -> ColumnElement[bool]:
    """Whether nobody's lease runs at `now`."""
    return or_(jobs.c.lease_until.is_(None), jobs.c.lease_until <= now)


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether the job need not wait beyond `now`."""
    return or_(jobs.c.not_before.is_(None), jobs.c.not_before <= now)


async def take(connection: AsyncConnection, job: JobId, *, now: datetime, until: datetime) -> Row[Any] | None:
    """Claim an open job that nobody has a lease on; the attempt rises, and whoever had it before is fenced off."""
    claimed = (
        update(jobs)
        .where(jobs.c.id == job, IS_OPEN, is_unleased(now))
        .values(
            attempt=jobs.c.attempt + 1,
            state=case((jobs.c.state == JobState.QUEUED, literal(JobState.RUNNING, String)), else_=jobs.c.state),
            lease_until=until,
            not_before=None,
            started_at=func.coalesce(jobs.c.started_at, literal(now, Moment)),
        )
        .returning(*jobs.c)
    )
    return (await connection.execute(claimed)).first()


async def write(connection: AsyncConnection, job: JobId, attempt: int, *also: ColumnElement[bool], **changes: object) -> bool:
    """Change an open job that is still this attempt's; False when it is not, or is not `also` so."""
    written = update(jobs).where(jobs.c.id == job, jobs.c.attempt == attempt, IS_OPEN, *also)
    # Where nothing changes, writing the attempt once more still locks the row until the transaction ends.
    return (await connection.execute(written.values(changes or {"attempt": attempt}))).rowcount > 0


async def write_or_stop(connection: AsyncConnection, job: JobId, attempt: int, **changes: object) -> None:
    """Change an open job that is still this attempt's.

    Raises:
        LeaseLost: It is not.
    """
    if not await write(connection, job, attempt, **changes):
        raise LeaseLost(job, attempt)
