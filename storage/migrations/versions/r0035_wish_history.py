"""Indexes by which somebody's wishes are found again that wait, or that no picture came of.

A program of version 0034 has no use for them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

_BY_AGE = ["account", "created_at", "id"]


def upgrade() -> None:
    """Add the one, and sort the other by age."""
    is_open, has_no_picture = sa.text("finished_at IS NULL"), sa.text("state IN ('refused', 'failed', 'cancelled')")
    op.drop_index("ix_jobs_open_account", "jobs")
    op.create_index("ix_jobs_open_account", "jobs", _BY_AGE, sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_jobs_no_picture", "jobs", _BY_AGE, sqlite_where=has_no_picture, postgresql_where=has_no_picture)
