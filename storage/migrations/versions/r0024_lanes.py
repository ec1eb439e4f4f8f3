"""In which lane a job is drawn, and that a picture of the relaxed one counts in part.

A program of version 0023 gets on with it: its jobs are of the fast lane and
count whole, and of the others' it spends at most what they hold.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("jobs", sa.Column("lane", sa.String(), nullable=False, server_default="fast"))
    op.add_column("holds", sa.Column("percent", sa.Integer(), nullable=False, server_default="100"))
    op.add_column("holds", sa.Column("rounding", sa.Integer(), nullable=False, server_default="0"))
