"""What was paid for: each piece of news changes what is known and what is given in one transaction, one after the other."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.billing import (
    FailedRefund,
    InvoicePayment,
    Purchase,
    RefundedShare,
    Reversal,
    Subscription,
    SubscriptionUpdate,
    is_all_gone,
)
from bot.domain.credits import MOST_CREDITS, CreditKind
from bot.domain.people import HOUSE, AccountId, Tier
from bot.domain.rules import EVERYBODY, Actor, Membership, RuleKey, RuleKind
from bot.ports.clock import Clock, Ids
from storage.schema.accounts import accounts
from storage.schema.billing import credit_balances, credit_entries, purchases, subscriptions
from storage.sql.audit_log import AuditEntryWriter
from storage.sql.credits import CreditBooking, move_credits
from storage.sql.current_account import current_account, lock_account_changes
from storage.sql.database import Database
from storage.sql.payments import (
    invoices_of,
    shares_gone,
    subscriptions_paid_by,
    write_failed_refund,
    write_invoice,
    write_invoice_payment,
    write_reversal,
)
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rules import set_rule

_KNOWN = select(accounts.c.id).where(accounts.c.id == bindparam("account"))
_BALANCE = (
    select(credit_balances.c.balance)
    .where(credit_balances.c.community == HOUSE, credit_balances.c.account == bindparam("account"))
    .with_for_update()
)
_IS_MOVED = select(credit_entries.c.position).where(credit_entries.c.key == bindparam("key"))


def _is_this(table: Any) -> tuple[Any, Any]:
    return table.c.source == bindparam("of_source"), table.c.id == bindparam("of_id")


_SUBSCRIPTION = select(subscriptions).where(*_is_this(subscriptions))
_NEW_SUBSCRIPTION, _CHANGE_SUBSCRIPTION = insert(subscriptions), update(subscriptions).where(*_is_this(subscriptions))
_PURCHASE = select(purchases).where(*_is_this(purchases))
_NEW_PURCHASE, _CHANGE_PURCHASE = insert(purchases), update(purchases).where(*_is_this(purchases))
_PAID_BY = (purchases.c.source == bindparam("source"), purchases.c.payment == bindparam("payment"))
_PURCHASES_PAID = select(purchases).where(*_PAID_BY)


@dataclass(frozen=True, slots=True)
class _CreditsTakenBack:
    """How many credits were taken back, and how many could not be, because they were spent."""

    taken: int
    missing: int


@retry_all_uncommitted
class SqlBilling:
    """Keeps what was paid for in SQL. `tier` is a member's."""

    def __init__(self, database: Database, clock: Clock, ids: Ids, tier: Tier) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._entries = AuditEntryWriter(clock, ids)
        self._tier = tier

    async def record_subscription(self, news: SubscriptionUpdate) -> None:
        """Read, merge and write, and set the rule that makes a member."""
        async with self._database.write_transaction() as connection:
            await lock_account_changes(connection)
            this = {"of_source": news.source, "of_id": news.id}
            row = (await connection.execute(_SUBSCRIPTION, this)).first()
            known = None if row is None else _subscription_of(row)
            state = (known or Subscription(news.at)).merge(news)
            is_paid = news.invoice is not None and await write_invoice(connection, news.source, news.id, news.invoice)
            if state == known and not is_paid:
                return
            values = {
                "account": state.account,
                "begun_at": state.begun_at,
                "paid_until": state.paid_until,
                "ended_at": state.ended_at,
                "is_accepted": state.is_accepted,
            }
            if known is None:
                await connection.execute(_NEW_SUBSCRIPTION, {"source": news.source, "id": news.id, **values})
            else:
                await connection.execute(_CHANGE_SUBSCRIPTION, {**this, **values})
            was_known = bool(known and known.account and known.is_accepted)
            if not await self._make_member(connection, news.source, news.id, state) and state.account and not was_known:
                why = f"The subscription {news.id} is paid for, and nobody here has the account it names: give its tier by hand."
                await self._record_for_owners(connection, Actor(EVERYBODY, news.source.capitalize()), EVERYBODY, why)

    async def buy(self, purchase: Purchase) -> None:
        """Add the credits once, and take back what was reversed before we heard of the purchase."""
        async with self._database.write_transaction() as connection:
            await lock_account_changes(connection)
            if (await connection.execute(_PURCHASE, {"of_source": purchase.source, "of_id": purchase.id})).first() is not None:
                return
            given = await self._give_credits(connection, purchase)
            values: dict[str, object] = {"source": purchase.source, "id": purchase.id, "payment": purchase.payment}
            values |= {"account": purchase.account, "credits": given, "taken": 0, "missing": 0}
            await connection.execute(_NEW_PURCHASE, values)
            await self._apply_reversals(connection, purchase.source, purchase.payment)

    async def reverse(self, reversal: Reversal) -> None:
        """Store the newest state of the reversal, and take or give the credits and time that it changes."""
        async with self._database.write_transaction() as connection:
            await lock_account_changes(connection)
            if await write_reversal(connection, reversal):
                await self._apply_reversals(connection, reversal.source, reversal.payment)

    async def record_payment(self, payment: InvoicePayment) -> None:
        """Store the payment, and apply what was reversed of it before we heard of it."""
        async with self._database.write_transaction() as connection:
            await lock_account_changes(connection)
            if await write_invoice_payment(connection, payment):
                await self._apply_reversals(connection, payment.source, payment.payment)

    async def record_failed_refund(self, refund: FailedRefund) -> None:
        """Store the failed refund, and give again what it had taken."""
        async with self._database.write_transaction() as connection:
            await lock_account_changes(connection)
            if await write_failed_refund(connection, refund):
                await self._apply_reversals(connection, refund.source, refund.payment)

    async def _make_member(
        self, connection: AsyncConnection, source: str, id_: str, state: Subscription, *, why: str = ""
    ) -> bool:
        """Set the rule that makes a member if we sell the subscription; False where nobody has the account it names."""
        if not state.is_accepted:
            return True
        account = await _find_current_account(connection, state.account)
        if account is None:
            return False
        key = RuleKey(RuleKind.MEMBERSHIP, f"{source}:{id_}", account)
        value = str(Membership(self._tier, state.until(*await invoices_of(connection, source, id_))))
        before = await set_rule(connection, HOUSE, key, value)
        if before != value:
            by = Actor(EVERYBODY, source.capitalize())
            await self._entries.add(connection, HOUSE, key, before=before, after=value, by=by, why=why)
        return True

    async def _give_credits(self, connection: AsyncConnection, purchase: Purchase) -> int:
        """Add the credits, and return how many; what cannot be given is told to the owners."""
        by, key = Actor(EVERYBODY, purchase.source.capitalize()), f"{purchase.source}:{purchase.id}"
        account = await _find_current_account(connection, purchase.account)
        if (await connection.execute(_IS_MOVED, {"key": key})).first() is not None:
            return purchase.credits
        if account is not None and 0 < purchase.credits <= MOST_CREDITS:
            # What was paid for is given beyond the most that admins may give, as what jobs give back is.
            booking = CreditBooking(
                HOUSE, account, purchase.credits, CreditKind.PURCHASE, key, self._clock.now(), by=by, is_owed=True
            )
            new = await move_credits(connection, booking)
            if new is not None:
                await self._add_credit_record(
                    connection, by, account, CreditKind.PURCHASE, before=new - purchase.credits, after=new
                )
                return purchase.credits
        why = (
            f"{purchase.credits} credits of {purchase.id} are paid for and could not be given: give them by hand, or refund them."
        )
        await self._record_for_owners(connection, by, account or EVERYBODY, why)
        return 0

    async def _apply_reversals(self, connection: AsyncConnection, source: str, payment: str) -> None:
        """Reduce everything that a payment paid for to what is left of the payment."""
        if not payment:
            return
        shares = await shares_gone(connection, source, payment)
        for row in (await connection.execute(_PURCHASES_PAID, {"source": source, "payment": payment})).all():
            await self._settle_purchase(connection, row, shares)
        for id_ in await subscriptions_paid_by(connection, source, payment):
            known = (await connection.execute(_SUBSCRIPTION, {"of_source": source, "of_id": id_})).one()
            why = f"A payment for {id_} was refunded or is disputed." if is_all_gone(shares) else ""
            await self._make_member(connection, source, id_, _subscription_of(known), why=why)

    async def _settle_purchase(self, connection: AsyncConnection, row: Row[Any], shares: tuple[RefundedShare, ...]) -> None:
        """Take credits back, or give them again, until they match what is gone of the payment."""
        gone = min(row.credits, sum(share.of(row.credits) for share in shares))
        change = gone - row.taken - row.missing
        if change:
            by = Actor(EVERYBODY, row.source.capitalize())
            new = await (
                self._take_back(connection, row, by, change) if change > 0 else self._give_again(connection, row, by, -change)
            )
            values = {"taken": new.taken, "missing": new.missing}
            await connection.execute(_CHANGE_PURCHASE, {"of_source": row.source, "of_id": row.id, **values})

    async def _take_back(self, connection: AsyncConnection, row: Row[Any], by: Actor, amount: int) -> _CreditsTakenBack:
        """Take back the credits that are there; the rest is reported to the owners."""
        account = await current_account(connection, AccountId(row.account))
        there = (await connection.execute(_BALANCE, {"account": account})).scalar() or 0
        taken = min(there, amount)
        missing = amount - taken
        why = f"The payment for {row.id} was refunded or is disputed."
        if missing:
            why += f" {missing} of its {row.credits} credits were spent before and could not be taken back."
        await self._move_credits(connection, by, account, -taken, there=there, why=why)
        return _CreditsTakenBack(row.taken + taken, row.missing + missing)

    async def _give_again(self, connection: AsyncConnection, row: Row[Any], by: Actor, amount: int) -> _CreditsTakenBack:
        """Add the credits again that were taken, after those that could not be; return what is taken and missing then."""
        account = await current_account(connection, AccountId(row.account))
        there = (await connection.execute(_BALANCE, {"account": account})).scalar() or 0
        found = min(row.missing, amount)
        await self._move_credits(
            connection, by, account, amount - found, there=there, why=f"The payment for {row.id} stands after all."
        )
        return _CreditsTakenBack(row.taken - (amount - found), row.missing - found)

    async def _move_credits(
        self, connection: AsyncConnection, by: Actor, account: AccountId, delta: int, *, there: int, why: str
    ) -> None:
        kind = CreditKind.TAKE if delta <= 0 else CreditKind.GRANT
        if delta:
            key = f"reversal:{self._ids.new()}"
            booking = CreditBooking(HOUSE, account, delta, kind, key, self._clock.now(), by=by, why=why, is_owed=True)
            await move_credits(connection, booking)
        await self._add_credit_record(connection, by, account, kind, before=there, after=there + delta, why=why)

    async def _record_for_owners(self, connection: AsyncConnection, by: Actor, account: AccountId, why: str) -> None:
        """Log what changed nothing but needs an owner's attention."""
        await self._add_credit_record(connection, by, account, CreditKind.PURCHASE, before=0, after=0, why=why)

    async def _add_credit_record(
        self,
        connection: AsyncConnection,
        by: Actor,
        account: AccountId,
        kind: CreditKind,
        *,
        before: int,
        after: int,
        why: str = "",
    ) -> None:
        key = RuleKey(RuleKind.CREDITS, kind, account)
        await self._entries.add(connection, HOUSE, key, before=str(before), after=str(after), by=by, why=why)


async def _find_current_account(connection: AsyncConnection, account: AccountId | None) -> AccountId | None:
    """Return the account that this one has become part of, or itself; None where there is none."""
    if not account or (await connection.execute(_KNOWN, {"account": account})).first() is None:
        return None
    return await current_account(connection, account)


def _subscription_of(row: Row[Any]) -> Subscription:
    account = None if row.account is None else AccountId(row.account)
    return Subscription(row.begun_at, account, row.paid_until, row.ended_at, row.is_accepted)
