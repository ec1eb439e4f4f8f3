"""Favourites: since when a picture is one of whoever it belongs to.

A program of version 0029 leaves the column alone, and its new pictures are no favourites.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add the column and its index."""
    op.add_column("pictures", sa.Column("starred_at", sa.BigInteger(), nullable=True))
    is_favourite = sa.text("state = 'visible' AND starred_at IS NOT NULL")
    op.create_index(
        "ix_pictures_favourite",
        "pictures",
        ["account", "kept_at", "job", "position"],
        sqlite_where=is_favourite,
        postgresql_where=is_favourite,
    )
