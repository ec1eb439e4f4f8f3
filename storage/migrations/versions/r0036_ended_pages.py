"""Pages of collections that there were: whoever comes by such a link is told that it is over.

A program of version 0035 writes none down, so that its dropped collections are pages that there never were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Add the table."""
    op.create_table("ended_pages", sa.Column("id", sa.String(), nullable=False, primary_key=True))
