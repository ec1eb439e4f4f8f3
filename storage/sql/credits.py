"""Credits: entries that are never edited, and balances that they add up to."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.credits import MOST_CREDITS, CreditEntry, CreditKind, CreditMove
from bot.domain.jobs import JobId
from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor, Entry, Matter, RuleKey
from bot.errors import BadInput, StorageFailed
from bot.ports.clock import Clock, Ids
from storage.schema_quotas import credit_balances, credit_entries
from storage.sql.database import Database
from storage.sql.joined import now_of
from storage.sql.record import entered
from storage.sql.upsert import Upsert

_NEW_BALANCE = Upsert(lambda begin: begin(credit_balances).on_conflict_do_nothing())
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
    lambda begin: (
        begin(credit_entries).on_conflict_do_nothing(index_elements=[credit_entries.c.key, credit_entries.c.account]).inline()
    )
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


class SqlCredits:
    """Moves credits in SQL. What is for an account that was joined goes to the one that it has become a part of."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def balance(self, community: CommunityId, account: AccountId) -> int:
        """Read the balance."""
        async with self._database.reading() as connection:
            return await balance(connection, community, account)

    async def move(self, move: CreditMove) -> Entry | None:
        """Enter the move, which happens once for each key; then change the balance, and put it on record."""
        if not 0 < abs(move.delta) <= MOST_CREDITS:
            raise _no_amount()
        now = self._clock.now()
        async with self._database.writing() as connection:
            whose = (move.community, await now_of(connection, move.account))
            if not await _enter(connection, *whose, move.delta, kind=move.kind, key=move.key, now=now, by=move.by, why=move.why):
                return None
            new = await _changed_or_not(connection, *whose, move.delta)
            return await entered(
                connection,
                move.community,
                RuleKey(Matter.CREDITS, move.kind, whose[1]),
                id_=self._ids.new(),
                now=now,
                before=str(new - move.delta),
                after=str(new),
                by=move.by,
                why=move.why,
            )

    async def give(self, community: CommunityId, giver: Actor, taker: AccountId, amount: int, key: str) -> bool:
        """Enter both sides, and change the balances in the order of their accounts: so two can give each other at once."""
        if not 0 < amount <= MOST_CREDITS:
            raise _no_amount()
        async with self._database.writing() as connection:
            source, target = await now_of(connection, giver.account), await now_of(connection, taker)
            if source == target:
                raise BadInput("Those credits are yours already; nothing was given.")
            now, kind = self._clock.now(), CreditKind.GIFT
            # Each side has a key of its own, so that both entries can be one account's after a link.
            if not await _enter(connection, community, source, -amount, kind=kind, key=f"give:{key}", now=now, by=giver):
                return False
            if not await _enter(connection, community, target, amount, kind=kind, key=f"get:{key}", now=now, by=giver):
                raise StorageFailed("database", "half of a gift")
            for account, delta in sorted([(source, -amount), (target, amount)]):
                await _changed_or_not(connection, community, account, delta)
            return True

    async def history(self, community: CommunityId, account: AccountId, most: int) -> tuple[CreditEntry, ...]:
        """Read the entries backwards."""
        values = {"community": community, "account": account, "most": most}
        async with self._database.reading() as connection:
            return tuple(_entry_of(row) for row in await connection.execute(_HISTORY, values))


async def balance(connection: AsyncConnection, community: CommunityId, account: AccountId) -> int:
    """Give what an account has."""
    found = (await connection.execute(_BALANCE, {"community": community, "account": account})).scalar()
    return 0 if found is None else int(found)


async def moved(
    connection: AsyncConnection,
    community: CommunityId,
    account: AccountId,
    delta: int,
    *,
    kind: CreditKind,
    key: str,
    now: datetime,
    job: JobId | None = None,
    by: Actor | None = None,
    why: str = "",
) -> int | None:
    """Change a balance and enter it; give the new balance, or None, and nothing is written, where it would leave its bounds."""
    # What jobs give back is never refused for being too much.
    most = MOST_CREDITS if job is None else 2 * MOST_CREDITS
    new = await _changed(connection, community, account, delta, most=most)
    if new is not None and not await _enter(
        connection, community, account, delta, kind=kind, key=key, now=now, job=job, by=by, why=why
    ):
        raise StorageFailed("database", "credits would be moved twice")
    return new


async def _enter(
    connection: AsyncConnection,
    community: CommunityId,
    account: AccountId,
    delta: int,
    *,
    kind: CreditKind,
    key: str,
    now: datetime,
    job: JobId | None = None,
    by: Actor | None = None,
    why: str = "",
) -> bool:
    """Enter a move, unless the account has one of this key already."""
    entry = {
        "community": community,
        "account": account,
        "delta": delta,
        "kind": kind,
        "key": key,
        "at": now,
        "job": job,
        "why": why,
    }
    actor = {"by_account": by.account if by else None, "by_name": by.name if by else None}
    return await _ENTER.run(connection, {**entry, **actor}) > 0


async def _changed(
    connection: AsyncConnection, community: CommunityId, account: AccountId, delta: int, *, most: int
) -> int | None:
    """Change a balance within its bounds, and give the new one; who has too much already can still spend it."""
    if delta > 0:
        await _NEW_BALANCE.run(connection, {"community": community, "account": account, "balance": 0})
    values = {"of_community": community, "of_account": account, "delta": delta, "most": most if delta > 0 else 2 * MOST_CREDITS}
    new: int | None = (await connection.execute(_MOVE, values)).scalar()
    return new


async def _changed_or_not(connection: AsyncConnection, community: CommunityId, account: AccountId, delta: int) -> int:
    """Change a balance within its bounds, or say how it stands."""
    new = await _changed(connection, community, account, delta, most=MOST_CREDITS)
    if new is not None:
        return new
    there = await balance(connection, community, account)
    if delta < 0:
        raise BadInput(f"That needs {-delta} credits and there are {there}; nothing was changed.")
    raise BadInput(f"Nobody can have more than {MOST_CREDITS} credits and there are {there} already; nothing was changed.")


def _no_amount() -> BadInput:
    return BadInput(f"Please give a whole number of credits from 1 to {MOST_CREDITS}; nothing was changed.")


def _entry_of(row: Row[Any]) -> CreditEntry:
    by = None if row.by_account is None else Actor(AccountId(row.by_account), row.by_name)
    return CreditEntry(at=row.at, delta=row.delta, kind=CreditKind(row.kind), by=by, why=row.why)
