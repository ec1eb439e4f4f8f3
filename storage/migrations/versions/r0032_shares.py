"""Share pages of pictures.

A program of version 0031 knows nothing of them; what it removes is not to be seen on its page either.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "shares",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "picture")),
        sa.Column("shows_words", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["picture"], ["pictures.id"], name="fk_shares_picture"),
        sa.PrimaryKeyConstraint("id", name="pk_shares"),
    )
    op.create_index("ix_shares_picture", "shares", ["picture"])
    is_shared = sa.text("revoked_at IS NULL")
    op.create_index("uq_shares_shared", "shares", ["picture"], unique=True, sqlite_where=is_shared, postgresql_where=is_shared)
