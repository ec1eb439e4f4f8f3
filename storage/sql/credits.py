"""Credits: entries that are never edited, and balances that they add up to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.credits import MOST_CREDITS, CreditEntry, CreditKind, CreditMove
from bot.domain.jobs import JobId
from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor, AuditEntry, RuleKey, RuleKind
from bot.errors import BadInput, StorageFailed
from bot.ports.clock import Clock, Ids
from storage.schema.billing import credit_balances, credit_entries
from storage.sql.audit_log import AuditEntryWriter
from storage.sql.current_account import current_account
from storage.sql.database import Database
from storage.sql.moderation_log import actor_of
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import columns_of
from storage.sql.upsert import Upsert

_ENTRY = TypeAdapter(CreditEntry)
_NEW_BALANCE = Upsert(lambda insert_into: insert_into(credit_balances).on_conflict_do_nothing())
_MOVE = (
    update(credit_balances)
    .where(
        credit_balances.c.community == bindparam("of_community"),
        credit_balances.c.account == bindparam("of_account"),
        credit_balances.c.balance + bindparam("delta") >= 0,
        credit_balances.c.balance + bindparam("delta") <= bindparam("most"),
    )
    .values(balance=credit_balances.c.balance + bindparam("delta"))
    .returning(credit_balances.c.balance)
)
_ENTER = Upsert(
    # Inline: its number is not asked for, which a row that was left out has none of.
    lambda insert_into: insert_into(credit_entries).on_conflict_do_nothing(index_elements=[credit_entries.c.key]).inline()
)
_BALANCE = select(credit_balances.c.balance).where(
    credit_balances.c.community == bindparam("community"), credit_balances.c.account == bindparam("account")
)

_HISTORY = (
    select(credit_entries)
    .where(credit_entries.c.community == bindparam("community"), credit_entries.c.account == bindparam("account"))
    .order_by(credit_entries.c.position.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class CreditBooking:
    """An entry to make, and how the balance changes by it; what a job spends or gets back carries the job.

    What is owed to somebody is never refused for being too much.
    """

    community: CommunityId
    account: AccountId
    delta: int
    kind: CreditKind
    key: str
    at: datetime
    job: JobId | None = None
    by: Actor | None = None
    why: str = ""
    is_owed: bool = False


@retry_all_uncommitted
class SqlCredits:
    """Moves credits in SQL. What is for an account that was joined goes to the one that it has become a part of."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._entries = AuditEntryWriter(clock, ids)

    async def balance(self, community: CommunityId, account: AccountId) -> int:
        """Return the account's balance."""
        async with self._database.read_statement() as connection:
            return await balance(connection, community, account)

    async def move(self, move: CreditMove) -> AuditEntry | None:
        """Enter the move, which happens once for each key; then change the balance, and put it on record."""
        if not 0 < abs(move.delta) <= MOST_CREDITS:
            raise _bad_amount()
        now = self._clock.now()
        async with self._database.write_transaction() as connection:
            account = await current_account(connection, move.account)
            booking = CreditBooking(move.community, account, move.delta, move.kind, move.key, now, by=move.by, why=move.why)
            # The entry comes first: its unique key makes a repeat find it, before any balance changes.
            if not await _add_credit_entry(connection, booking):
                return None
            new = await _change_balance_or_raise(connection, booking)
            key, before = RuleKey(RuleKind.CREDITS, move.kind, account), str(new - move.delta)
            return await self._entries.add(
                connection, move.community, key, before=before, after=str(new), by=move.by, why=move.why
            )

    async def give(self, community: CommunityId, giver: Actor, taker: AccountId, amount: int, key: str) -> bool:
        """Enter both sides, and change the balances in the order of their accounts: so two can give each other at once."""
        if not 0 < amount <= MOST_CREDITS:
            raise _bad_amount()
        async with self._database.write_transaction() as connection:
            # In order, as whoever joins the two locks them.
            current = {one: await current_account(connection, one) for one in sorted({giver.account, taker})}
            source, target = current[giver.account], current[taker]
            now, kind = self._clock.now(), CreditKind.GIFT
            given = CreditBooking(community, source, -amount, kind, f"give:{key}", now, by=giver)
            got = CreditBooking(community, target, amount, kind, f"get:{key}", now, by=giver)
            if not await _add_credit_entry(connection, given):
                return False
            if source == target:
                raise BadInput("Those credits are yours already; nothing was given.")
            if not await _add_credit_entry(connection, got):
                raise StorageFailed("database", "half of a gift")
            for booking in sorted((given, got), key=lambda one: one.account):
                await _change_balance_or_raise(connection, booking)
            return True

    async def history(self, community: CommunityId, account: AccountId, most: int) -> tuple[CreditEntry, ...]:
        """Return entries, newest first."""
        values = {"community": community, "account": account, "most": most}
        async with self._database.read_statement() as connection:
            return tuple(_entry_of(row) for row in await connection.execute(_HISTORY, values))


async def balance(connection: AsyncConnection, community: CommunityId, account: AccountId) -> int:
    """Return what an account has."""
    found = (await connection.execute(_BALANCE, {"community": community, "account": account})).scalar()
    return 0 if found is None else int(found)


async def move_credits(connection: AsyncConnection, booking: CreditBooking) -> int | None:
    """Change a balance and enter it. Return the new balance; where it would leave its bounds, write nothing and return None."""
    new = await _change_balance(connection, booking)
    if new is not None and not await _add_credit_entry(connection, booking):
        raise StorageFailed("database", "credits would be moved twice")
    return new


async def _add_credit_entry(connection: AsyncConnection, booking: CreditBooking) -> bool:
    """Enter a move, unless there is an entry with its key, whoever the credits are for by now: the key is the event's own."""
    by = booking.by
    values = {
        "community": booking.community,
        "account": booking.account,
        "delta": booking.delta,
        "kind": booking.kind,
        "key": booking.key,
        "at": booking.at,
        "job": booking.job,
        "why": booking.why,
        "by_account": by.account if by else None,
        "by_name": by.name if by else None,
    }
    return await _ENTER.run(connection, values) > 0


async def _change_balance(connection: AsyncConnection, booking: CreditBooking) -> int | None:
    """Change a balance within its bounds, and give the new one.

    What jobs give back is never refused for being too much, and who has too
    much already can still spend it.
    """
    whose = {"community": booking.community, "account": booking.account}
    if booking.delta > 0:
        await _NEW_BALANCE.run(connection, {**whose, "balance": 0})
    most = MOST_CREDITS if booking.delta > 0 and booking.job is None and not booking.is_owed else 2 * MOST_CREDITS
    values = {"of_community": booking.community, "of_account": booking.account, "delta": booking.delta, "most": most}
    new: int | None = (await connection.execute(_MOVE, values)).scalar()
    return new


async def _change_balance_or_raise(connection: AsyncConnection, booking: CreditBooking) -> int:
    """Change a balance within its bounds, or raise a `BadInput` that says how much there is."""
    new = await _change_balance(connection, booking)
    if new is not None:
        return new
    there = await balance(connection, booking.community, booking.account)
    if booking.delta < 0:
        raise BadInput(f"That needs {-booking.delta} credits and there are {there}; nothing was changed.")
    raise BadInput(f"Nobody can have more than {MOST_CREDITS} credits and there are {there} already; nothing was changed.")


def _bad_amount() -> BadInput:
    return BadInput(f"Please give a whole number of credits from 1 to {MOST_CREDITS}; nothing was changed.")


def _entry_of(row: Row[Any]) -> CreditEntry:
    return _ENTRY.validate_python(columns_of(row) | {"by": actor_of(row.by_account, row.by_name)})
