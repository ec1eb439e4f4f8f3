"""Has the messages of cases follow what they show, in statements on an open connection that changes it."""

from collections.abc import Sequence

from sqlalchemy import String, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema.cases import IS_OPEN, cases
from storage.schema.jobs import pictures

_THESE = bindparam("these", type_=String, expanding=True)
_ANEW = update(cases).values(revision=cases.c.revision + 1)
_OF_PICTURES = _ANEW.where(cases.c.picture.in_(_THESE), IS_OPEN)
_OF_JOBS = _ANEW.where(
    cases.c.picture.in_(select(pictures.c.id).where(pictures.c.job.in_(_THESE))), or_(cases.c.message.is_not(None), IS_OPEN)
)


async def show_cases_of_pictures(connection: AsyncConnection, changed: Sequence[str]) -> None:
    """Have open cases shown anew, as others may or may not see these pictures now."""
    if changed:
        await connection.execute(_OF_PICTURES, {"these": list(changed)})


async def show_cases_of_jobs(connection: AsyncConnection, changed: Sequence[str]) -> None:
    """Have cases shown anew whose messages quote the words of these jobs, however long ago they were decided."""
    if changed:
        await connection.execute(_OF_JOBS, {"these": list(changed)})
