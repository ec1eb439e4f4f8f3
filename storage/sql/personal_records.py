"""The rows of one person: read for an export, and erased when they are forgotten."""

import json
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, delete, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.chat import MessageRef, Place
from bot.domain.jobs import Job, JobId
from bot.domain.people import AccountId, Identity, Platform
from bot.domain.privacy import PrivacyRequest
from bot.ports.clock import Clock, Ids
from storage.schema.accounts import identities
from storage.schema.base import JSON_VALUE, Moment
from storage.schema.jobs import HAS_MESSAGE, jobs
from storage.schema.messages import messages
from storage.schema.privacy import forgotten_identities
from storage.sql.database import Database
from storage.sql.deployment import ensure_deployment
from storage.sql.erasure import erase_words
from storage.sql.forgotten_identities import identity_hash
from storage.sql.personal_data import PERSONAL_DATA
from storage.sql.personal_tables import ACCOUNT, PersonalTable, WhenForgotten
from storage.sql.privacy_requests import SAVE_REQUEST, changes_of
from storage.sql.prompt_index import purge_erased_words
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import job_of
from storage.sql.upsert import InsertInto, Upsert

_PAGE = 500
_AGE = (jobs.c.created_at, jobs.c.id)
_IS_PERSONAL = or_(jobs.c.erased_at.is_(None), HAS_MESSAGE, jobs.c.author["user"].as_string() != "")
_TO_FORGET = (
    select(jobs)
    .where(jobs.c.account == ACCOUNT, jobs.c.created_at <= bindparam("until", type_=Moment), _IS_PERSONAL)
    .order_by(*_AGE)
)
_FINAL = select(jobs).where(jobs.c.id == bindparam("job"), jobs.c.finished_at.is_not(None)).with_for_update()
_FORGET_JOB = (
    update(jobs)
    .where(jobs.c.id == bindparam("of_job"))
    .values(
        key=literal("forgotten:") + jobs.c.id,
        author=bindparam("no_author", type_=JSON_VALUE),
        place=bindparam("no_place", type_=JSON_VALUE),
        message=None,
        message_key=None,
        told_at=func.coalesce(jobs.c.told_at, bindparam("now", type_=Moment)),
    )
)
_NOBODY = {"realm": "", "user": "", "name": "", "locale": "en", "is_moderator": False, "is_admin": False}
_ON_PAGE = (
    select(messages.c.channel, messages.c.id)
    .join(identities, and_(identities.c.user_id == messages.c.author, identities.c.platform == literal("web")))
    .where(identities.c.account == ACCOUNT, messages.c.deleted_at.is_(None))
)
_IDENTITIES = select(identities).where(identities.c.account == ACCOUNT)


def _forget_identity(insert_into: InsertInto) -> sqlite.Insert:
    """Write a hash; one that is there already is of somebody who came back and was forgotten again."""
    new = insert_into(forgotten_identities)
    return new.on_conflict_do_update(
        index_elements=["hash"], set_={name: new.excluded[name] for name in ("account", "tier", "first_account", "forgotten_at")}
    )


_FORGET_IDENTITY = Upsert(_forget_identity)
_EXPORTED = {one.table.name: one for one in PERSONAL_DATA if one.rows is not None and one.is_exported}


@retry_all_uncommitted
class SqlPersonalRecords:
    """Goes through the tables by what `storage.sql.personal_data` says of them."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def jobs_to_forget(
        self, account: AccountId, until: datetime, *, most: int, after: Job | None = None
    ) -> tuple[Job, ...]:
        """Return a page by the index of accounts."""
        wanted = _TO_FORGET.limit(most)
        if after is not None:
            wanted = wanted.where(tuple_(*_AGE) > tuple_(literal(after.created_at, Moment), literal(str(after.id), String)))
        async with self._database.read_statement() as connection:
            return tuple(job_of(row) for row in await connection.execute(wanted, {"whose": account, "until": until}))

    async def forget_job(self, job: JobId, now: datetime) -> bool:
        """Overwrite the row, if it is final."""
        async with self._database.write_transaction() as connection:
            row = (await connection.execute(_FINAL, {"job": job})).first()
            if row is None:
                return False
            await erase_words(connection, [row], row.erased_at or now)
            emptied = {
                "of_job": job,
                "now": now,
                "no_author": {**row.author, **_NOBODY, "roles": [], "entitlements": []},
                "no_place": {**row.place, "channel": "", "thread": ""},
            }
            await connection.execute(_FORGET_JOB, emptied)
        return True

    async def page_messages(self, account: AccountId, *, most: int) -> tuple[MessageRef, ...]:
        """Return some of those messages that are not deleted."""
        async with self._database.read_statement() as connection:
            found = await connection.execute(_ON_PAGE.limit(most), {"whose": account})
            return tuple(MessageRef(Place(Platform("web"), "", row.channel), row.id) for row in found)

    async def forget_rest(self, request: PrivacyRequest, now: datetime) -> None:
        """Go through the tables; the identities come last, by which some rows are found."""
        values = {"whose": request.account}
        async with self._database.write_transaction() as connection:
            for personal in PERSONAL_DATA:
                for emptying in personal.emptied:
                    await connection.execute(update(personal.table).where(emptying.where).values(**emptying.values), values)
                if personal.when_forgotten is WhenForgotten.REMOVED and personal.table is not identities:
                    await connection.execute(delete(personal.table).where(_rows(personal)), values)
            await self._hash_identities(connection, request.account, now)
            await purge_erased_words(connection)
            await connection.execute(SAVE_REQUEST.values(**changes_of(request)), {"request": request.id})

    async def _hash_identities(self, connection: AsyncConnection, account: AccountId, now: datetime) -> None:
        deployment = await ensure_deployment(connection, self._clock, self._ids)
        for row in (await connection.execute(_IDENTITIES, {"whose": account})).all():
            identity = Identity(Platform(row.platform), row.realm, row.user_id)
            kept = {"tier": row.tier, "first_account": row.first_account, "forgotten_at": now}
            await _FORGET_IDENTITY.run(connection, {"hash": identity_hash(deployment, identity), "account": account, **kept})
        await connection.execute(delete(identities).where(identities.c.account == ACCOUNT), {"whose": account})

    def sections(self) -> tuple[str, ...]:
        """Return the names of the tables that hold anything of the person to export."""
        return tuple(_EXPORTED)

    async def rows(self, section: str, account: AccountId) -> AsyncIterator[tuple[str, ...]]:
        """Yield a table's rows by its key, so that each page begins where the last one ended."""
        personal = _EXPORTED[section]
        keys = list(personal.table.primary_key.columns)
        page: Select[Any] = select(personal.table).where(_rows(personal)).order_by(*keys).limit(_PAGE)
        after = page.where(tuple_(*keys) > tuple_(*(bindparam(f"after_{key.name}", type_=key.type) for key in keys)))
        wanted, values = page, {"whose": account}
        while True:
            async with self._database.read_statement() as connection:
                found = (await connection.execute(wanted, values)).mappings().all()
            yield tuple(_row_json({name: row[name] for name in row if name not in personal.hidden}) for row in found)
            if len(found) < _PAGE:
                return
            wanted, values = after, {"whose": account, **{f"after_{key.name}": found[-1][key.name] for key in keys}}


def _rows(personal: PersonalTable) -> Any:
    if personal.rows is None:
        raise AssertionError("only tables with rows of people are gone through")
    return personal.rows


def _row_json(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
