"""Which note of a drawing says why there are fewer pictures than were wished for.

A program of version 0037 leaves the column empty, and reads the note where it stood before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Add the column."""
    op.add_column("drawings", sa.Column("shortfall", sa.Text(), nullable=True))
