"""Access: where the bot is installed, and codes that open something once."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _installations()
    _codes()


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _installations() -> None:
    op.create_table(
        "installations",
        _required("platform", sa.String()),
        _required("client", sa.String()),
        _required("organisation", sa.String()),
        _required("workspace", sa.String()),
        _required("user_id", sa.String()),
        _required("sealed", sa.LargeBinary()),
        _required("installed_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("platform", "client", "organisation", "workspace", "user_id", name="pk_installations"),
    )
    newest = ["platform", "client", "organisation", "workspace", "installed_at", "user_id"]
    op.create_index("ix_installations_newest", "installations", newest)


def _codes() -> None:
    op.create_table(
        "codes",
        _required("purpose", sa.String()),
        _required("code_hash", sa.String()),
        _required("holder", sa.String()),
        _required("expires_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("purpose", "code_hash", name="pk_codes"),
    )
    op.create_index("ix_codes_expires_at", "codes", ["expires_at"])
    _partial("uq_codes_holder", "codes", ["purpose", "holder"], "holder > ''", unique=True)
