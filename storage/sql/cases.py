"""Cases and their notes. Every change raises the revision, and writes its line into the moderation log."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.cases import UNDO_WINDOW, Case, CaseDecision, CaseId, CaseNote, CaseState, NewCase
from bot.domain.chat import MessageRef, Place
from bot.domain.moderation_log import ModerationAction, NewLogEntry
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import PictureId
from bot.domain.rules import EVERYBODY, Actor
from bot.errors import StorageFailed
from bot.ports.cases import OpenedCase
from bot.ports.clock import Clock, Ids
from storage.schema.cases import IS_OPEN, IS_TO_CLOSE, IS_TO_ENFORCE, IS_TO_SHOW, case_notes, cases
from storage.sql.case_rows import case_of, case_values, message_of, message_values
from storage.sql.database import Database
from storage.sql.moderation_log import actor_of, actor_values, add_log_entry
from storage.sql.retries import retry_all_uncommitted
from storage.sql.upsert import Upsert

_AGE = (cases.c.opened_at, cases.c.id)
_ADD = Upsert(lambda insert_into: insert_into(cases).on_conflict_do_nothing())
_THIS = cases.c.id == bindparam("of_case")
_GET = select(cases).where(_THIS)
_OPEN_ABOUT = select(cases).where(IS_OPEN, cases.c.about == bindparam("about")).with_for_update()
_APPEAL = select(cases).where(cases.c.appeals == bindparam("appeals"))
_CHANGE = update(cases).where(_THIS).values(revision=cases.c.revision + 1).returning(*cases.c)
_CHANGE_OPEN = _CHANGE.where(IS_OPEN)
_DECIDE = _CHANGE_OPEN.values(rounds=cases.c.rounds + 1, state=CaseState.DECIDED, is_enforced=False)
_others = cases.alias("others")
_UNDO = _CHANGE.where(
    IS_TO_CLOSE,
    cases.c.decided_at > bindparam("window_began"),
    ~exists().where(_others.c.about == cases.c.about, _others.c.state == CaseState.OPEN.value),
).values(state=CaseState.OPEN, decision=None, decided_by=None, decided_by_name=None, decided_at=None, is_enforced=False)
_DUE = (
    select(cases.c.id)
    .where(IS_TO_CLOSE, cases.c.decided_at <= bindparam("window_began"))
    .order_by(cases.c.decided_at)
    .limit(bindparam("most"))
)
_CLOSE = _CHANGE.where(IS_TO_CLOSE, cases.c.decided_at <= bindparam("window_began")).values(is_enforced=False)
_ENFORCED = update(cases).where(_THIS, cases.c.revision == bindparam("of_revision")).values(is_enforced=True)
_OF_PICTURE = select(cases).where(cases.c.picture == bindparam("picture")).order_by(cases.c.opened_at.desc(), cases.c.id.desc())
_ABOUT = (
    select(cases)
    .where(cases.c.account == bindparam("account"), cases.c.community == bindparam("community"))
    .order_by(cases.c.opened_at.desc(), cases.c.id.desc())
    .limit(bindparam("most"))
)
_TO_ENFORCE = select(cases).where(IS_TO_ENFORCE).order_by(*_AGE).limit(bindparam("most")).offset(bindparam("skip"))
_TO_SHOW = select(cases).where(IS_TO_SHOW).order_by(*_AGE).limit(bindparam("most")).offset(bindparam("skip"))
_anchor = cases.alias("anchor")
_OPENED_AT = select(_anchor.c.opened_at).where(_anchor.c.id == bindparam("after")).scalar_subquery()
_MESSAGE = select(cases.c.message).where(_THIS)
_SHOWN = update(cases).where(_THIS, cases.c.shown_revision <= bindparam("of_revision"))
_ADD_NOTE = insert(case_notes)
_NOTES = select(case_notes).where(case_notes.c.case == bindparam("case")).order_by(case_notes.c.position)
_LAST_DECIDER = (
    select(cases.c.decided_by, cases.c.decided_by_name)
    .where(
        cases.c.community == bindparam("community"),
        cases.c.state == CaseState.DECIDED.value,
        cases.c.decided_at > bindparam("since"),
        cases.c.decided_by.not_in(bindparam("accounts", expanding=True)),
    )
    .order_by(cases.c.decided_at.desc())
    .limit(1)
)

_ATTEMPTS = 5


@retry_all_uncommitted
class SqlCases:
    """Keeps cases in SQL."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def open(self, new: NewCase) -> OpenedCase:
        """Insert the case where no other stands in its way; the index of open cases lets only one of a picture be open."""
        async with self._database.write_transaction() as connection:
            for _ in range(_ATTEMPTS):
                case = await self._add(connection, new)
                if case is not None:
                    return OpenedCase(case, is_new=True)
                known = await _find_known(connection, new)
                if known is not None:
                    return OpenedCase(known, is_new=False)
            raise StorageFailed("database", "a case is opened and decided again and again")

    async def get(self, case: CaseId) -> Case | None:
        """Return the case."""
        found = await self._read(_GET, of_case=case)
        return found[0] if found else None

    async def of_picture(self, picture: PictureId) -> tuple[Case, ...]:
        """Return the cases of a picture."""
        return await self._read(_OF_PICTURE, picture=picture)

    async def about(self, community: CommunityId, account: AccountId, *, most: int) -> tuple[Case, ...]:
        """Return the cases about an account."""
        return await self._read(_ABOUT, community=community, account=account, most=most)

    async def page(
        self,
        community: CommunityId | None,
        *,
        state: CaseState,
        most: int,
        after: CaseId | None = None,
        at: Place | None = None,
    ) -> tuple[Case, ...]:
        """Return a page of cases by the index, from where the last page ended."""
        found = _at(_page(community, state, after), at)
        return await self._read(found, community=community, most=most, after=after)

    async def count_open(self, community: CommunityId | None, *, at: Place | None = None) -> int:
        """Count the open cases by their index."""
        counted = select(func.count()).select_from(cases).where(cases.c.state == CaseState.OPEN.value)
        if community is not None:
            counted = counted.where(cases.c.community == community)
        async with self._database.read_statement() as connection:
            return int((await connection.execute(_at(counted, at))).scalar_one())

    async def decide(self, case: CaseId, decision: CaseDecision, by: Actor) -> bool:
        """Decide the case if it is open."""
        who = actor_values("decided_by", "decided_by_name", by)
        values = {"decision": decision, "decided_at": self._clock.now(), **who}
        async with self._database.write_transaction() as connection:
            changed = await _change(connection, _DECIDE, case, **values)
            return await self._log(connection, changed, ModerationAction.DECIDED, by, decision)

    async def undo(self, case: CaseId, by: Actor) -> bool:
        """Open the case again if it is decided, and its time for an undo is not over."""
        async with self._database.write_transaction() as connection:
            changed = await _change(connection, _UNDO, case, window_began=self._clock.now() - UNDO_WINDOW)
            return await self._log(connection, changed, ModerationAction.UNDONE, by)

    async def assign(self, case: CaseId, to: Actor | None, by: Actor) -> bool:
        """Write down who has the case."""
        async with self._database.write_transaction() as connection:
            changed = await _change(connection, _CHANGE_OPEN, case, **actor_values("assignee", "assignee_name", to))
            return await self._log(connection, changed, ModerationAction.ASSIGNED, by)

    async def add_note(self, case: CaseId, text: str, by: Actor) -> bool:
        """Insert the note."""
        async with self._database.write_transaction() as connection:
            changed = await _change(connection, _CHANGE, case)
            if changed is not None:
                note = {"case": case, "at": self._clock.now(), **actor_values("by_account", "by_name", by), "text": text}
                await connection.execute(_ADD_NOTE, note)
            return await self._log(connection, changed, ModerationAction.NOTED, by)

    async def show_anew(self, case: CaseId) -> None:
        """Raise the revision, so that a process that shows an earlier one sees that there is a newer."""
        async with self._database.write_transaction() as connection:
            await _change(connection, _CHANGE, case)

    async def notes(self, case: CaseId) -> tuple[CaseNote, ...]:
        """Return the notes of a case, oldest first."""
        async with self._database.read_statement() as connection:
            found = await connection.execute(_NOTES, {"case": case})
            return tuple(CaseNote(row.at, Actor(AccountId(row.by_account), row.by_name), row.text) for row in found)

    async def last_decider_but(self, community: CommunityId, *accounts: AccountId, since: datetime) -> Actor | None:
        """Return who decided a case of the community last, other than these accounts."""
        async with self._database.read_statement() as connection:
            values = {"community": community, "accounts": [EVERYBODY, *accounts], "since": since}
            row = (await connection.execute(_LAST_DECIDER, values)).first()
        return None if row is None else actor_of(row.decided_by, row.decided_by_name)

    async def close_due(self, *, most: int) -> tuple[Case, ...]:
        """Close each that is still due."""
        now = self._clock.now()
        window = {"window_began": now - UNDO_WINDOW}
        closed = []
        async with self._database.write_transaction() as connection:
            for due in (await connection.execute(_DUE, {**window, "most": most})).scalars().all():
                case = await _change(connection, _CLOSE, CaseId(due), closed_at=now, **window)
                if await self._log(connection, case, ModerationAction.CLOSED, None) and case is not None:
                    closed.append(case)
        return tuple(closed)

    async def to_enforce(self, *, most: int, skip: int = 0) -> tuple[Case, ...]:
        """Return cases whose effect is due, by their index."""
        return await self._read(_TO_ENFORCE, most=most, skip=skip)

    async def note_enforced(self, case: Case) -> bool:
        """Note that the case is enforced if its revision is still the same."""
        async with self._database.write_transaction() as connection:
            values = {"of_case": case.id, "of_revision": case.revision}
            return (await connection.execute(_ENFORCED, values)).rowcount > 0

    async def to_show(self, *, most: int, skip: int = 0) -> tuple[Case, ...]:
        """Return cases whose messages are out of date, by their index."""
        return await self._read(_TO_SHOW, most=most, skip=skip)

    async def message(self, case: CaseId) -> MessageRef | None:
        """Return the reference of the case's message."""
        async with self._database.read_statement() as connection:
            return message_of((await connection.execute(_MESSAGE, {"of_case": case})).scalar())

    async def note_shown(self, case: Case, message: MessageRef | None) -> None:
        """Note which revision the message shows, unless a newer one is noted."""
        values = {"of_case": case.id, "of_revision": case.revision, "shown_revision": case.revision}
        values["message"] = message_values(message)
        async with self._database.write_transaction() as connection:
            await connection.execute(_SHOWN, values)

    async def _add(self, connection: AsyncConnection, new: NewCase) -> Case | None:
        case = CaseId(self._ids.new())
        values = {**case_values(new), "id": case, "opened_at": self._clock.now()}
        if await _ADD.run(connection, values) == 0:
            return None
        row = (await connection.execute(_GET, {"of_case": case})).one()
        opened = case_of(row)
        await self._log(connection, opened, ModerationAction.OPENED, new.by, new.kind)
        return opened

    async def _log(
        self, connection: AsyncConnection, case: Case | None, action: ModerationAction, by: Actor | None, detail: str = ""
    ) -> bool:
        """Write a change of a case into the moderation log; return False without a case, since nothing changed then."""
        if case is None:
            return False
        entry = NewLogEntry(
            community=case.community,
            action=action,
            by=by,
            subject=case.account,
            picture=case.picture,
            job=case.job,
            case=case.id,
            detail=detail,
        )
        return await add_log_entry(connection, self._clock, entry)

    async def _read(self, found: Select[Any], **values: object) -> tuple[Case, ...]:
        async with self._database.read_statement() as connection:
            return tuple(case_of(row) for row in await connection.execute(found, values))


async def _change(connection: AsyncConnection, statement: Any, case: CaseId, **values: object) -> Case | None:
    """Change a case if it stands as the statement needs it, and return it."""
    row = (await connection.execute(statement, {"of_case": case, **values})).first()
    return None if row is None else case_of(row)


async def _find_known(connection: AsyncConnection, new: NewCase) -> Case | None:
    """Return the case that stands in a new one's way, with the new one's scores added."""
    row = None
    if new.appeals is not None:
        row = (await connection.execute(_APPEAL, {"appeals": new.appeals})).first()
    if row is None:
        row = (await connection.execute(_OPEN_ABOUT, {"about": new.about})).first()
    if row is None:
        return None
    scores = {"scores": dict(new.scores)} if new.scores else {}
    return await _change(connection, _CHANGE, CaseId(row.id), **scores)


def _at(found: Select[Any], place: Place | None) -> Select[Any]:
    """Restrict the query to one server or workspace, if there is one."""
    return found if place is None else found.where(cases.c.platform == place.platform, cases.c.tenant == place.tenant)


def _page(community: CommunityId | None, state: CaseState, after: CaseId | None) -> Select[Any]:
    found = select(cases).where(cases.c.state == state.value).limit(bindparam("most"))
    if community is not None:
        found = found.where(cases.c.community == bindparam("community"))
    place = tuple_(cases.c.opened_at, cases.c.id)
    if after is not None:
        last = tuple_(_OPENED_AT, bindparam("after"))
        found = found.where(place > last if state is CaseState.OPEN else place < last)
    order = cases.c.opened_at, cases.c.id
    return found.order_by(*(order if state is CaseState.OPEN else (column.desc() for column in order)))
