"""Drawings: paid calls, written down before they go out."""

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import Drawing, DrawingState, JobId
from storage.schema.jobs import drawings
from storage.sql.rows import drawing_of, drawing_values
from storage.sql.upsert import InsertInto, Upsert

_KNOWN_LATER = (
    "model",
    "state",
    "microusd",
    "is_estimate",
    "request_id",
    "files",
    "notes",
    "ticket",
    "ticket_expires_at",
    "shortfall",
)


def _overwrite(insert_into: InsertInto) -> sqlite.Insert:
    new = insert_into(drawings)
    return new.on_conflict_do_update(
        index_elements=[drawings.c.id],
        set_={name: new.excluded[name] for name in _KNOWN_LATER},
    )


_NEW_DRAWING = Upsert(lambda insert_into: insert_into(drawings).on_conflict_do_nothing(index_elements=[drawings.c.id]))
_OVERWRITE = Upsert(_overwrite)
_GIVE_UP = (
    update(drawings)
    .where(drawings.c.job == bindparam("of_job"), drawings.c.state == DrawingState.OPEN)
    .values(state=DrawingState.UNKNOWN)
)
_OF_JOB = select(drawings).where(drawings.c.job == bindparam("job")).order_by(drawings.c.started_at, drawings.c.id)


async def add_drawing(connection: AsyncConnection, drawing: Drawing) -> None:
    """Write a drawing down, once."""
    await _NEW_DRAWING.run(connection, drawing_values(drawing))


async def overwrite_drawing(connection: AsyncConnection, drawing: Drawing) -> None:
    """Write down how a drawing ended."""
    await _OVERWRITE.run(connection, drawing_values(drawing))


async def give_up_drawings(connection: AsyncConnection, job: JobId) -> None:
    """Mark the job's open drawings as given up. What they probably cost stays in their rows."""
    await connection.execute(_GIVE_UP, {"of_job": job})


async def drawings_of(connection: AsyncConnection, job: JobId) -> tuple[Drawing, ...]:
    """Return a job's drawings, oldest first."""
    return tuple(drawing_of(row) for row in await connection.execute(_OF_JOB, {"job": job}))
