"""Tables of paid invoices, of what paid them, and of refunds that failed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables. Until when a subscription was paid before is kept with it."""
    op.create_table(
        "failed_refunds",
        *_texts("source", "id", "reversal"),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("amount", "at")),
        sa.PrimaryKeyConstraint("source", "id", name="pk_failed_refunds"),
    )
    op.create_index("ix_failed_refunds_reversal", "failed_refunds", ["source", "reversal"])
    op.create_table(
        "invoices",
        *_texts("source", "id", "subscription"),
        sa.Column("paid_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name="pk_invoices"),
    )
    op.create_index("ix_invoices_subscription", "invoices", ["source", "subscription"])
    op.create_table(
        "invoice_payments",
        *_texts("source", "payment", "invoice"),
        sa.PrimaryKeyConstraint("source", "payment", "invoice", name="pk_invoice_payments"),
    )
    op.create_index("ix_invoice_payments_invoice", "invoice_payments", ["source", "invoice"])


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.String(), nullable=False) for name in names)
