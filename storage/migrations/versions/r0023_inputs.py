"""Pictures that people bring to their wishes.

A program of version 0022 knows nothing of them: what it removes, this one
follows up. It takes in no such wish, and would draw one from its words alone,
so workers are updated first (docs/many-machines.md).
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "inputs",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("key", "job")),
        sa.Column("position", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("account", "community", "role")),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("remove_at", "removed_at")),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_inputs_job"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_inputs_account"),
        sa.PrimaryKeyConstraint("key", name="pk_inputs"),
    )
    op.create_index("ix_inputs_job", "inputs", ["job"])
    op.create_index("ix_inputs_account", "inputs", ["account"])
    for name, columns, where in (
        ("ix_inputs_kept", ["community", "kept_at"], "remove_at IS NULL AND removed_at IS NULL"),
        ("ix_inputs_due", ["remove_at"], "remove_at IS NOT NULL AND removed_at IS NULL"),
        ("ix_inputs_parent", ["parent"], "parent IS NOT NULL"),
    ):
        op.create_index(name, "inputs", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
