"""What describing pictures cost: on which day, and for whom.

A program of version 0036 has no use for the table, and goes on booking none of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "descriptions",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "community", "account")),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("microusd", sa.BigInteger(), nullable=False),
        sa.Column("is_estimate", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_descriptions"),
    )
    op.create_index("ix_descriptions_account", "descriptions", ["account"])
    op.create_index("ix_descriptions_day", "descriptions", ["community", "day"])
