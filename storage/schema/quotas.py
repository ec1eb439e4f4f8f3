"""Quotas: what is used and held, dollars spent, the rules that admins set, and the audit log of their changes."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text, false

from storage.schema.base import Moment, metadata

usage = Table(
    "usage",
    metadata,
    Column("community", String, primary_key=True),
    Column("account", String, primary_key=True, index=True),
    Column("day", Date, primary_key=True),
    Column("held", Integer, nullable=False),
    Column("spent", Integer, nullable=False),
    CheckConstraint("held >= 0 AND spent >= 0", name="not_negative"),
)

tenant_usage = Table(
    "tenant_usage",
    metadata,
    Column("community", String, primary_key=True),
    Column("tenant", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("held", Integer, nullable=False),
    Column("spent", Integer, nullable=False),
    CheckConstraint("held >= 0 AND spent >= 0", name="not_negative"),
)
"""What all people of a server or workspace use together, where it has a limit of its own. `tenant` is `<platform>:<tenant>`."""

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

holds = Table(
    "holds",
    metadata,
    Column("job", String, ForeignKey("jobs.id"), primary_key=True),
    Column("community", String, nullable=False),
    Column("account", String, nullable=False, index=True),
    Column("day", Date, nullable=False),
    Column("n", Integer, nullable=False),
    Column("spent", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("each", Integer, nullable=False, server_default="1"),
    Column("from_credits", Integer, nullable=False, server_default="0"),
    Column("tenant", String),
    Column("estimate", BigInteger, nullable=False, server_default="0"),
    Column("is_billed", Boolean, nullable=False, server_default=false()),  # whether the job's cost is booked
    Column("percent", Integer, nullable=False, server_default="100"),  # how much of `each` a picture counts
    Column("rounding", Integer, nullable=False, server_default="0"),  # hundredths by which whole pictures are more than that
    CheckConstraint("n >= 0 AND spent BETWEEN 0 AND n", name="in_bounds"),
    Index("ix_holds_day", "community", "day"),
)

spending = Table(
    "spending",
    metadata,
    Column("scope", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("held", BigInteger, nullable=False),
    Column("spent", BigInteger, nullable=False),
    CheckConstraint("held >= 0 AND spent >= 0", name="not_negative"),
)

descriptions = Table(
    "descriptions",
    metadata,
    Column("id", String, primary_key=True),
    Column("community", String, nullable=False),
    Column("account", String, nullable=False, index=True),
    Column("day", Date, nullable=False),
    Column("microusd", BigInteger, nullable=False),
    Column("is_estimate", Boolean, nullable=False),
    Index("ix_descriptions_day", "community", "day"),
)
"""What describing pictures cost, which no job has."""

rules = Table(
    "rules",
    metadata,
    Column("community", String, primary_key=True),
    Column("account", String, primary_key=True, index=True),
    Column("matter", String, primary_key=True),  # `RuleKey.kind`
    Column("subject", String, primary_key=True),
    Column("value", Text, nullable=False),
    Index("ix_rules_subject", "matter", "subject"),
)

audit_log = Table(
    "record",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("community", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by_account", String, nullable=False),
    Column("by_name", String, nullable=False),
    Column("matter", String, nullable=False),  # `RuleKey.kind`
    Column("subject", String, nullable=False),
    Column("account", String, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("why", Text, nullable=False),
    Column("undoes", String, unique=True),
    Index("ix_record_newest", "community", "position"),
)
