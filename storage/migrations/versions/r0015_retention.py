"""When the words of a job were erased, and how old jobs of a community are found."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column and the indexes."""
    op.add_column("jobs", sa.Column("erased_at", sa.BigInteger(), nullable=True))
    has_words = sa.text("finished_at IS NOT NULL AND erased_at IS NULL")
    op.create_index("ix_jobs_words", "jobs", ["community", "finished_at"], sqlite_where=has_words, postgresql_where=has_words)
    op.create_index("ix_jobs_old", "jobs", ["community", "finished_at", "id"])
