"""Which jobs wait for an image service to have room, and what its calls are counted by.

A program of version 0015 gets on with all of it: it knows neither the column
nor the table. It counts no calls, so that what is set for them holds when the
last one has gone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the column, the indexes and the table."""
    op.add_column("jobs", sa.Column("waits_for", sa.String()))
    waits = sa.text("waits_for IS NOT NULL AND finished_at IS NULL")
    op.create_index("ix_jobs_waits", "jobs", ["waits_for", "created_at", "id"], sqlite_where=waits, postgresql_where=waits)
    is_out = sa.text("state = 'open'")
    op.create_index("ix_drawings_open", "drawings", ["provider", "job"], sqlite_where=is_out, postgresql_where=is_out)
    op.create_index("ix_drawings_provider", "drawings", ["provider", "started_at"])
    op.create_table(
        "providers",
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_providers")),
    )
