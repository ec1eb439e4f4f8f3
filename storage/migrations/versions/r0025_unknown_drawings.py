"""An index of drawings that were cancelled, and of which their service may still say what became of them.

A program of version 0024 gets on with it: nothing else changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add the index."""
    is_unknown = sa.text("state = 'unknown'")
    op.create_index(
        "ix_drawings_unknown", "drawings", ["ticket_expires_at"], sqlite_where=is_unknown, postgresql_where=is_unknown
    )
