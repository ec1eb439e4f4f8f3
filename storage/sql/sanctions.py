"""Sanctions: imposing and lifting them, and asking for those of an account."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, String, and_, bindparam, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.cases import CaseId
from bot.domain.jobs import JobId
from bot.domain.moderation_log import ModerationAction, NewLogEntry
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction, SanctionId, SanctionKind, longest_barring, refusal_of
from bot.ports.clock import Clock
from storage.schema.base import Moment
from storage.schema.jobs import IS_OPEN, jobs
from storage.schema.sanctions import IS_UNNOTIFIED, sanctioned_accounts, sanctions
from storage.sql.claims import HAS_NO_PICTURES
from storage.sql.current_account import lock_account_changes, lock_current_account
from storage.sql.database import Database
from storage.sql.moderation_log import actor_of, actor_values, add_log_entry
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import columns_of
from storage.sql.shared_sanctions import put_on_account
from storage.sql.upsert import Upsert

_SANCTION = TypeAdapter(Sanction)
_IMPOSED = {
    SanctionKind.WARNING: ModerationAction.WARNED,
    SanctionKind.MUTE: ModerationAction.MUTED,
    SanctionKind.BAN: ModerationAction.BANNED,
}
_NEW = Upsert(lambda insert_into: insert_into(sanctions).on_conflict_do_nothing(index_elements=[sanctions.c.key]))
_THIS = sanctions.c.id == bindparam("sanction")
_BY_ID = select(sanctions).where(_THIS)
_BY_KEY = select(sanctions).where(sanctions.c.key == bindparam("key"))
_NOW = bindparam("now", type_=Moment)
_IS_ACTIVE = and_(sanctions.c.lifted_at.is_(None), or_(sanctions.c.until.is_(None), sanctions.c.until > _NOW))
_IS_BARRING = sanctions.c.kind.in_([kind.value for kind in SanctionKind if kind.is_barring])
_NEWEST_FIRST = (sanctions.c.imposed_at.desc(), sanctions.c.id.desc())
_LIFT = update(sanctions).where(sanctions.c.id == bindparam("of_sanction"), _IS_ACTIVE).returning(*sanctions.c)
_REINSTATE = (
    update(sanctions)
    .where(sanctions.c.lifted_case_id == bindparam("of_case"))
    .values(lifted_at=None, lifted_by_account=None, lifted_by_name=None, lifted_case_id=None)
    .returning(*sanctions.c)
)
_OF_CASE = select(sanctions).where(sanctions.c.case_id == bindparam("case")).order_by(sanctions.c.imposed_at, sanctions.c.id)
_OF = (
    select(sanctions)
    .join(sanctioned_accounts, sanctioned_accounts.c.sanction == sanctions.c.id)
    .where(sanctioned_accounts.c.account == bindparam("account"))
)
_BARRING = _OF.where(
    _IS_BARRING, _IS_ACTIVE, sanctions.c.community.in_([literal(HOUSE, String), bindparam("community", type_=String)])
)
_ACCOUNTS = (
    select(sanctioned_accounts.c.account)
    .where(sanctioned_accounts.c.sanction == bindparam("sanction"))
    .order_by(sanctioned_accounts.c.account)
)
_ACTIVE = (
    select(sanctions)
    .where(sanctions.c.community == bindparam("community"), _IS_BARRING, _IS_ACTIVE)
    .order_by(*_NEWEST_FIRST)
    .limit(bindparam("most"))
)
_BANNED_JOBS = (
    select(jobs.c.id, jobs.c.created_at)
    .join(sanctioned_accounts, sanctioned_accounts.c.account == jobs.c.account)
    .join(sanctions, sanctions.c.id == sanctioned_accounts.c.sanction)
    .where(
        IS_OPEN,
        HAS_NO_PICTURES,
        sanctions.c.kind == SanctionKind.BAN.value,
        _IS_ACTIVE,
        or_(sanctions.c.community == HOUSE, sanctions.c.community == jobs.c.community),
    )
    .distinct()
    .order_by(jobs.c.created_at, jobs.c.id)
    .limit(bindparam("most"))
)
_UNNOTIFIED = select(sanctions).where(IS_UNNOTIFIED).order_by(sanctions.c.imposed_at, sanctions.c.id).limit(bindparam("most"))
_MARK_NOTIFIED = update(sanctions).where(sanctions.c.id == bindparam("of_sanction"), IS_UNNOTIFIED)


@retry_all_uncommitted
class SqlSanctionBook:
    """Keeps sanctions in SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def impose(self, sanction: Sanction) -> Sanction:
        """Lock the account first: a job that is being accepted is there before the sanction, or is refused for it."""
        async with self._database.write_transaction() as connection:
            await lock_account_changes(connection)
            account = AccountId((await lock_current_account(connection, sanction.account)).id)
            if await _NEW.run(connection, {**_values_of(sanction), "account": account}):
                await put_on_account(connection, sanction.id, account, sanction.imposed_at)
                await self._add_log_entry(connection, replace(sanction, account=account), _IMPOSED[sanction.kind], sanction.by)
            return _sanction_of((await connection.execute(_BY_KEY, {"key": sanction.key})).one())

    async def lift(self, sanction: SanctionId, by: Actor, case: CaseId | None = None) -> bool:
        """Note who lifted the sanction and when, once."""
        now = self._clock.now()
        values = {"lifted_at": now, **actor_values("lifted_by_account", "lifted_by_name", by), "lifted_case_id": case}
        async with self._database.write_transaction() as connection:
            row = (await connection.execute(_LIFT, {"of_sanction": sanction, "now": now, **values})).first()
            if row is not None:
                await self._add_log_entry(connection, _sanction_of(row), ModerationAction.LIFTED, by)
        return row is not None

    async def reinstate(self, case: CaseId, by: Actor | None) -> tuple[Sanction, ...]:
        """Undo the lifting of the sanctions that the case lifted."""
        async with self._database.write_transaction() as connection:
            found = [_sanction_of(row) for row in await connection.execute(_REINSTATE, {"of_case": case})]
            for sanction in found:
                await self._add_log_entry(connection, sanction, _IMPOSED[sanction.kind], by)
        return tuple(found)

    async def find(self, sanction: SanctionId) -> Sanction | None:
        """Return the sanction."""
        async with self._database.read_statement() as connection:
            row = (await connection.execute(_BY_ID, {"sanction": sanction})).first()
        return None if row is None else _sanction_of(row)

    async def of_case(self, case: CaseId) -> tuple[Sanction, ...]:
        """Return the sanctions of a case."""
        async with self._database.read_statement() as connection:
            return tuple(_sanction_of(row) for row in await connection.execute(_OF_CASE, {"case": case}))

    async def of(self, account: AccountId) -> tuple[Sanction, ...]:
        """Return the sanctions on the account; they are few, so they are sorted here."""
        async with self._database.read_statement() as connection:
            found = [_sanction_of(row) for row in await connection.execute(_OF, {"account": account})]
        return tuple(sorted(found, key=lambda one: (one.imposed_at, one.id), reverse=True))

    async def accounts(self, sanction: SanctionId) -> tuple[AccountId, ...]:
        """Return the accounts that share the sanction."""
        async with self._database.read_statement() as connection:
            return tuple(AccountId(one) for one in (await connection.execute(_ACCOUNTS, {"sanction": sanction})).scalars())

    async def active(self, community: CommunityId, now: datetime, most: int) -> tuple[Sanction, ...]:
        """Return the active sanctions of a community."""
        values = {"community": community, "now": now, "most": most}
        async with self._database.read_statement() as connection:
            return tuple(_sanction_of(row) for row in await connection.execute(_ACTIVE, values))

    async def banned_jobs(self, now: datetime, most: int) -> tuple[JobId, ...]:
        """Return the banned people's open jobs; open jobs are few."""
        async with self._database.read_statement() as connection:
            found = (await connection.execute(_BANNED_JOBS, {"now": now, "most": most})).all()
        return tuple(JobId(row.id) for row in found)

    async def list_unnotified(self, most: int) -> tuple[Sanction, ...]:
        """Return the sanctions whose people are not notified."""
        async with self._database.read_statement() as connection:
            return tuple(_sanction_of(row) for row in await connection.execute(_UNNOTIFIED, {"most": most}))

    async def mark_notified(self, sanction: SanctionId, now: datetime) -> None:
        """Note when, once."""
        async with self._database.write_transaction() as connection:
            await connection.execute(_MARK_NOTIFIED, {"of_sanction": sanction, "told_at": now})

    async def _add_log_entry(
        self, connection: AsyncConnection, sanction: Sanction, action: ModerationAction, by: Actor | None
    ) -> None:
        until = f"until {sanction.until.isoformat()}" if sanction.until else ""
        entry = NewLogEntry(
            community=sanction.community,
            action=action,
            by=by,
            subject=sanction.account,
            case=sanction.lifted_case or sanction.case,
            detail=until,
        )
        await add_log_entry(connection, self._clock, entry)


async def check_not_barred(connection: AsyncConnection, account: AccountId, community: CommunityId, now: datetime) -> None:
    """Check that an account may ask for anything in a community; its row is locked, so that this stays true.

    Raises:
        Sanctioned: It is muted or banned; the transaction must not go on.
    """
    values = {"account": account, "community": community, "now": now}
    found = tuple(_sanction_of(row) for row in await connection.execute(_BARRING, values))
    barring = longest_barring(found)
    if barring is not None:
        raise refusal_of(barring)


def _values_of(sanction: Sanction) -> dict[str, object]:
    values: dict[str, object] = _SANCTION.dump_python(sanction, exclude={"by", "case", "lifted_by", "lifted_case"})
    by = actor_values("by_account", "by_name", sanction.by)
    lifted_by = actor_values("lifted_by_account", "lifted_by_name", sanction.lifted_by)
    return {**values, **by, **lifted_by, "case_id": sanction.case, "lifted_case_id": sanction.lifted_case}


def _sanction_of(row: Row[Any]) -> Sanction:
    fields = {
        "by": actor_of(row.by_account, row.by_name),
        "case": row.case_id,
        "lifted_by": actor_of(row.lifted_by_account, row.lifted_by_name),
        "lifted_case": row.lifted_case_id,
    }
    return _SANCTION.validate_python(columns_of(row) | fields)
