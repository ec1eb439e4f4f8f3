"""Erases what people wrote from the rows of jobs, in statements on an open connection."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema.base import JSON_VALUE, Moment
from storage.schema.jobs import drawings, jobs
from storage.sql.inputs import expire_inputs
from storage.sql.shown_cases import show_cases_of_jobs

_ERASE_WORDS = (
    update(jobs)
    .where(jobs.c.id == bindparam("of_job"))
    .values(
        wish=bindparam("no_wish", type_=JSON_VALUE),
        ending=bindparam("no_ending", type_=JSON_VALUE),
        words=None,
        erased_at=bindparam("now", type_=Moment),
    )
)
_ERASE_DRAWINGS = update(drawings).where(drawings.c.job.in_(bindparam("of_jobs", expanding=True))).values(notes=[], shortfall="")


async def erase_words(connection: AsyncConnection, found: Sequence[Any], now: datetime) -> None:
    """Write jobs, whose `id`, `wish` and `ending` are given, without their words, and their drawings without notes.

    The pictures that were brought to them are to be removed, and the messages of cases about them are to quote them no longer.
    """
    if not found:
        return
    erased = [{"of_job": row.id, "now": now, **_without_words(row.wish, row.ending)} for row in found]
    await connection.execute(_ERASE_WORDS, erased)
    await connection.execute(_ERASE_DRAWINGS, {"of_jobs": [row.id for row in found]})
    await expire_inputs(connection, [row.id for row in found])
    await show_cases_of_jobs(connection, [row.id for row in found])


def _without_words(wish: Mapping[str, Any], ending: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what stays of a wish and an end: sizes and kinds, and no sentence that may quote what was asked for."""
    return {
        "no_wish": {**wish, "prompt": "", "variation_of": None, "inputs": []},
        "no_ending": ending and {**ending, "text": "", "safer": None},
    }
