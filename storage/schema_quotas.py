"""More tables: what admins have set and who did, credits, money, keys, and what has happened once."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.schema import Moment, metadata

rules = Table(
    "rules",
    metadata,
    Column("community", String, primary_key=True),
    Column("account", String, primary_key=True, index=True),
    Column("matter", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("value", Text, nullable=False),
    Index("ix_rules_subject", "matter", "subject"),
)

record = Table(
    "record",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("community", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by_account", String, nullable=False),
    Column("by_name", String, nullable=False),
    Column("matter", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("account", String, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("why", Text, nullable=False),
    Column("undoes", String, unique=True),
    Index("ix_record_newest", "community", "position"),
)

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

shared_usage = Table(
    "shared_usage",
    metadata,
    Column("account", String, primary_key=True),
    Column("other", String, primary_key=True, index=True),
    Column("community", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("pictures", Integer, nullable=False),
)
"""How much of what two accounts have used on a day is the same pictures, since one was parted from the other."""

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

spending = Table(
    "spending",
    metadata,
    Column("scope", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("held", BigInteger, nullable=False),
    Column("spent", BigInteger, nullable=False),
    CheckConstraint("held >= 0 AND spent >= 0", name="not_negative"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("key_hash", String, nullable=False, unique=True),
    Column("account", String, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("platform", String, nullable=False),
    Column("realm", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("community", String, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

happened = Table(
    "happened",
    metadata,
    Column("key", String, primary_key=True),
    Column("at", Moment, nullable=False),
)
