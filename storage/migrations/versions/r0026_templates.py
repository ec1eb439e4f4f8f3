"""Templates of people, communities and the house.

A program of version 0025 knows nothing of them, and gets on without.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "templates",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "scope", "owner", "name_key", "name")),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("defaults", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_templates"),
    )
    op.create_index("uq_templates_name", "templates", ["scope", "owner", "name_key"], unique=True)
