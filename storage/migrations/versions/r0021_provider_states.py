"""Which image services rest after faults, and how many calls a minute they take.

A program of version 0020 gets on with all of it: it writes only the names, and
asks every provider as if nothing were known of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("providers", sa.Column("faults", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("providers", sa.Column("fault", sa.String()))
    op.add_column("providers", sa.Column("rests", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("providers", sa.Column("rests_until", sa.BigInteger()))
    op.add_column("providers", sa.Column("limited_since", sa.BigInteger()))
    op.add_column("providers", sa.Column("blocked_until", sa.BigInteger()))
    op.add_column("providers", sa.Column("per_minute", sa.Integer()))
    op.add_column("providers", sa.Column("slowed_at", sa.BigInteger()))
