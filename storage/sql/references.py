"""Which keys the record still names."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import DrawingState
from bot.domain.pictures import ImageFile, PictureState, belongs_to_drawing, drawing_in_key
from storage.schema.inputs import IS_THERE, inputs
from storage.schema.jobs import IS_OPEN, IS_VISIBLE, drawings, jobs, pictures
from storage.schema.templates import HAS_PICTURES, templates
from storage.sql.claims import HAS_NO_PICTURES
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import drawing_of

_SMALL_ID = func.lower(drawings.c.id)
_OVER = select(_SMALL_ID).join(jobs, jobs.c.id == drawings.c.job).where(jobs.c.finished_at.is_not(None))
_WANTED = (
    select(*drawings.c)
    .join(jobs, jobs.c.id == drawings.c.job)
    .where(IS_OPEN, HAS_NO_PICTURES, drawings.c.state == DrawingState.DRAWN)
)
_IN_TEMPLATES = select(templates.c.pictures).where(HAS_PICTURES)
_AWAITED = select(drawings.c.id, drawings.c.files).join(jobs, jobs.c.id == drawings.c.job).where(IS_OPEN)


@retry_all_uncommitted
class SqlReferences:
    """Asks SQL which keys are referenced.

    The files of drawings and templates are JSON, which no index covers. Open
    jobs and templates with pictures are few, so that their rows are read and
    compared with the keys here.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def began_at(self) -> datetime | None:
        """Return when the oldest job was accepted."""
        async with self._database.read_statement() as connection:
            began: datetime | None = (await connection.execute(select(func.min(jobs.c.created_at)))).scalar_one()
        return began

    async def find_awaited_keys(self, keys: Collection[str]) -> frozenset[str]:
        """Return the keys that drawings of open jobs have or may get."""
        async with self._database.read_transaction() as connection:
            return await _find_awaited(connection, keys)

    async def find_unstored_files(self, keys: Collection[str]) -> tuple[ImageFile, ...]:
        """Return the files of drawn jobs whose pictures are not kept yet."""
        async with self._database.read_statement() as connection:
            drawn = [drawing_of(row) for row in await connection.execute(_WANTED)]
        return tuple(file for drawing in drawn for file in drawing.files if file.key in keys)

    async def find_ended_keys(self, keys: Collection[str]) -> frozenset[str]:
        """Return the keys whose drawing belongs to a final job.

        A key holds its drawing's id in small letters, the index holds it as it is,
        so this scans the drawings; the sweep asks rarely.
        """
        named = {key: drawing for key in keys if (drawing := drawing_in_key(key)) is not None}
        if not named:
            return frozenset()
        async with self._database.read_statement() as connection:
            over = frozenset((await connection.execute(_OVER.where(_SMALL_ID.in_(set(named.values()))))).scalars())
        return frozenset(key for key, drawing in named.items() if drawing in over)

    async def find_needed_keys(self, keys: Collection[str]) -> frozenset[str]:
        """Return the keys that anything in the record needs."""
        named = select(pictures.c.key).where(pictures.c.key.in_(keys), pictures.c.state != PictureState.REMOVED)
        brought = select(inputs.c.key).where(inputs.c.key.in_(keys), IS_THERE)
        async with self._database.read_transaction() as connection:
            # Drawings are read before pictures: a job that is kept in between has its pictures recorded by then.
            awaited = await _find_awaited(connection, keys)
            of_templates = await _find_in_templates(connection, keys)
            return awaited | of_templates | frozenset((await connection.execute(named.union(brought))).scalars())

    async def newest(self, most: int) -> tuple[str, ...]:
        """Return the keys of the newest pictures, by when they were kept."""
        keys = select(pictures.c.key).where(IS_VISIBLE)
        newest = keys.order_by(pictures.c.kept_at.desc(), pictures.c.job.desc(), pictures.c.position.desc()).limit(most)
        async with self._database.read_transaction() as connection:
            return tuple((await connection.execute(newest)).scalars())


async def _find_awaited(connection: AsyncConnection, keys: Collection[str]) -> frozenset[str]:
    rows = (await connection.execute(_AWAITED)).all()
    files = {file["key"] for row in rows for file in row.files}
    return frozenset(key for key in keys if key in files or any(belongs_to_drawing(key, row.id) for row in rows))


async def _find_in_templates(connection: AsyncConnection, keys: Collection[str]) -> frozenset[str]:
    """Return the keys that templates name: few templates have pictures, and no index covers their JSON."""
    found = frozenset(picture["key"] for pictures in (await connection.execute(_IN_TEMPLATES)).scalars() for picture in pictures)
    return found.intersection(keys)
