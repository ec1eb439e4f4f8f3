"""Credits and what is paid for: balances, subscriptions, purchases, and what went back."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import Moment, metadata, partial_index

credit_balances = Table(
    "credit_balances",
    metadata,
    Column("community", String, primary_key=True),
    Column("account", String, primary_key=True, index=True),
    Column("balance", Integer, nullable=False),
    CheckConstraint("balance >= 0", name="not_negative"),
)

credit_entries = Table(
    "credit_entries",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("community", String, nullable=False),
    Column("account", String, nullable=False),
    Column("key", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("delta", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("job", String, ForeignKey("jobs.id")),
    Column("by_account", String),
    Column("by_name", String),
    Column("why", Text, nullable=False),
    UniqueConstraint("key"),
    Index("ix_credit_entries_newest", "community", "account", "position"),
)

OF_JOB: ColumnElement[bool] = credit_entries.c.job.is_not(None)

partial_index("ix_credit_entries_job", credit_entries.c.job, where=OF_JOB)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("source", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("account", String),
    Column("begun_at", Moment, nullable=False),
    Column("paid_until", Moment),
    Column("ended_at", Moment),
    Column("is_accepted", Boolean, nullable=False),
)

purchases = Table(
    "purchases",
    metadata,
    Column("source", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("payment", String, nullable=False),
    Column("account", String),
    Column("credits", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("missing", Integer, nullable=False),
    Index("ix_purchases_payment", "source", "payment"),
)
"""`credits` were given; of those `taken` were taken back, and `missing` should have been and were spent before."""

reversals = Table(
    "reversals",
    metadata,
    Column("source", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("payment", String, nullable=False),
    Column("part", BigInteger, nullable=False),
    Column("whole", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("is_final", Boolean, nullable=False),
    Index("ix_reversals_payment", "source", "payment"),
)

failed_refunds = Table(
    "failed_refunds",
    metadata,
    Column("source", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("reversal", String, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_failed_refunds_reversal", "source", "reversal"),
)

invoices = Table(
    "invoices",
    metadata,
    Column("source", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("subscription", String, nullable=False),
    Column("paid_until", Moment, nullable=False),
    Index("ix_invoices_subscription", "source", "subscription"),
)

invoice_payments = Table(
    "invoice_payments",
    metadata,
    Column("source", String, primary_key=True),
    Column("payment", String, primary_key=True),
    Column("invoice", String, primary_key=True),
    Index("ix_invoice_payments_invoice", "source", "invoice"),
)
"""A payment may be heard of before its invoice, and an invoice may have several."""

brought_memberships = Table(
    "brought_memberships",
    metadata,
    Column("community", String, primary_key=True),
    Column("first_account", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("account", String, nullable=False, index=True),
    Column("brought", Text, nullable=False),
    Column("joined", Text, nullable=False),
    Column("before", Text),
)
"""A membership that `account` has by joining: what `first_account` brought, what both made of it, and what was before."""
