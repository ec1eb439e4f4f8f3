"""Collections of pictures.

A program of version 0032 knows nothing of them, and removes no old job with a picture that is in one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "collections",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("id", "account", "community", "name", "name_key", "audience")
        ),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_collections_account"),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
    )
    op.create_index("uq_collections_name", "collections", ["account", "name_key"], unique=True)
    is_open = sa.text("audience = 'community'")
    op.create_index(
        "ix_collections_community", "collections", ["community", "name_key"], sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_table(
        "collection_pictures",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("collection", "picture")),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["collection"], ["collections.id"], name="fk_collection_pictures_collection"),
        sa.ForeignKeyConstraint(["picture"], ["pictures.id"], name="fk_collection_pictures_picture"),
        sa.PrimaryKeyConstraint("collection", "picture", name="pk_collection_pictures"),
    )
    op.create_index("ix_collection_pictures_picture", "collection_pictures", ["picture"])
