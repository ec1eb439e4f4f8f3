"""Cases for moderators, their notes, and the moderation log. A program of before knows none of the three."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_OPEN = sa.text("state = 'open'")
_TO_CLOSE = sa.text("state = 'decided' AND closed_at IS NULL")
_MAY_BE_MISSING = ("picture", "by_account", "decided_by", "assignee")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    _make_cases()
    op.create_table(
        "case_notes",
        sa.Column("position", _NUMBER, nullable=False, autoincrement=True),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("by_account", "by_name")),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_case_notes"),
    )
    op.create_index("ix_case_notes_case", "case_notes", ["case"])
    op.create_index("ix_case_notes_by_account", "case_notes", ["by_account"])
    _make_log()


def _make_cases() -> None:
    op.create_table(
        "cases",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "about", "kind")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("community", "platform", "tenant", "account")),
        *(sa.Column(name, sa.String()) for name in ("by_account", "by_name", "picture", "job", "appeals")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("reason", "words")),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        *(sa.Column(name, sa.String()) for name in ("decision", "decided_by", "decided_by_name")),
        *(sa.Column(name, sa.BigInteger()) for name in ("decided_at", "closed_at")),
        *(sa.Column(name, sa.String()) for name in ("assignee", "assignee_name")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("revision", "rounds")),
        sa.Column("is_enforced", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("shown_revision", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("message", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("appeals", name="uq_cases_appeals"),
    )
    op.create_index("ix_cases_page", "cases", ["community", "state", "opened_at", "id"])
    op.create_index("ix_cases_page_of_all", "cases", ["state", "opened_at", "id"])
    op.create_index("ix_cases_account", "cases", ["account", "opened_at"])
    op.create_index("uq_cases_open", "cases", ["about"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    for name, column, where in (
        *(
            (f"ix_cases_{name}", name, sa.text(f"{name} IS NOT NULL"))
            for name in ("picture", "by_account", "decided_by", "assignee")
        ),
        ("ix_cases_to_close", "decided_at", _TO_CLOSE),
        ("ix_cases_to_enforce", "opened_at", sa.text("NOT is_enforced")),
        ("ix_cases_to_show", "opened_at", sa.text("shown_revision < revision")),
    ):
        op.create_index(name, "cases", [column], sqlite_where=where, postgresql_where=where)


def _make_log() -> None:
    op.create_table(
        "moderation_log",
        sa.Column("position", _NUMBER, nullable=False, autoincrement=True),
        sa.Column("key", sa.String()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("community", "action")),
        *(sa.Column(name, sa.String()) for name in ("by_account", "by_name", "subject", "picture", "job", "case")),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_moderation_log"),
        sa.UniqueConstraint("key", name="uq_moderation_log_key"),
    )
    op.create_index("ix_moderation_log_at", "moderation_log", ["at"])
    op.create_index("ix_moderation_log_by_account", "moderation_log", ["by_account", "position"])
    op.create_index("ix_moderation_log_page", "moderation_log", ["community", "position"])
    op.create_index("ix_moderation_log_subject", "moderation_log", ["subject", "position"])
    op.create_index("ix_moderation_log_case", "moderation_log", ["case", "position"])
