"""How jobs that somebody cancelled end, and corrections of it when more is known."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import CANCELLED, Ending, JobId, cancelled_once_paid
from storage.schema.base import Moment
from storage.schema.jobs import IS_UNKNOWN, drawings, jobs
from storage.sql.claims import NOW
from storage.sql.drawings import give_up_drawings
from storage.sql.rows import ending_json

_OF_JOB = jobs.c.id == bindparam("of_job")
_ENDING = select(jobs.c.ending).where(_OF_JOB)
_CORRECT = update(jobs).where(_OF_JOB)
_UNCONFIRMED = (
    select(drawings.c.job)
    .join(jobs, jobs.c.id == drawings.c.job)
    .where(IS_UNKNOWN, drawings.c.ticket_expires_at > NOW, jobs.c.finished_at > bindparam("since", type_=Moment))
    .order_by(drawings.c.ticket_expires_at)
)


async def reword_cancelled(connection: AsyncConnection, job: JobId, counted: int) -> None:
    """Rewrite the ending of a cancelled job, so that it says what its pictures count for now."""
    known = (await connection.execute(_ENDING, {"of_job": job})).scalar_one()
    if known["kind"] == CANCELLED.kind:
        ending = cancelled_once_paid(counted) if counted else CANCELLED
        await connection.execute(_CORRECT, {"of_job": job, "ending": ending_json(ending)})


async def stop_job(connection: AsyncConnection, job: JobId, ending: Ending, *, attempt: int) -> Ending:
    """Write the ending into an open job, so that its next worker only delivers what was drawn; the present one is fenced off."""
    await give_up_drawings(connection, job)
    nobodys = {"lease_until": None, "not_before": None, "waits_for": None}
    values = {"state": ending.state, "ending": ending_json(ending), "attempt": attempt, **nobodys}
    await connection.execute(_CORRECT, {"of_job": job, **values})
    return ending


async def unconfirmed_jobs(connection: AsyncConnection, *, now: datetime, ended_since: datetime, most: int) -> tuple[JobId, ...]:
    """Return jobs that have ended, and of whose calls a service may still say what became of them."""
    found = await connection.execute(_UNCONFIRMED.limit(most), {"now": now, "since": ended_since})
    return tuple(dict.fromkeys(found.scalars()))
