"""Requests about what is kept of people, and the hashes of those who were forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "privacy_requests",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("identity", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_privacy_requests_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_requests")),
    )
    op.create_index(op.f("ix_privacy_requests_account"), "privacy_requests", ["account"])
    untold = sa.text("told_at IS NULL")
    op.create_index(
        "ix_privacy_requests_unfinished",
        "privacy_requests",
        ["kind", "requested_at"],
        sqlite_where=untold,
        postgresql_where=untold,
    )
    op.create_table(
        "forgotten_identities",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("first_account", sa.String(), nullable=True),
        sa.Column("forgotten_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_forgotten_identities_account")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_forgotten_identities")),
    )
    op.create_index(op.f("ix_forgotten_identities_account"), "forgotten_identities", ["account"])
    op.create_index(op.f("ix_forgotten_identities_forgotten_at"), "forgotten_identities", ["forgotten_at"])
