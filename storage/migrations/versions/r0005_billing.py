"""Tables of what was paid for: subscriptions, purchases, and payments that went back."""

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_SUFFIX = " subscriptions"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    """Make the tables, and move the subscriptions that were kept as rules."""
    subscriptions = op.create_table(
        "subscriptions",
        *_named(),
        sa.Column("account", sa.String()),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("paid_until", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name="pk_subscriptions"),
    )
    op.create_table(
        "purchases",
        *_named(),
        sa.Column("payment", sa.String(), nullable=False),
        sa.Column("account", sa.String()),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("credits", "taken", "missing")),
        sa.PrimaryKeyConstraint("source", "id", name="pk_purchases"),
    )
    op.create_index("ix_purchases_payment", "purchases", ["source", "payment"])
    op.create_table(
        "reversals",
        *_named(),
        sa.Column("payment", sa.String(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("part", "whole", "at")),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name="pk_reversals"),
    )
    op.create_index("ix_reversals_payment", "reversals", ["source", "payment"])
    _move(subscriptions)


def _named() -> tuple[sa.Column[str], sa.Column[str]]:
    return sa.Column("source", sa.String(), nullable=False), sa.Column("id", sa.String(), nullable=False)


def _move(subscriptions: sa.Table) -> None:
    """Whoever was a member stays one."""
    rules = sa.table("rules", *(sa.column(name) for name in ("community", "account", "matter", "subject", "value")))
    kept = (rules.c.matter == "membership", rules.c.account == "", rules.c.community.like(f"%{_SUFFIX}"))
    rows = []
    for row in op.get_bind().execute(sa.select(rules).where(*kept)):
        account, *moments = json.loads(row.value)
        begun_at, paid_until, ended_at = map(_ticks, moments)
        whose = {"source": row.community.removesuffix(_SUFFIX), "id": row.subject, "account": account or None}
        rows.append({**whose, "begun_at": begun_at, "paid_until": paid_until, "ended_at": ended_at, "is_accepted": True})
    op.bulk_insert(subscriptions, rows)
    op.execute(sa.delete(rules).where(*kept))


def _ticks(moment: str) -> int | None:
    return (datetime.fromisoformat(moment) - _EPOCH) // timedelta(microseconds=1) if moment else None
