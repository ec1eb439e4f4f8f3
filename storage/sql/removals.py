"""Pictures that moderators took out of sight, in SQL: each decision is one transaction."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, Select, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.cases import UNDO_WINDOW, CaseId
from bot.domain.jobs import JobId
from bot.domain.moderation_log import ModerationAction, NewLogEntry
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import PictureId, PictureState
from bot.domain.removals import Removal, RemovalOrder, RemovalState, RemovalStep, StepState
from bot.domain.rules import Actor
from bot.ports.clock import Clock
from storage.schema.jobs import pictures
from storage.schema.removals import IS_UNDONE, blocked_pictures, removal_steps, removals
from storage.sql.blocked_pictures import BLOCK
from storage.sql.database import Database
from storage.sql.moderation_log import add_log_entry
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import columns_of
from storage.sql.upsert import InsertInto, Upsert

_REMOVAL = TypeAdapter(Removal)
_STEP = TypeAdapter(RemovalStep)
_WITH_JOB = select(removals, pictures.c.job).join(pictures, pictures.c.id == removals.c.picture)
_OF_PICTURE = removals.c.picture == bindparam("of_picture")
_PICTURE = select(pictures).where(pictures.c.id == bindparam("of_picture")).with_for_update()
_SET_PICTURE = update(pictures).where(pictures.c.id == bindparam("of_picture"))
_FORGET_STEPS = delete(removal_steps).where(removal_steps.c.picture == bindparam("of_picture"))
_UNBLOCK = delete(blocked_pictures).where(blocked_pictures.c.picture == bindparam("of_picture"))
_IS_CURRENT = (_OF_PICTURE, removals.c.revision == bindparam("of_revision"))
_PUT_OFF = update(removals).where(*_IS_CURRENT)
_STATE = select(removals.c.state).where(_OF_PICTURE)
_LAST = select(removals.c.state, removals.c.revision, removals.c.decided_at).where(_OF_PICTURE)
_REVISION = select(removals.c.revision).where(_OF_PICTURE).with_for_update()


_DELETED_GOES_WITHIN = UNDO_WINDOW - timedelta(seconds=1)
"""How long what its author had deleted is there once it is removed: less than anything else, by which `restore` knows it."""


def _overwrite(insert_into: InsertInto, table: Any) -> Any:
    new = insert_into(table)
    keys = [column.name for column in table.primary_key]
    return new.on_conflict_do_update(
        index_elements=keys, set_={column.name: new.excluded[column.name] for column in table.c if column.name not in keys}
    )


_ACTIONS = {
    RemovalState.HIDDEN: ModerationAction.HIDDEN,
    RemovalState.REMOVED: ModerationAction.REMOVED,
    RemovalState.RESTORED: ModerationAction.RESTORED,
}
_DECIDE = Upsert(lambda insert_into: _overwrite(insert_into, removals))
_NOTE = Upsert(lambda insert_into: _overwrite(insert_into, removal_steps))


@retry_all_uncommitted
class SqlPictureRemovals:
    """Keeps removals in SQL. The picture's row is locked first by each decision, so that one is made after the other."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def hide(self, picture: PictureId, order: RemovalOrder) -> bool:
        """Hide a visible picture by a decision, without a time at which it would be removed."""
        async with self._database.write_transaction() as connection:
            found = await _lock_picture(connection, picture)
            if found is None or found.state != PictureState.VISIBLE:
                return False
            await connection.execute(_SET_PICTURE, {"of_picture": picture, "state": PictureState.HIDDEN, "remove_at": None})
            await self._decide(connection, found, RemovalState.HIDDEN, order)
        return True

    async def remove(self, picture: PictureId, order: RemovalOrder, *, erase_at: datetime) -> bool:
        """Hide the picture until its removal is due, or begin the removal if it is. One that is gone already is blocked too."""
        now = self._clock.now()
        async with self._database.write_transaction() as connection:
            found = await _lock_picture(connection, picture)
            before = (await connection.execute(_STATE, {"of_picture": picture})).scalar()
            if found is None or (before == RemovalState.REMOVED and not _goes_later(found, erase_at)):
                return False
            if found.state in {PictureState.VISIBLE, PictureState.HIDDEN}:
                state = PictureState.REMOVING if erase_at <= now else PictureState.HIDDEN
                is_deleted = found.remove_at is not None and before in {None, RemovalState.RESTORED}
                goes_at = min(found.remove_at, erase_at, now + _DELETED_GOES_WITHIN) if is_deleted else erase_at
                await connection.execute(_SET_PICTURE, {"of_picture": picture, "state": state, "remove_at": goes_at})
            if not order.reason.is_the_authors:
                blocked = {"sha256": found.sha256, "fingerprint": found.fingerprint, "picture": picture}
                await BLOCK.run(connection, {**blocked, "reason": order.reason, "blocked_by": order.by, "blocked_at": now})
            await self._decide(connection, found, RemovalState.REMOVED, order)
        return True

    async def restore(self, picture: PictureId, order: RemovalOrder, *, revision: int | None = None) -> bool:
        """Show a picture again that a decision hid."""
        async with self._database.write_transaction() as connection:
            found = await _lock_picture(connection, picture)
            before = (await connection.execute(_LAST, {"of_picture": picture})).first()
            if before is None or before.state == RemovalState.RESTORED or revision not in {None, before.revision}:
                return False
            if found is None or found.state != PictureState.HIDDEN:
                return False
            is_deleted = found.remove_at is not None and found.remove_at <= before.decided_at + _DELETED_GOES_WITHIN
            shown = {"state": PictureState.VISIBLE, "remove_at": None}
            left = {"state": PictureState.HIDDEN, "remove_at": found.remove_at}
            await connection.execute(_SET_PICTURE, {"of_picture": picture, **(left if is_deleted else shown)})
            await connection.execute(_UNBLOCK, {"of_picture": picture})
            await self._decide(connection, found, RemovalState.RESTORED, order)
        return True

    async def _decide(self, connection: AsyncConnection, found: Row[Any], state: RemovalState, order: RemovalOrder) -> None:
        """Write the decision, also into the moderation log, and make every step that follows from it due."""
        picture, now = PictureId(found.id), self._clock.now()
        revision = (await connection.execute(_REVISION, {"of_picture": picture})).scalar() or 0
        await connection.execute(_FORGET_STEPS, {"of_picture": picture})
        values = {
            "picture": picture,
            "state": state,
            "reason": order.reason,
            "decided_by": order.by,
            "decided_case": order.case,
            "tells_author": order.tells_author,
            "decided_at": now,
            "revision": revision + 1,
            "due_at": now,
        }
        await _DECIDE.run(connection, values)
        if not order.reason.is_the_authors:
            entry = NewLogEntry(
                community=CommunityId(found.community),
                action=_ACTIONS[state],
                by=Actor(AccountId(order.by), ""),
                subject=AccountId(found.account),
                picture=picture,
                job=JobId(found.job),
                case=None if order.case is None else CaseId(order.case),
                detail=order.reason,
                key=f"removal:{picture}:{revision + 1}",
            )
            await add_log_entry(connection, self._clock, entry)

    async def get(self, picture: PictureId) -> Removal | None:
        """Return the removal of a picture."""
        found = await self._read(_WITH_JOB.where(removals.c.picture == picture))
        return found[0] if found else None

    async def of_job(self, job: JobId) -> tuple[Removal, ...]:
        """Return the removals of a job's pictures."""
        return await self._read(_WITH_JOB.where(pictures.c.job == job).order_by(pictures.c.position))

    async def of_account(self, account: AccountId, most: int) -> tuple[Removal, ...]:
        """Return the removals of an account's pictures."""
        mine = _WITH_JOB.where(pictures.c.account == account, removals.c.state != RemovalState.RESTORED)
        return await self._read(mine.order_by(removals.c.decided_at.desc(), removals.c.picture).limit(most))

    async def due(self, *, most: int) -> tuple[Removal, ...]:
        """Return removals that are due."""
        found = _WITH_JOB.where(IS_UNDONE, removals.c.due_at <= self._clock.now())
        return await self._read(found.order_by(removals.c.due_at).limit(most))

    async def claim(self, removal: Removal, until: datetime) -> bool:
        """Postpone a removal that is due, so that no other process takes it."""
        claimed = _PUT_OFF.where(IS_UNDONE, removals.c.due_at <= self._clock.now())
        async with self._database.write_transaction() as connection:
            return (await connection.execute(claimed.values(due_at=until), _current(removal))).rowcount > 0

    async def postpone(self, removal: Removal, until: datetime | None) -> None:
        """Write when the removal is due again."""
        async with self._database.write_transaction() as connection:
            await connection.execute(_PUT_OFF.values(due_at=until), _current(removal))

    async def note_step(self, removal: Removal, step: RemovalStep) -> None:
        """Record the step if its decision still holds."""
        async with self._database.write_transaction() as connection:
            if (await connection.execute(_REVISION, {"of_picture": removal.picture})).scalar() == removal.revision:
                await _NOTE.run(connection, {**_STEP.dump_python(step), "noted_at": self._clock.now()})

    async def steps(self, picture: PictureId) -> tuple[RemovalStep, ...]:
        """Return how the steps of the last decision about a picture went."""
        found = select(removal_steps).where(removal_steps.c.picture == picture).order_by(removal_steps.c.place)
        return await self._read_steps(found)

    async def list_unfinished(self, *, most: int, after: PictureId | None = None) -> tuple[RemovalStep, ...]:
        """Return the steps that failed or are impossible."""
        is_left = removal_steps.c.state != StepState.DONE
        some = select(removal_steps.c.picture).distinct().where(is_left).order_by(removal_steps.c.picture).limit(most)
        if after is not None:
            some = some.where(removal_steps.c.picture > after)
        found = select(removal_steps).where(is_left, removal_steps.c.picture.in_(some))
        return await self._read_steps(found.order_by(removal_steps.c.picture, removal_steps.c.place))

    async def _read(self, found: Select[Any]) -> tuple[Removal, ...]:
        async with self._database.read_statement() as connection:
            return tuple(_removal_of(row) for row in await connection.execute(found))

    async def _read_steps(self, found: Select[Any]) -> tuple[RemovalStep, ...]:
        async with self._database.read_statement() as connection:
            return tuple(_step_of(row) for row in await connection.execute(found))


async def _lock_picture(connection: AsyncConnection, picture: PictureId) -> Row[Any] | None:
    row: Row[Any] | None = (await connection.execute(_PICTURE, {"of_picture": picture})).first()
    return row


def _goes_later(picture: Row[Any], erase_at: datetime) -> bool:
    """Whether a picture is still there, and would be erased only after that."""
    return bool(picture.state == PictureState.HIDDEN and picture.remove_at > erase_at)


def _current(removal: Removal) -> dict[str, object]:
    return {"of_picture": removal.picture, "of_revision": removal.revision}


def _removal_of(row: Row[Any]) -> Removal:
    columns = columns_of(row)
    order = columns | {"by": row.decided_by, "case": row.decided_case}
    return _REMOVAL.validate_python(columns | {"order": order})


def _step_of(row: Row[Any]) -> RemovalStep:
    return _STEP.validate_python(columns_of(row))
