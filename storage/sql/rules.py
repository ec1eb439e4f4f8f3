"""What admins have set, and how each change is put on record and taken back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row, String, bindparam, delete, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.credits import CreditKind
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.domain.rules import (
    EVERYBODY,
    Actor,
    AuditEntry,
    AuditEntryId,
    Change,
    FilterImport,
    FilterVersion,
    Rule,
    RuleKey,
    RuleKind,
)
from bot.errors import BadInput
from bot.ports.clock import Clock, Ids
from storage.schema.quotas import audit_log, rules
from storage.sql.audit_log import AuditEntryWriter, entry_of
from storage.sql.credits import CreditBooking, move_credits
from storage.sql.current_account import current_account
from storage.sql.database import Database
from storage.sql.ledger import correct_usage
from storage.sql.retries import retry_all_uncommitted
from storage.sql.upsert import Upsert

_THIS = tuple(rules.c[name] == bindparam(f"of_{name}") for name in ("community", "account", "matter", "subject"))
_READ_VALUE = select(rules.c.value).where(*_THIS)
_VALUE = _READ_VALUE.with_for_update()
_SET = Upsert(lambda insert_into: insert_into(rules).on_conflict_do_nothing())
_RESET = update(rules).where(*_THIS)
_TAKE_AWAY = delete(rules).where(*_THIS)
_TAKE_AWAY_SAME = _TAKE_AWAY.where(rules.c.value == bindparam("of_value"))
_OF_COMMUNITY = rules.c.community == bindparam("community")
_ALL = select(rules).where(_OF_COMMUNITY)
# By name, not by what they are not: so the index finds them without going through thousands of filter rules.
_FOR_ACCOUNT = _ALL.where(
    rules.c.account.in_([bindparam("nobody", type_=String), bindparam("account", type_=String)]),
    rules.c.matter.in_([kind.value for kind in RuleKind if kind is not RuleKind.FILTER]),
)
_BOUGHT_OF_HOUSE = select(rules).where(
    rules.c.community == HOUSE,
    bindparam("community") != HOUSE,
    rules.c.account == bindparam("account"),
    rules.c.matter == RuleKind.MEMBERSHIP.value,
    rules.c.subject.contains(":"),
)
_WITH_BOUGHT = union_all(_FOR_ACCOUNT, _BOUGHT_OF_HOUSE)
_FILTER_RULES = _ALL.where(rules.c.account == bindparam("nobody"), rules.c.matter == RuleKind.FILTER.value)
_EVERYWHERE = select(rules.c.community, rules.c.value).where(
    rules.c.matter == bindparam("matter"), rules.c.subject == bindparam("subject"), rules.c.account == bindparam("nobody")
)

_FILTER_VERSION = RuleKey(RuleKind.FILTER_VERSION, "")

_ENTRY = select(audit_log).where(audit_log.c.id == bindparam("entry"))
_LOCKED_ENTRY = _ENTRY.with_for_update()
_UNDOING = select(audit_log.c.id).where(audit_log.c.undoes == bindparam("entry"))
_NEWEST = (
    select(audit_log)
    .where(audit_log.c.community == bindparam("community"))
    .order_by(audit_log.c.position.desc())
    .limit(bindparam("most"))
)
_POSITION = select(audit_log.c.position).where(audit_log.c.id == bindparam("entry")).scalar_subquery()
_NEWEST_BEFORE = _NEWEST.where(audit_log.c.position < _POSITION)


@retry_all_uncommitted
class SqlRulebook:
    """Keeps rules in SQL, each change and its line in the record in one transaction."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._entries = AuditEntryWriter(clock, ids)

    async def rules(self, community: CommunityId, account: AccountId) -> tuple[Rule, ...]:
        """Return the rules about nobody in particular, and those about the account."""
        async with self._database.read_statement() as connection:
            whose = {"community": community, "nobody": EVERYBODY, "account": account}
            return _sort_rules((await connection.execute(_FOR_ACCOUNT, whose)).all())

    async def rules_with_bought(self, community: CommunityId, account: AccountId) -> tuple[Rule, ...]:
        """Return both in one statement, since each wish asks for them."""
        async with self._database.read_statement() as connection:
            whose = {"community": community, "nobody": EVERYBODY, "account": account}
            return _sort_rules((await connection.execute(_WITH_BOUGHT, whose)).all())

    async def all(self, community: CommunityId) -> tuple[Rule, ...]:
        """Return all rules of the community."""
        async with self._database.read_statement() as connection:
            return _sort_rules((await connection.execute(_ALL, {"community": community})).all())

    async def filter_version(self, community: CommunityId) -> FilterVersion:
        """Return the version of the community's filter."""
        async with self._database.read_transaction() as connection:
            revision = (await connection.execute(_READ_VALUE, _this_rule(community, _FILTER_VERSION))).scalar()
        return FilterVersion(community, revision or "")

    async def filter_rules(self, community: CommunityId) -> tuple[Rule, ...]:
        """Return the rules of the community's filter."""
        async with self._database.read_transaction() as connection:
            found = await connection.execute(_FILTER_RULES, {"community": community, "nobody": EVERYBODY})
            return _sort_rules(found.all())

    async def everywhere(self, kind: RuleKind, subject: str) -> Mapping[CommunityId, str]:
        """Return one rule of all communities."""
        async with self._database.read_statement() as connection:
            found = await connection.execute(_EVERYWHERE, {"matter": kind, "subject": subject, "nobody": EVERYBODY})
            return {CommunityId(row.community): row.value for row in found}

    async def change(self, change: Change) -> AuditEntry | None:
        """Compare, write and log the rule. A rule about a joined account is written for the account that it is part of now."""
        async with self._database.write_transaction() as connection:
            key = await _current_key(connection, change.key)
            before = await set_rule(connection, change.community, key, change.value)
            if before == change.value:
                return None
            entry = await self._entries.add(
                connection, change.community, key, before=before, after=change.value, by=change.by, why=change.why
            )
            await _renew_filter_version(connection, entry)
            return entry

    async def add_filter_rules(self, community: CommunityId, added: FilterImport, by: Actor, why: str = "") -> AuditEntry | None:
        """Insert the rules that are missing, and log that."""
        async with self._database.write_transaction() as connection:
            found = await connection.execute(_FILTER_RULES, {"community": community, "nobody": EVERYBODY})
            listed = {row.subject.casefold() for row in found}
            new = {words: value for words, value in added.rules.items() if words.casefold() not in listed}
            if not new:
                return None
            await _SET.run_each(
                connection,
                [{**_columns(community, RuleKey(RuleKind.FILTER, words)), "value": value} for words, value in new.items()],
            )
            key = RuleKey(RuleKind.FILTER_IMPORT, str(len(new)))
            after = str(FilterImport(new))
            entry = await self._entries.add(connection, community, key, before=None, after=after, by=by, why=why)
            await _renew_filter_version(connection, entry)
            return entry

    async def undo(self, entry: AuditEntryId, by: Actor) -> AuditEntry:
        """Lock the entry, so that of two who undo it at once one wins; then put back what it changed."""
        async with self._database.write_transaction() as connection:
            undone = await _lock_undoable_entry(connection, entry)
            key = await _current_key(connection, undone.key)
            match key.kind:
                case RuleKind.CREDITS:
                    return await self._undo_credits(connection, undone, key, by)
                case RuleKind.USAGE:
                    return await self._undo_usage_reset(connection, undone, key, by)
                case RuleKind.FILTER_IMPORT:
                    return await self._undo_import(connection, undone, by)
                case _:
                    await _restore_rule(connection, undone, key)
                    before, after = undone.after, undone.before
                    entry_of_undo = await self._add_undo_entry(connection, undone, key, before=before, after=after, by=by)
                    await _renew_filter_version(connection, entry_of_undo)
                    return entry_of_undo

    async def find(self, entry: AuditEntryId) -> AuditEntry | None:
        """Return the entry."""
        async with self._database.read_statement() as connection:
            row = (await connection.execute(_ENTRY, {"entry": entry})).first()
        return None if row is None else entry_of(row)

    async def entries(self, community: CommunityId, most: int, before: AuditEntryId | None = None) -> tuple[AuditEntry, ...]:
        """Return entries, newest first."""
        newest = _NEWEST if before is None else _NEWEST_BEFORE
        values = {"community": community, "most": most} | ({} if before is None else {"entry": before})
        async with self._database.read_statement() as connection:
            return tuple(entry_of(row) for row in await connection.execute(newest, values))

    async def _undo_credits(self, connection: AsyncConnection, undone: AuditEntry, key: RuleKey, by: Actor) -> AuditEntry:
        """Move credits the other way: what was moved besides since then stays."""
        back = _amount_to_undo(undone)
        kind = CreditKind.GRANT if back > 0 else CreditKind.TAKE
        now, once = self._clock.now(), f"undo:{undone.id}"
        new = await move_credits(connection, CreditBooking(undone.community, key.account, back, kind, once, now, by=by))
        if new is None and back < 0:
            raise BadInput("Those credits are spent already, so they cannot be taken back; nothing was changed.")
        if new is None:
            raise BadInput("Nobody can have so many credits, so that cannot be undone; nothing was changed.")
        key = replace(key, subject=kind)
        return await self._add_undo_entry(connection, undone, key, before=str(new - back), after=str(new), by=by)

    async def _undo_usage_reset(self, connection: AsyncConnection, undone: AuditEntry, key: RuleKey, by: Actor) -> AuditEntry:
        """Count what was forgiven: what was drawn besides since then stays counted."""
        day, back = date.fromisoformat(key.subject), _amount_to_undo(undone)
        new = await correct_usage(connection, undone.community, key.account, day=day, pictures=back)
        if new is None:
            raise _rule_changed_since()
        return await self._add_undo_entry(connection, undone, key, before=str(new - back), after=str(new), by=by)

    async def _undo_import(self, connection: AsyncConnection, undone: AuditEntry, by: Actor) -> AuditEntry:
        """Remove what was imported and has not been changed since; or list again what an undo had removed."""
        added = FilterImport.parse(undone.after or undone.before or "{}").rules
        keys = {RuleKey(RuleKind.FILTER, words): value for words, value in added.items()}
        if undone.after is None:
            await _SET.run_each(connection, [{**_columns(undone.community, key), "value": keys[key]} for key in keys])
        else:
            rows = [{**_this_rule(undone.community, key), "of_value": keys[key]} for key in keys]
            await connection.execute(_TAKE_AWAY_SAME, rows)
        before, after = undone.after, undone.before
        entry = await self._add_undo_entry(connection, undone, undone.key, before=before, after=after, by=by)
        await _renew_filter_version(connection, entry)
        return entry

    async def _add_undo_entry(
        self, connection: AsyncConnection, undone: AuditEntry, key: RuleKey, *, before: str | None, after: str | None, by: Actor
    ) -> AuditEntry:
        return await self._entries.add(connection, undone.community, key, before=before, after=after, by=by, undoes=undone.id)


def _sort_rules(rows: list[Row[Any]] | Any) -> tuple[Rule, ...]:
    found = (Rule(RuleKey(RuleKind(row.matter), row.subject, AccountId(row.account)), row.value) for row in rows)
    return tuple(sorted(found, key=lambda rule: (rule.key.kind, rule.key.subject, rule.key.account)))


async def _current_key(connection: AsyncConnection, key: RuleKey) -> RuleKey:
    return key if key.account == EVERYBODY else replace(key, account=await current_account(connection, key.account))


async def _lock_undoable_entry(connection: AsyncConnection, entry: AuditEntryId) -> AuditEntry:
    row = (await connection.execute(_LOCKED_ENTRY, {"entry": entry})).first()
    if row is None:
        raise BadInput("That change is not on record, so nothing was undone; /audit lists the last ones.")
    if (await connection.execute(_UNDOING, {"entry": entry})).first() is not None:
        raise BadInput("That was undone already; nothing was changed.")
    return entry_of(row)


async def set_rule(connection: AsyncConnection, community: CommunityId, key: RuleKey, value: str | None) -> str | None:
    """Write the rule's value, and return the one before."""
    this = _this_rule(community, key)
    before: str | None = (await connection.execute(_VALUE, this)).scalar()
    if before == value:
        return before
    if value is None:
        await connection.execute(_TAKE_AWAY, this)
    elif before is not None:
        await connection.execute(_RESET, {**this, "value": value})
    elif not await _SET.run(connection, {**_columns(community, key), "value": value}):
        # Somebody else has set it since we looked, where an engine lets that happen: now there is a row to lock.
        return await set_rule(connection, community, key, value)
    return before


def _this_rule(community: CommunityId, key: RuleKey) -> dict[str, str]:
    return {"of_community": community, "of_account": key.account, "of_matter": key.kind, "of_subject": key.subject}


async def _renew_filter_version(connection: AsyncConnection, entry: AuditEntry) -> None:
    """Have every process read the community's filter rules again, if it was one of these that the entry changed."""
    if entry.key.kind in {RuleKind.FILTER, RuleKind.FILTER_IMPORT}:
        await set_rule(connection, entry.community, _FILTER_VERSION, entry.id)


async def _restore_rule(connection: AsyncConnection, undone: AuditEntry, key: RuleKey) -> None:
    if await set_rule(connection, undone.community, key, undone.before) != undone.after:
        raise _rule_changed_since()


def _columns(community: CommunityId, key: RuleKey) -> dict[str, object]:
    return {"community": community, "account": key.account, "matter": key.kind, "subject": key.subject}


def _amount_to_undo(undone: AuditEntry) -> int:
    """Return what has to be added to take an entry of numbers back."""
    return int(undone.before or 0) - int(undone.after or 0)


def _rule_changed_since() -> BadInput:
    return BadInput("That has been changed again since, so nothing was undone; /audit shows how it stands now.")
