"""Batches, and which jobs are of one.

A worker of version 0026 tells such a job in a message of its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the table, and the column of jobs."""
    op.create_table(
        "batches",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "key", "community", "account", "platform")),
        *(sa.Column(name, sa.JSON(none_as_null=True), nullable=False) for name in ("author", "place", "draft", "prompts")),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("shortfall", sa.Text(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("confirmed_at", "told_at")),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_batches_account"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.UniqueConstraint("key", name="uq_batches_key"),
    )
    op.create_index("ix_batches_account", "batches", ["account"])
    op.add_column("jobs", sa.Column("batch", sa.String(), nullable=True))
    for name, table, columns, where in (
        ("ix_batches_offered", "batches", ["created_at"], "confirmed_at IS NULL"),
        ("ix_batches_untold", "batches", ["confirmed_at"], "confirmed_at IS NOT NULL AND told_at IS NULL"),
        ("ix_batches_told", "batches", ["community", "told_at"], "told_at IS NOT NULL"),
        ("ix_jobs_batch", "jobs", ["batch", "key"], "batch IS NOT NULL"),
    ):
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
