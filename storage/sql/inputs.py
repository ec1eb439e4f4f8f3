"""The record of the pictures that people brought to their wishes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.inputs import InputRole
from bot.domain.jobs import Job, JobId
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import PictureId, PictureState
from bot.ports.inputs import KeptInput
from storage.schema.base import Moment
from storage.schema.inputs import HAS_PARENT, IS_KEPT, IS_THERE, IS_TO_GO, inputs
from storage.schema.jobs import IS_VISIBLE, jobs, pictures
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted

_OF_JOB = select(inputs).where(inputs.c.job == bindparam("of_job"), IS_THERE).order_by(inputs.c.position)
_PARENTS = select(inputs.c.parent).where(inputs.c.job == bindparam("of_job"), HAS_PARENT).order_by(inputs.c.position)
_MADE_FROM = (
    select(inputs.c.job)
    .where(
        inputs.c.parent.in_(bindparam("of_pictures", expanding=True)),
        inputs.c.position == 0,
        inputs.c.role == InputRole.BASE,
        exists().where(pictures.c.job == inputs.c.job, IS_VISIBLE),
    )
    .order_by(inputs.c.kept_at.desc(), inputs.c.job.desc())
)
_IS_FINAL = exists().where(jobs.c.id == inputs.c.job, jobs.c.finished_at.is_not(None))
AT_ONCE = {"remove_at": inputs.c.kept_at}
"""A moment that is over, so that an input is due from now on."""

_EXPIRE = update(inputs).where(inputs.c.job.in_(bindparam("of_jobs", expanding=True)), IS_KEPT).values(AT_ONCE)
_NOTE_REMOVED = update(inputs).where(inputs.c.key == bindparam("of_key"), IS_THERE)


async def add_inputs(connection: AsyncConnection, job: Job) -> None:
    """Insert the inputs of a new job."""
    whose = {"job": job.id, "account": job.account, "community": job.community, "kept_at": job.created_at}
    rows = [
        {"key": one.key, "position": position, "role": one.role, "parent": one.parent, **whose}
        for position, one in enumerate(job.wish.inputs)
    ]
    if rows:
        await connection.execute(inputs.insert(), rows)


async def expire_inputs(connection: AsyncConnection, of_jobs: Sequence[str]) -> None:
    """Mark the inputs of these jobs for removal."""
    await connection.execute(_EXPIRE, {"of_jobs": of_jobs})


async def expire_inputs_of_removed(connection: AsyncConnection, picture: PictureId) -> None:
    """Mark for removal the inputs that are copies of a removed picture, and those of its job if that has no picture left."""
    removed = select(pictures.c.job).where(pictures.c.id == picture, pictures.c.state == PictureState.REMOVED)
    job = removed.scalar_subquery()
    others = exists().where(pictures.c.job == job, pictures.c.state != PictureState.REMOVED)
    goes = or_(inputs.c.parent == picture, (inputs.c.job == job) & ~others)
    await connection.execute(update(inputs).where(removed.exists(), goes, IS_KEPT).values(AT_ONCE))


@retry_all_uncommitted
class SqlInputs:
    """Finds inputs in SQL; `SqlJobs.accept` writes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_job(self, job: JobId) -> tuple[KeptInput, ...]:
        """Return the inputs of a job."""
        async with self._database.read_statement() as connection:
            return tuple(_input_of(row) for row in await connection.execute(_OF_JOB, {"of_job": job}))

    async def of_account(self, account: AccountId, most: int, after: str = "") -> tuple[KeptInput, ...]:
        """Return a page of an account's inputs."""
        mine = select(inputs).where(inputs.c.account == account, inputs.c.key > after, IS_THERE)
        async with self._database.read_statement() as connection:
            return tuple(_input_of(row) for row in await connection.execute(mine.order_by(inputs.c.key).limit(most)))

    async def parents(self, job: JobId) -> tuple[PictureId, ...]:
        """Return the pictures of ours that the job's inputs are copies of, also of removed inputs."""
        async with self._database.read_statement() as connection:
            return tuple(PictureId(parent) for parent in (await connection.execute(_PARENTS, {"of_job": job})).scalars())

    async def find_made_from(self, pictures: Collection[PictureId], *, most: int) -> tuple[JobId, ...]:
        """Return the jobs that were made from a picture, by the index of parents."""
        found = _MADE_FROM.limit(most)
        async with self._database.read_statement() as connection:
            return tuple(JobId(job) for job in (await connection.execute(found, {"of_pictures": list(pictures)})).scalars())

    async def expire_older(self, community: CommunityId, before: datetime, *, most: int) -> int:
        """Mark a batch of old inputs for removal, so few at a time that no other writer waits long."""
        old = select(inputs.c.key).where(IS_KEPT, inputs.c.community == community, inputs.c.kept_at < before, _IS_FINAL)
        oldest = old.order_by(inputs.c.kept_at).limit(most)
        async with self._database.write_transaction() as connection:
            expired = update(inputs).where(inputs.c.key.in_(oldest), IS_KEPT).values(AT_ONCE)
            return (await connection.execute(expired)).rowcount

    async def due(self, now: datetime, *, most: int, skip: int = 0) -> tuple[KeptInput, ...]:
        """Return a page of the inputs whose time has come."""
        found = select(inputs).where(IS_TO_GO, inputs.c.remove_at <= now).order_by(inputs.c.remove_at, inputs.c.key)
        async with self._database.read_statement() as connection:
            return tuple(_input_of(row) for row in await connection.execute(found.limit(most).offset(skip)))

    async def note_removed(self, key: str, now: datetime) -> None:
        """Note when the input was removed, once."""
        async with self._database.write_transaction() as connection:
            await connection.execute(_NOTE_REMOVED.values(removed_at=literal(now, Moment)), {"of_key": key})


def _input_of(row: Row[Any]) -> KeptInput:
    parent = None if row.parent is None else PictureId(row.parent)
    return KeptInput(key=row.key, job=JobId(row.job), position=row.position, parent=parent)
