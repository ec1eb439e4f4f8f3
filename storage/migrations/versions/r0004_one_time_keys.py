"""Keys of credits that are unique whoever has the entry, and what accounts bring when they are joined."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_APART = """
UPDATE credit_entries SET key = key || ' #' || CAST(position AS VARCHAR)
WHERE EXISTS (
    SELECT 1 FROM credit_entries AS earlier
    WHERE earlier.key = credit_entries.key AND earlier.position < credit_entries.position
)
"""
"""A key that several accounts have stays with its first entry: both sides of a link had one key, and what was credited twice."""


def upgrade() -> None:
    """Change the key, and make the tables."""
    op.execute(_APART)
    with op.batch_alter_table("credit_entries") as entries:
        entries.drop_constraint("uq_credit_entries_key_account", type_="unique")
        entries.create_unique_constraint("uq_credit_entries_key", ["key"])
    op.add_column("identities", sa.Column("tier", sa.String()))
    op.add_column("identities", sa.Column("first_account", sa.String()))
    # Of those that are linked already nobody knows what each has brought: each keeps what it has now.
    op.execute("UPDATE identities SET first_account = account, tier = (SELECT tier FROM accounts WHERE id = identities.account)")
    op.create_table(
        "shared_usage",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "other", "community", "day", name="pk_shared_usage"),
    )
    op.create_index("ix_shared_usage_other", "shared_usage", ["other"])
    op.create_table(
        "brought_memberships",
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("first_account", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("brought", sa.Text(), nullable=False),
        sa.Column("joined", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.PrimaryKeyConstraint("community", "first_account", "subject", name="pk_brought_memberships"),
    )
    op.create_index("ix_brought_memberships_account", "brought_memberships", ["account"])
