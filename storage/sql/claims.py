"""Claims of jobs by leases, and updates that only the present attempt may make."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import FromClause

from bot.domain.jobs import JobId, JobState
from bot.domain.people import Platform
from bot.errors import LeaseLost
from storage.schema.accounts import accounts
from storage.schema.base import Moment
from storage.schema.jobs import IS_OPEN, jobs

HAS_NO_PICTURES = jobs.c.state.in_([JobState.QUEUED, JobState.RUNNING])
"""The states in which nothing has been kept yet."""

NOW = bindparam("now", type_=Moment)


def _is_claimable(of: FromClause) -> ColumnElement[bool]:
    """Return the condition that nobody's lease runs at `NOW`, and that the job need not wait any longer."""
    return and_(_is_unleased(of), or_(of.c.not_before.is_(None), of.c.not_before <= NOW))


def _is_unleased(of: FromClause) -> ColumnElement[bool]:
    return or_(of.c.lease_until.is_(None), of.c.lease_until <= NOW)


IS_CLAIMABLE = _is_claimable(jobs)


def is_in_line(of: FromClause) -> ColumnElement[bool]:
    """Return the condition that a job waits for a provider, and that nobody has taken it up since it does."""
    return and_(of.c.waits_for.is_not(None), of.c.lease_until.is_(None))


AGE = (jobs.c.created_at, jobs.c.id)
"""What "oldest first" goes by."""


def is_accepted_after(job: JobId | BindParameter[str] | None) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a job was accepted after that one; nothing is after a job that was never there."""
    if job is None:
        return ()
    than = jobs.alias()
    # Read for itself, so that the index of ages is entered there: joined, every page would begin at the oldest job again.
    age = (select(column).where(than.c.id == job).scalar_subquery() for column in (than.c.created_at, than.c.id))
    return (tuple_(*AGE) > tuple_(*age),)


_CLAIM = (
    update(jobs)
    # Condition and new lease are one statement: of two workers that claim at once, the second gets no row.
    .where(jobs.c.id == bindparam("job"), IS_OPEN, _is_unleased(jobs))
    .values(
        attempt=jobs.c.attempt + 1,
        # A lease that nobody released has run out, so its worker died; the worker gives a job up after some of these.
        lapses=jobs.c.lapses + case((jobs.c.lease_until.is_not(None), 1), else_=0),
        state=case((jobs.c.state == JobState.QUEUED, literal(JobState.RUNNING, String)), else_=jobs.c.state),
        lease_until=bindparam("until"),
        not_before=None,
        started_at=func.coalesce(jobs.c.started_at, NOW),
    )
    .returning(*jobs.c)
)
_other = jobs.alias("other")
_GOES_BEFORE = or_(
    and_(_other.c.state == JobState.RUNNING, _other.c.lease_until > NOW),
    and_(
        _is_claimable(_other),
        _other.c.platform == jobs.c.platform,
        tuple_(_other.c.created_at, _other.c.id) < tuple_(jobs.c.created_at, jobs.c.id),
    ),
)
_HAS_NO_ROOM = (
    select(_other.c.id)
    .where(
        _other.c.account == jobs.c.account,
        _other.c.finished_at.is_(None),
        _other.c.state.in_([JobState.QUEUED, JobState.RUNNING]),
        _other.c.id != jobs.c.id,
        _GOES_BEFORE,
    )
    .limit(1)
    .offset(bindparam("most_before", type_=Integer))
    .correlate(jobs)
    .exists()
)
_CLAIM_IN_TURN = _CLAIM.where(
    jobs.c.account == bindparam("of_account", type_=String), or_(jobs.c.state == JobState.KEPT, ~_HAS_NO_ROOM)
)
_ACCOUNT_OF = select(jobs.c.account).where(jobs.c.id == bindparam("job")).scalar_subquery()
_LOCK_ACCOUNT = select(accounts.c.id).where(accounts.c.id == _ACCOUNT_OF).with_for_update(key_share=True)
"""Locked as whoever joins accounts locks it, and before the job as there: whoever ends a job does not touch its account."""

_OF_ACCOUNT = and_(jobs.c.account == _ACCOUNT_OF, IS_OPEN)
_RUNNING = (
    select(func.count())
    .select_from(_other)
    .where(
        _other.c.account == _ACCOUNT_OF,
        _other.c.finished_at.is_(None),
        or_(and_(_other.c.state == JobState.RUNNING, _other.c.lease_until > NOW), is_in_line(_other)),
    )
    .scalar_subquery()
)
"""What waits for a provider has its account's place already: whoever ends a call there publishes it."""

_WAITING: Select[Any] = (
    select(jobs.c.id, jobs.c.tier, _RUNNING.label("running"))
    .where(_OF_ACCOUNT, HAS_NO_PICTURES, IS_CLAIMABLE, ~is_in_line(jobs))
    .order_by(jobs.c.created_at, jobs.c.id)
)
_CLAIMABLE: Select[Any, Any] = (
    select(jobs.c.id, jobs.c.tier)
    .where(IS_OPEN, IS_CLAIMABLE, ~is_in_line(jobs), jobs.c.platform.in_(bindparam("platforms", expanding=True)))
    .where(or_(jobs.c.created_at <= bindparam("accepted_by"), jobs.c.attempt > 0))
    .order_by(*AGE)
    .limit(bindparam("most"))
)
_CLAIMABLE_AFTER = _CLAIMABLE.where(*is_accepted_after(bindparam("after", type_=String)))
_UPDATE = update(jobs).where(jobs.c.id == bindparam("job"), jobs.c.attempt == bindparam("as_attempt"), IS_OPEN)
# A renewal that was on its way when the job was released must not lease it again.
_RENEW = _UPDATE.where(jobs.c.lease_until.is_not(None))
_RECORD_MISSING = _UPDATE.values(missing_since=func.coalesce(jobs.c.missing_since, NOW)).returning(jobs.c.missing_since)
# Only the first call finds a job without pictures, so that its hold is spent once.
_MARK_KEPT = _UPDATE.where(HAS_NO_PICTURES).returning(jobs.c.account, jobs.c.community)


async def claim_job(
    connection: AsyncConnection, job: JobId, *, now: datetime, until: datetime, most_running: int | None
) -> Row[Any] | None:
    """Claim an open job that nobody has a lease on. The attempt rises, which fences off the worker that had the job before.

    With `most_running`, only if fewer of its account go before it. The account
    stays locked, so that of two claims the second sees what the first has done.
    """
    values = {"job": job, "now": now, "until": until}
    if most_running is None:
        return (await connection.execute(_CLAIM, values)).first()
    account = (await connection.execute(_LOCK_ACCOUNT, {"job": job})).scalar()
    # A job that has become another account's while this waited for the lock is claimed by that account's next end.
    in_turn = {**values, "of_account": account, "most_before": most_running - 1}
    return (await connection.execute(_CLAIM_IN_TURN, in_turn)).first()


async def startable_jobs(
    connection: AsyncConnection, job: JobId, platforms: frozenset[Platform], *, now: datetime, most_running: int
) -> tuple[Row[Any], ...]:
    """Return id and tier of the account's waiting jobs that there is room for."""
    waiting = _WAITING.where(jobs.c.platform.in_(platforms)).limit(most_running)
    found = (await connection.execute(waiting, {"job": job, "now": now})).all()
    return tuple(found[: max(0, most_running - found[0].running)]) if found else ()


async def claimable_jobs(
    connection: AsyncConnection,
    platforms: frozenset[Platform],
    *,
    now: datetime,
    accepted_by: datetime,
    most: int,
    after: JobId | None,
) -> Sequence[Row[Any, Any]]:
    """Return id and tier of a page of the jobs that nobody has, but for those that wait for a provider."""
    statement = _CLAIMABLE if after is None else _CLAIMABLE_AFTER
    values = {"now": now, "platforms": list(platforms), "accepted_by": accepted_by, "most": most, "after": after}
    found: Sequence[Row[Any, Any]] = (await connection.execute(statement, values)).all()
    return found


async def renew_lease(connection: AsyncConnection, job: JobId, attempt: int, until: datetime) -> None:
    """Move the end of a lease that is still held.

    Raises:
        LeaseLost: It was released, or the job is not this attempt's, or final.
    """
    values = {"job": job, "as_attempt": attempt, "lease_until": until}
    if not (await connection.execute(_RENEW, values)).rowcount:
        raise LeaseLost(job, attempt)


async def update_if_current(connection: AsyncConnection, job: JobId, attempt: int, **changes: object) -> bool:
    """Change an open job that is still this attempt's; False when it is not."""
    return (await connection.execute(_UPDATE, {"job": job, "as_attempt": attempt, **changes})).rowcount > 0


async def record_missing(connection: AsyncConnection, job: JobId, attempt: int, now: datetime) -> datetime:
    """Note when the pictures of this attempt's open job were first missing; return what is noted.

    Raises:
        LeaseLost: The job is not open, or not this attempt's.
    """
    since: datetime | None = (await connection.execute(_RECORD_MISSING, {"job": job, "as_attempt": attempt, "now": now})).scalar()
    if since is None:
        raise LeaseLost(job, attempt)
    return since


async def mark_kept(connection: AsyncConnection, job: JobId, attempt: int, now: datetime) -> Row[Any] | None:
    """Make an open job that is still this attempt's `KEPT`, and return whose it is; None when it is not, or was so before."""
    values = {"job": job, "as_attempt": attempt, "state": JobState.KEPT, "kept_at": now}
    return (await connection.execute(_MARK_KEPT, values)).first()


async def update_or_raise(connection: AsyncConnection, job: JobId, attempt: int, **changes: object) -> None:
    """Change an open job that is still this attempt's.

    Raises:
        LeaseLost: The job is not open, or not this attempt's.
    """
    if not await update_if_current(connection, job, attempt, **changes):
        raise LeaseLost(job, attempt)
