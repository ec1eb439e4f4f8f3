"""Refused words, kept for a while. A program of before knows nothing of them."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "refusals",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "community", "platform", "tenant", "account")),
        sa.Column("refused_at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("by", "category")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("entry", "words")),
        sa.Column("job", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_refusals"),
    )
    op.create_index("ix_refusals_refused_at", "refusals", ["refused_at"])
    op.create_index("ix_refusals_account", "refusals", ["account", "community", "refused_at"])
