"""The record of kept pictures."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Update, bindparam, exists, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import ColumnElement

from bot.domain.chat import Place
from bot.domain.fingerprints import is_alike
from bot.domain.jobs import JobId
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import Picture, PictureId, PictureState
from bot.domain.removals import RemovalState
from bot.ports.pictures import MOST_COMPARED
from storage.schema.jobs import IS_TO_BE_REMOVED, IS_VISIBLE, jobs, pictures
from storage.schema.removals import removals
from storage.sql.database import Database
from storage.sql.inputs import expire_inputs_of_removed
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import picture_of, picture_values
from storage.sql.shown_cases import show_cases_of_pictures

_NEW_PICTURE = insert(pictures)
_WITH_CONTENT = (
    select(pictures.c.id, pictures.c.job, pictures.c.state, pictures.c.kept_at)
    .where(pictures.c.sha256 == bindparam("sha256"))
    .order_by(pictures.c.kept_at)
    .limit(1)
)
_IS_THE_AUTHORS = ~exists().where(removals.c.picture == pictures.c.id, removals.c.state != RemovalState.RESTORED)
_OF_JOB = select(pictures).where(pictures.c.job == bindparam("job")).order_by(pictures.c.position)


async def add_pictures(connection: AsyncConnection, job: Row[Any], kept: tuple[Picture, ...], kept_at: datetime) -> None:
    """Note a job's pictures; they belong to its account and its community, which are columns of `job`."""
    whose = {"account": job.account, "community": job.community, "kept_at": kept_at}
    rows = [{**picture_values(picture), **whose} for picture in kept]
    if rows:
        await connection.execute(_NEW_PICTURE, rows)


async def has_pictures(connection: AsyncConnection, job: JobId, kept: tuple[Picture, ...]) -> bool:
    """Return whether exactly these pictures are recorded for the job."""
    noted = await connection.execute(select(pictures.c.id).where(pictures.c.job == job))
    return set(noted.scalars()) == {picture.id for picture in kept}


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture that has certain bytes."""

    id: PictureId
    job: JobId
    state: PictureState
    kept_at: datetime


@retry_all_uncommitted
class SqlPictures:
    """Finds pictures in SQL; what people may see is decided by `state` alone. Open cases are shown anew where it changes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, picture: PictureId) -> Picture | None:
        """Return the picture."""
        found = await self._read(select(pictures).where(pictures.c.id == picture))
        return found[0] if found else None

    async def find_content(self, sha256: str) -> KeptPicture | None:
        """Return the oldest picture whose original has exactly these bytes. No index helps: it is for operators."""
        async with self._database.read_transaction() as connection:
            row = (await connection.execute(_WITH_CONTENT, {"sha256": sha256})).first()
        return row and KeptPicture(PictureId(row.id), JobId(row.job), PictureState(row.state), row.kept_at)

    async def of_job(self, job: JobId) -> tuple[Picture, ...]:
        """Return the pictures of a job."""
        return await self._read(_OF_JOB, job=job)

    async def find_owned(self, account: AccountId, pictures_: Sequence[PictureId]) -> tuple[Picture, ...]:
        """Return the account's pictures among these, read in one statement."""
        return await self._read(select(pictures).where(pictures.c.id.in_(pictures_), pictures.c.account == account))

    async def latest(self, account: AccountId, most: int) -> tuple[Picture, ...]:
        """Return an account's newest pictures; of one job the last position comes first."""
        newest = (pictures.c.kept_at.desc(), pictures.c.job.desc(), pictures.c.position.desc())
        mine = select(pictures).where(pictures.c.account == account, IS_VISIBLE)
        return await self._read(mine.order_by(*newest).limit(most))

    async def page(self, *, most: int, after: PictureId | None = None, account: AccountId | None = None) -> tuple[Picture, ...]:
        """Return pictures by the primary key, for operators: no index holds all of an account's pictures."""
        found = select(pictures).order_by(pictures.c.id).limit(most)
        if after is not None:
            found = found.where(pictures.c.id > after)
        if account is not None:
            found = found.where(pictures.c.account == account)
        return await self._read(found)

    async def of_account(self, account: AccountId, most: int, before: PictureId | None = None) -> tuple[Picture, ...]:
        """Return a page by the index of what accounts see."""
        order = (pictures.c.kept_at, pictures.c.job, pictures.c.position)
        mine = select(pictures).where(pictures.c.account == account, IS_VISIBLE)
        if before is not None:
            last = pictures.alias("last")
            place = (select(last.c[column.name]).where(last.c.id == before).scalar_subquery() for column in order)
            mine = mine.where(tuple_(*order) < tuple_(*place))
        return await self._read(mine.order_by(*(column.desc() for column in order)).limit(most))

    async def alike(self, picture: Picture, community: CommunityId, *, most: int, at: Place | None = None) -> tuple[Picture, ...]:
        """Return the pictures that look alike. The newest are compared in a thread: no index helps, and moderators ask rarely."""
        wanted = picture.file.fingerprint
        if wanted is None:
            return ()
        hashes = select(pictures.c.id, pictures.c.fingerprint).where(pictures.c.community == community, IS_VISIBLE)
        async with self._database.read_statement() as connection:
            newest = (await connection.execute(hashes.order_by(pictures.c.kept_at.desc()).limit(MOST_COMPARED))).all()
        others = [(row.id, row.fingerprint) for row in newest if row.fingerprint is not None and row.id != picture.id]
        found = await asyncio.to_thread(lambda: [id_ for id_, one in others if is_alike([one], [wanted])])
        if not found:
            return ()
        like_it = select(pictures).where(pictures.c.id.in_(found), IS_VISIBLE)
        if at is not None:
            is_there = (jobs.c.platform == at.platform, jobs.c.place["tenant"].as_string() == at.tenant)
            like_it = like_it.join(jobs, jobs.c.id == pictures.c.job).where(*is_there)
        return await self._read(like_it.order_by(pictures.c.kept_at.desc(), pictures.c.id).limit(most))

    async def star(self, pictures_: Sequence[PictureId], at: datetime | None) -> None:
        """Write since when the pictures are favourites."""
        async with self._database.write_transaction() as connection:
            await connection.execute(update(pictures).where(pictures.c.id.in_(pictures_)).values(starred_at=at))

    async def hide(self, job: JobId, remove_at: datetime) -> None:
        """Hide the picture if it is visible; one that is hidden already keeps its time."""
        hidden = update(pictures).where(pictures.c.job == job, pictures.c.state == PictureState.VISIBLE)
        async with self._database.write_transaction() as connection:
            await _set(connection, hidden.values(state=PictureState.HIDDEN, remove_at=remove_at))

    async def show(self, job: JobId) -> bool:
        """Show the picture if it is hidden, unless a decision hid it."""
        return await self._show(pictures.c.job == job) > 0

    async def hide_several(self, pictures_: Sequence[PictureId], remove_at: datetime) -> None:
        """Hide all of them that are visible, in one statement."""
        hidden = update(pictures).where(pictures.c.id.in_(pictures_), pictures.c.state == PictureState.VISIBLE)
        async with self._database.write_transaction() as connection:
            await _set(connection, hidden.values(state=PictureState.HIDDEN, remove_at=remove_at))

    async def show_several(self, pictures_: Sequence[PictureId]) -> None:
        """Show all of them that are hidden in one transaction, but for what a decision hid."""
        await self._show(pictures.c.id.in_(pictures_))

    async def hide_older(self, community: CommunityId, before: datetime, *, remove_at: datetime, most: int) -> int:
        """Hide a batch of old pictures, so few at a time that no other writer waits long."""
        old = select(pictures.c.id).where(IS_VISIBLE, pictures.c.community == community, pictures.c.kept_at < before)
        oldest = old.order_by(pictures.c.kept_at).limit(most)
        hidden = update(pictures).where(pictures.c.id.in_(oldest), pictures.c.state == PictureState.VISIBLE)
        async with self._database.write_transaction() as connection:
            return await _set(connection, hidden.values(state=PictureState.HIDDEN, remove_at=remove_at))

    async def due(self, now: datetime, *, most: int, skip: int = 0) -> tuple[Picture, ...]:
        """Return a page of the hidden pictures whose time has come, the longest overdue first."""
        found = select(pictures).where(IS_TO_BE_REMOVED, pictures.c.remove_at <= now).order_by(pictures.c.remove_at)
        return await self._read(found.limit(most).offset(skip))

    async def is_key_needed(self, key: str) -> bool:
        """Return whether a picture with this key is visible, or could be again."""
        needed = exists().where(pictures.c.key == key, pictures.c.state.in_([PictureState.VISIBLE, PictureState.HIDDEN]))
        async with self._database.read_statement() as connection:
            return bool((await connection.execute(select(needed))).scalar_one())

    async def begin_removal(self, picture: PictureId) -> bool:
        """Make a hidden picture `REMOVING`. It keeps its time, so that it stays due until it is removed."""
        begun = update(pictures).where(pictures.c.id == picture, IS_TO_BE_REMOVED)
        async with self._database.write_transaction() as connection:
            return (await connection.execute(begun.values(state=PictureState.REMOVING))).rowcount > 0

    async def remove(self, picture: PictureId) -> None:
        """Make a `REMOVING` picture `REMOVED`, and mark the inputs for removal that nothing needs any more."""
        removed = update(pictures).where(pictures.c.id == picture, pictures.c.state == PictureState.REMOVING)
        async with self._database.write_transaction() as connection:
            await _set(connection, removed.values(state=PictureState.REMOVED, remove_at=None))
            await expire_inputs_of_removed(connection, picture)

    async def _show(self, is_meant: ColumnElement[bool]) -> int:
        """Show what is hidden and return how many there were; the rows are locked before anything asks who has hidden them.

        PostgreSQL shows a statement other tables as they were when it began,
        also where it had to wait for a decision that was made meanwhile.
        """
        are_hidden = (is_meant, pictures.c.state == PictureState.HIDDEN)
        locked = select(pictures.c.id).where(*are_hidden).order_by(pictures.c.job, pictures.c.position).with_for_update()
        async with self._database.write_transaction() as connection:
            ids = (await connection.execute(locked)).scalars().all()
            shown = update(pictures).where(pictures.c.id.in_(ids), *are_hidden, _IS_THE_AUTHORS)
            return await _set(connection, shown.values(state=PictureState.VISIBLE, remove_at=None))

    async def _read(self, found: Select[Any], **values: object) -> tuple[Picture, ...]:
        async with self._database.read_statement() as connection:
            return tuple(picture_of(row) for row in await connection.execute(found, values))


async def _set(connection: AsyncConnection, changing: Update) -> int:
    """Change the state of pictures, and return how many there were."""
    changed = (await connection.execute(changing.returning(pictures.c.id))).scalars().all()
    await show_cases_of_pictures(connection, changed)
    return len(changed)
