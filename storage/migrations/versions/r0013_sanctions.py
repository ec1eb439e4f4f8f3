"""Warnings, mutes and bans, whom they are on, and who was one with whom. A program of version 0012 does not ask for them."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_NAMES = ("key", "account", "community", "kind", "by_account", "by_name")
_MAYBE_NAMES = ("case_id", "lifted_by_account", "lifted_by_name")
_MAYBE_MOMENTS = ("until", "told_at", "lifted_at")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "sanctions",
        sa.Column("id", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _NAMES),
        sa.Column("imposed_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String()) for name in _MAYBE_NAMES),
        *(sa.Column(name, sa.BigInteger()) for name in _MAYBE_MOMENTS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanctions")),
        sa.UniqueConstraint("key", name=op.f("uq_sanctions_key")),
    )
    op.create_index("ix_sanctions_account", "sanctions", ["account"])
    op.create_index("ix_sanctions_community", "sanctions", ["community", "imposed_at", "id"])
    untold = sa.text("told_at IS NULL")
    op.create_index("ix_sanctions_untold", "sanctions", ["imposed_at"], sqlite_where=untold, postgresql_where=untold)
    op.create_table(
        "sanctioned_accounts",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("sanction", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["sanction"], ["sanctions.id"], name=op.f("fk_sanctioned_accounts_sanction")),
        sa.PrimaryKeyConstraint("account", "sanction", name=op.f("pk_sanctioned_accounts")),
    )
    op.create_index("ix_sanctioned_accounts_sanction", "sanctioned_accounts", ["sanction"])
    op.create_table(
        "parted_accounts",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("parted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "other", name=op.f("pk_parted_accounts")),
    )
    op.create_index("ix_parted_accounts_other", "parted_accounts", ["other"])
