"""The foundation: accounts, jobs with their drawings and pictures, the ledger, and the web page's messages."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    _accounts()
    _jobs()
    _drawings()
    _pictures()
    _reports()
    _ledger()
    _messages()


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _accounts() -> None:
    op.create_table(
        "accounts",
        _required("id", sa.String()),
        _required("tier", sa.String()),
        _required("created_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_table(
        "identities",
        _required("platform", sa.String()),
        _required("realm", sa.String()),
        _required("user_id", sa.String()),
        _required("account", sa.String()),
        sa.PrimaryKeyConstraint("platform", "realm", "user_id", name="pk_identities"),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name="fk_identities_account", deferrable=True, initially="DEFERRED"
        ),
    )
    op.create_index("ix_identities_account", "identities", ["account"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        _required("id", sa.String()),
        _required("key", sa.String()),
        _required("community", sa.String()),
        _required("account", sa.String()),
        _required("tier", sa.String()),
        _required("platform", sa.String()),
        _required("quality", sa.String()),
        _required("author", sa.JSON()),
        _required("place", sa.JSON()),
        _required("wish", sa.JSON()),
        _required("created_at", sa.BigInteger()),
        _required("state", sa.String()),
        _required("attempt", sa.Integer()),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("not_before", sa.BigInteger()),
        sa.Column("message", sa.JSON()),
        sa.Column("message_key", sa.String()),
        sa.Column("words", sa.Text()),
        _required("words_microusd", sa.BigInteger()),
        _required("words_is_estimate", sa.Boolean()),
        sa.Column("ending", sa.JSON()),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("kept_at", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("told_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("key", name="uq_jobs_key"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_jobs_account"),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (state IN ('queued', 'running', 'kept'))", name=op.f("ck_jobs_finished_when_final")
        ),
    )
    _partial("ix_jobs_open", "jobs", ["created_at", "id"], "finished_at IS NULL")
    _partial("ix_jobs_untold", "jobs", ["created_at", "id"], "finished_at IS NOT NULL AND told_at IS NULL")
    _partial("ix_jobs_done", "jobs", ["quality", "finished_at"], "state = 'done'")
    _partial("ix_jobs_message", "jobs", ["platform", "message_key"], "message_key IS NOT NULL")


def _drawings() -> None:
    op.create_table(
        "drawings",
        _required("id", sa.String()),
        _required("job", sa.String()),
        _required("attempt", sa.Integer()),
        _required("provider", sa.String()),
        _required("model", sa.String()),
        _required("state", sa.String()),
        _required("started_at", sa.BigInteger()),
        _required("microusd", sa.BigInteger()),
        _required("is_estimate", sa.Boolean()),
        sa.Column("request_id", sa.String()),
        _required("files", sa.JSON()),
        _required("notes", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_drawings"),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_drawings_job"),
    )
    op.create_index("ix_drawings_job_started_at_id", "drawings", ["job", "started_at", "id"])


def _pictures() -> None:
    op.create_table(
        "pictures",
        _required("id", sa.String()),
        _required("job", sa.String()),
        _required("position", sa.Integer()),
        _required("account", sa.String()),
        _required("kept_at", sa.BigInteger()),
        _required("key", sa.String()),
        _required("sha256", sa.String()),
        _required("media_type", sa.String()),
        _required("width", sa.Integer()),
        _required("height", sa.Integer()),
        _required("size_bytes", sa.BigInteger()),
        _required("state", sa.String()),
        sa.Column("remove_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_pictures"),
        sa.UniqueConstraint("job", "position", name="uq_pictures_job_position"),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_pictures_job"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_pictures_account"),
    )
    op.create_index("ix_pictures_key", "pictures", ["key"])
    _partial("ix_pictures_visible", "pictures", ["account", "kept_at", "job", "position"], "state = 'visible'")
    _partial("ix_pictures_hidden", "pictures", ["remove_at"], "state = 'hidden'")


def _reports() -> None:
    op.create_table(
        "reports",
        _required("picture", sa.String()),
        _required("reporter", sa.String()),
        _required("reported_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("picture", "reporter", name="pk_reports"),
        sa.ForeignKeyConstraint(["picture"], ["pictures.id"], name="fk_reports_picture"),
        sa.ForeignKeyConstraint(["reporter"], ["accounts.id"], name="fk_reports_reporter"),
    )


def _ledger() -> None:
    op.create_table(
        "usage",
        _required("community", sa.String()),
        _required("account", sa.String()),
        _required("day", sa.Date()),
        _required("held", sa.Integer()),
        _required("spent", sa.Integer()),
        sa.PrimaryKeyConstraint("community", "account", "day", name="pk_usage"),
        sa.CheckConstraint("held >= 0 AND spent >= 0", name=op.f("ck_usage_not_negative")),
    )
    op.create_table(
        "holds",
        _required("job", sa.String()),
        _required("community", sa.String()),
        _required("account", sa.String()),
        _required("day", sa.Date()),
        _required("n", sa.Integer()),
        _required("spent", sa.Integer()),
        _required("state", sa.String()),
        sa.PrimaryKeyConstraint("job", name="pk_holds"),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_holds_job"),
        sa.CheckConstraint("n >= 0 AND spent BETWEEN 0 AND n", name=op.f("ck_holds_in_bounds")),
    )


def _messages() -> None:
    op.create_table(
        "channels",
        _required("name", sa.String()),
        _required("version", sa.BigInteger()),
        sa.PrimaryKeyConstraint("name", name="pk_channels"),
    )
    op.create_table(
        "messages",
        _required("id", sa.String()),
        _required("channel", sa.String()),
        _required("key", sa.String()),
        _required("author", sa.String()),
        _required("body", sa.Text()),
        _required("position", sa.BigInteger()),
        _required("version", sa.BigInteger()),
        _required("created_at", sa.BigInteger()),
        sa.Column("deleted_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("key", name="uq_messages_key"),
        sa.UniqueConstraint("channel", "version", name="uq_messages_channel_version"),
        sa.ForeignKeyConstraint(["channel"], ["channels.name"], name="fk_messages_channel"),
    )
    _partial("ix_messages_there", "messages", ["channel", "position"], "deleted_at IS NULL")
