"""The fence: who may write about a job, in statements on an open connection."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, String, bindparam, case, func, literal, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import JobId, JobState
from bot.errors import LeaseLost
from storage.schema.base import Moment
from storage.schema.jobs import IS_OPEN, jobs

HAS_NO_PICTURES = jobs.c.state.in_([JobState.QUEUED, JobState.RUNNING])
"""The states in which nothing has been kept yet."""


NOW = bindparam("now", type_=Moment)

IS_UNLEASED = or_(jobs.c.lease_until.is_(None), jobs.c.lease_until <= NOW)
"""Whether nobody's lease runs at `NOW`."""

_CLAIM = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"), IS_OPEN, IS_UNLEASED)
    .values(
        attempt=jobs.c.attempt + 1,
        state=case((jobs.c.state == JobState.QUEUED, literal(JobState.RUNNING, String)), else_=jobs.c.state),
        lease_until=bindparam("until"),
        not_before=None,
        started_at=func.coalesce(jobs.c.started_at, NOW),
    )
    .returning(*jobs.c)
)
_UPDATE = update(jobs).where(jobs.c.id == bindparam("job"), jobs.c.attempt == bindparam("as_attempt"), IS_OPEN)
_MARK_KEPT = _UPDATE.where(HAS_NO_PICTURES)


async def claim_job(connection: AsyncConnection, job: JobId, *, now: datetime, until: datetime) -> Row[Any] | None:
    """Claim an open job that nobody has a lease on; the attempt rises, and whoever had it before is fenced off."""
    return (await connection.execute(_CLAIM, {"job": job, "now": now, "until": until})).first()


async def update_if_current(connection: AsyncConnection, job: JobId, attempt: int, **changes: object) -> bool:
    """Change an open job that is still this attempt's; False when it is not."""
    # Where nothing changes, writing the attempt once more still locks the row until the transaction ends.
    values = {"job": job, "as_attempt": attempt, **(changes or {"attempt": attempt})}
    return (await connection.execute(_UPDATE, values)).rowcount > 0


async def mark_kept(connection: AsyncConnection, job: JobId, attempt: int, now: datetime) -> bool:
    """Make an open job that is still this attempt's `KEPT`; False when it is not, or was made so before."""
    values = {"job": job, "as_attempt": attempt, "state": JobState.KEPT, "kept_at": now}
    return (await connection.execute(_MARK_KEPT, values)).rowcount > 0


async def update_or_raise(connection: AsyncConnection, job: JobId, attempt: int, **changes: object) -> None:
    """Change an open job that is still this attempt's.

    Raises:
        LeaseLost: It is not.
    """
    if not await update_if_current(connection, job, attempt, **changes):
        raise LeaseLost(job, attempt)
