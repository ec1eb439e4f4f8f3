"""Messages that show an earlier or later picture in the place of the one that they are for.

A program of version 0028 gets on with it: for it such a message shows both pictures.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add the column."""
    op.add_column("sent_messages", sa.Column("turned_at", sa.BigInteger(), nullable=True))
