"""Quotas: rules and their record, credits, money, keys for programs, and joined accounts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables, and widen those that are there."""
    _wider()
    _rules()
    _credits()
    _money()
    _keys()
    _by_account()
    _of_communities()


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _counted() -> sa.Column[Any]:
    return sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True)


def _wider() -> None:
    op.add_column("accounts", sa.Column("joined_to", sa.String()))
    op.add_column("holds", sa.Column("each", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("holds", sa.Column("from_credits", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("holds", sa.Column("crowd", sa.String()))
    op.add_column("holds", sa.Column("estimate", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("holds", sa.Column("is_billed", sa.Boolean(), nullable=False, server_default=sa.false()))


def _rules() -> None:
    op.create_table(
        "rules",
        _required("community", sa.String()),
        _required("account", sa.String()),
        _required("matter", sa.String()),
        _required("subject", sa.String()),
        _required("value", sa.Text()),
        sa.PrimaryKeyConstraint("community", "account", "matter", "subject", name="pk_rules"),
    )
    op.create_table(
        "record",
        _counted(),
        _required("id", sa.String()),
        _required("community", sa.String()),
        _required("at", sa.BigInteger()),
        _required("by_account", sa.String()),
        _required("by_name", sa.String()),
        _required("matter", sa.String()),
        _required("subject", sa.String()),
        _required("account", sa.String()),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        _required("why", sa.Text()),
        sa.Column("undoes", sa.String()),
        sa.PrimaryKeyConstraint("position", name="pk_record"),
        sa.UniqueConstraint("id", name="uq_record_id"),
        sa.UniqueConstraint("undoes", name="uq_record_undoes"),
    )
    op.create_index("ix_record_newest", "record", ["community", "position"])


def _credits() -> None:
    op.create_table(
        "credit_balances",
        _required("community", sa.String()),
        _required("account", sa.String()),
        _required("balance", sa.Integer()),
        sa.PrimaryKeyConstraint("community", "account", name="pk_credit_balances"),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_credit_balances_not_negative")),
    )
    op.create_table(
        "credit_entries",
        _counted(),
        _required("community", sa.String()),
        _required("account", sa.String()),
        _required("key", sa.String()),
        _required("at", sa.BigInteger()),
        _required("delta", sa.Integer()),
        _required("kind", sa.String()),
        sa.Column("job", sa.String()),
        sa.Column("by_account", sa.String()),
        sa.Column("by_name", sa.String()),
        _required("why", sa.Text()),
        sa.PrimaryKeyConstraint("position", name="pk_credit_entries"),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_credit_entries_job"),
        sa.UniqueConstraint("key", "account", name="uq_credit_entries_key_account"),
    )
    op.create_index("ix_credit_entries_newest", "credit_entries", ["community", "account", "position"])


def _money() -> None:
    op.create_table(
        "spending",
        _required("scope", sa.String()),
        _required("day", sa.Date()),
        _required("held", sa.BigInteger()),
        _required("spent", sa.BigInteger()),
        sa.PrimaryKeyConstraint("scope", "day", name="pk_spending"),
        sa.CheckConstraint("held >= 0 AND spent >= 0", name=op.f("ck_spending_not_negative")),
    )
    op.create_table(
        "happened",
        _required("key", sa.String()),
        _required("at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("key", name="pk_happened"),
    )


def _keys() -> None:
    op.create_table(
        "api_keys",
        _required("id", sa.String()),
        _required("key_hash", sa.String()),
        _required("account", sa.String()),
        _required("platform", sa.String()),
        _required("realm", sa.String()),
        _required("user_id", sa.String()),
        _required("community", sa.String()),
        _required("label", sa.Text()),
        _required("created_at", sa.BigInteger()),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_api_keys_account"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )
    op.create_index("ix_api_keys_account", "api_keys", ["account"])


def _by_account() -> None:
    """Let everything of one account be found when it is joined with another, and a community's days be added up."""
    is_joined = sa.text("joined_to IS NOT NULL")
    op.create_index("ix_accounts_joined", "accounts", ["joined_to"], sqlite_where=is_joined, postgresql_where=is_joined)
    op.create_index("ix_jobs_account", "jobs", ["account", "created_at", "id"])
    op.create_index("ix_holds_day", "holds", ["community", "day"])
    for table, column in (
        ("holds", "account"),
        ("usage", "account"),
        ("reports", "reporter"),
        ("rules", "account"),
        ("credit_balances", "account"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _of_communities() -> None:
    """Let a community's old pictures be found, an account's open jobs, and whoever has set something."""
    op.add_column("pictures", sa.Column("community", sa.String(), nullable=False, server_default="house"))
    op.execute("UPDATE pictures SET community = (SELECT community FROM jobs WHERE jobs.id = pictures.job)")
    is_visible, is_open = sa.text("state = 'visible'"), sa.text("finished_at IS NULL")
    op.create_index(
        "ix_pictures_kept", "pictures", ["community", "kept_at"], sqlite_where=is_visible, postgresql_where=is_visible
    )
    op.create_index("ix_jobs_open_account", "jobs", ["account"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_rules_subject", "rules", ["matter", "subject"])
