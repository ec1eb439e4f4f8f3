"""How often a job's lease ran out, apart from how often it was claimed; and since when its pictures are missing.

A program of version 0009 gets on with both: it names the columns that it reads
and writes, and leaves these two as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the two columns. Jobs that are open have no lapse yet, so that none ends over claims of before."""
    op.add_column("jobs", sa.Column("lapses", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("missing_since", sa.BigInteger()))
