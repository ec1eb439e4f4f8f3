"""What paid for what, and how much of it went back: every function is inside its caller's transaction."""

from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.billing import FailedRefund, InvoicePayment, PaidInvoice, RefundedShare, Reversal, is_all_gone
from storage.schema.billing import failed_refunds, invoice_payments, invoices, reversals
from storage.sql.upsert import InsertInto, Upsert

_THIS_REVERSAL = (reversals.c.source == bindparam("of_source"), reversals.c.id == bindparam("of_id"))
_REVERSAL = select(reversals).where(*_THIS_REVERSAL)
_NEW_REVERSAL, _CHANGE_REVERSAL = insert(reversals), update(reversals).where(*_THIS_REVERSAL)
_REVERSED = select(reversals).where(reversals.c.source == bindparam("source"), reversals.c.payment == bindparam("payment"))
_FAILED = (
    select(failed_refunds.c.reversal, failed_refunds.c.amount, failed_refunds.c.at)
    .join(reversals, (reversals.c.source == failed_refunds.c.source) & (reversals.c.id == failed_refunds.c.reversal))
    .where(reversals.c.source == bindparam("source"), reversals.c.payment == bindparam("payment"))
)
_INVOICES = select(invoices.c.id, invoices.c.paid_until).where(
    invoices.c.source == bindparam("source"), invoices.c.subscription == bindparam("subscription")
)
_PAYMENTS = select(invoice_payments.c.payment).where(
    invoice_payments.c.source == bindparam("source"), invoice_payments.c.invoice == bindparam("invoice")
)
_PAID_BY = (
    select(invoices.c.subscription)
    .distinct()
    .join(invoice_payments, (invoice_payments.c.source == invoices.c.source) & (invoice_payments.c.invoice == invoices.c.id))
    .where(invoice_payments.c.source == bindparam("source"), invoice_payments.c.payment == bindparam("payment"))
)


def _earliest(begin: InsertInto) -> sqlite.Insert:
    """Build the statement that keeps the earliest failure: Stripe may report a failed refund again for another reason."""
    new = begin(failed_refunds)
    return new.on_conflict_do_update(
        index_elements=list(failed_refunds.primary_key), set_={"at": new.excluded.at}, where=new.excluded.at < failed_refunds.c.at
    )


def _latest(begin: InsertInto) -> sqlite.Insert:
    new = begin(invoices)
    return new.on_conflict_do_update(
        index_elements=list(invoices.primary_key),
        set_={"paid_until": new.excluded.paid_until},
        where=new.excluded.paid_until > invoices.c.paid_until,
    )


_NEW_FAILED = Upsert(_earliest)
_NEW_INVOICE = Upsert(_latest)
_NEW_PAYMENT = Upsert(lambda begin: begin(invoice_payments).on_conflict_do_nothing())


async def write_reversal(connection: AsyncConnection, reversal: Reversal) -> bool:
    """Store the newest state of the reversal, and return whether it was new."""
    this = {"of_source": reversal.source, "of_id": reversal.id}
    row = (await connection.execute(_REVERSAL, this)).first()
    values = {"part": reversal.part, "whole": reversal.whole, "at": reversal.at, "is_final": reversal.is_final}
    if row is None:
        whose = {"source": reversal.source, "id": reversal.id, "payment": reversal.payment}
        await connection.execute(_NEW_REVERSAL, {**whose, **values})
    elif (reversal.is_final, reversal.at, reversal.part) > (row.is_final, row.at, row.part):
        await connection.execute(_CHANGE_REVERSAL, {**this, **values})
    else:
        return False
    return True


async def write_failed_refund(connection: AsyncConnection, refund: FailedRefund) -> bool:
    """Insert the failed refund, and return whether it was new."""
    whose = {"source": refund.source, "id": refund.id, "reversal": refund.reversal}
    return bool(await _NEW_FAILED.run(connection, {**whose, "amount": refund.amount, "at": refund.at}))


async def write_invoice(connection: AsyncConnection, source: str, subscription: str, invoice: PaidInvoice) -> bool:
    """Insert the invoice, and return whether it was new."""
    whose = {"source": source, "id": invoice.id, "subscription": subscription}
    return bool(await _NEW_INVOICE.run(connection, {**whose, "paid_until": invoice.paid_until}))


async def write_invoice_payment(connection: AsyncConnection, payment: InvoicePayment) -> bool:
    """Insert what paid an invoice, and return whether it was new."""
    values = {"source": payment.source, "payment": payment.payment, "invoice": payment.invoice}
    return bool(await _NEW_PAYMENT.run(connection, {**values}))


async def shares_gone(connection: AsyncConnection, source: str, payment: str) -> tuple[RefundedShare, ...]:
    """Return what is gone of a payment. A reversal's part has left out the refunds that had failed before it was told."""
    paid = {"source": source, "payment": payment}
    failed = (await connection.execute(_FAILED, paid)).all()
    return tuple(
        RefundedShare(
            max(0, row.part - sum(one.amount for one in failed if one.reversal == row.id and one.at >= row.at)), row.whole
        )
        for row in await connection.execute(_REVERSED, paid)
    )


async def invoices_of(connection: AsyncConnection, source: str, subscription: str) -> tuple[list[datetime], list[datetime]]:
    """Return until when a subscription's invoices pay: those that are paid for, and those whose payments all went back."""
    quota_status: list[datetime] = []
    reversed_: list[datetime] = []
    for row in (await connection.execute(_INVOICES, {"source": source, "subscription": subscription})).all():
        paid_by = (await connection.execute(_PAYMENTS, {"source": source, "invoice": row.id})).scalars().all()
        gone = [is_all_gone(await shares_gone(connection, source, payment)) for payment in paid_by]
        (reversed_ if gone and all(gone) else quota_status).append(row.paid_until)
    return quota_status, reversed_


async def subscriptions_paid_by(connection: AsyncConnection, source: str, payment: str) -> list[str]:
    """Return the ids of the subscriptions that a payment paid for."""
    return list((await connection.execute(_PAID_BY, {"source": source, "payment": payment})).scalars())
