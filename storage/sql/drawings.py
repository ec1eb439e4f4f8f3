"""Drawings: paid calls, written down before they go out."""

from sqlalchemy import bindparam, or_, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import Drawing, DrawingState, JobId
from storage.schema import drawings
from storage.sql.rows import drawing_of, drawing_values
from storage.sql.upsert import Begin, Upsert

_KNOWN_LATER = ("model", "state", "microusd", "is_estimate", "request_id", "files", "notes")


def _overwrite(begin: Begin) -> sqlite.Insert:
    new = begin(drawings)
    return new.on_conflict_do_update(
        index_elements=[drawings.c.id],
        set_={name: new.excluded[name] for name in _KNOWN_LATER},
        where=or_(drawings.c.state != DrawingState.DRAWN, new.excluded.state == DrawingState.DRAWN),
    )


_NEW_DRAWING = Upsert(lambda begin: begin(drawings).on_conflict_do_nothing(index_elements=[drawings.c.id]))
_OVERWRITE = Upsert(_overwrite)
_OF_JOB = select(drawings).where(drawings.c.job == bindparam("job")).order_by(drawings.c.started_at, drawings.c.id)


async def add_drawing(connection: AsyncConnection, drawing: Drawing) -> None:
    """Write a drawing down, once."""
    await _NEW_DRAWING.run(connection, drawing_values(drawing))


async def overwrite_drawing(connection: AsyncConnection, drawing: Drawing) -> None:
    """Write down how a drawing ended, unless it is known to be drawn and this says it is not.

    A worker that lost its lease and the one that has it now may both report:
    whoever saw pictures is right, and what they cost is not forgotten.
    """
    await _OVERWRITE.run(connection, drawing_values(drawing))


async def drawings_of(connection: AsyncConnection, job: JobId) -> tuple[Drawing, ...]:
    """Give a job's drawings, oldest first."""
    return tuple(drawing_of(row) for row in await connection.execute(_OF_JOB, {"job": job}))
