"""Pages of collections that everybody with the link sees.

A program of version 0033 shows a collection that is open to everybody to nobody but its owner.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Add the column and its index."""
    op.add_column("collections", sa.Column("page", sa.String(), nullable=True))
    has_page = sa.text("page IS NOT NULL")
    op.create_index("uq_collections_page", "collections", ["page"], unique=True, sqlite_where=has_page, postgresql_where=has_page)
