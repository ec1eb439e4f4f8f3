"""More tables: where the bot is installed, and codes that open something once."""

from sqlalchemy import Column, Index, LargeBinary, String, Table, literal_column
from sqlalchemy.sql.expression import ColumnElement

from storage.schema import Moment, metadata

installations = Table(
    "installations",
    metadata,
    Column("platform", String, primary_key=True),
    Column("client", String, primary_key=True),
    Column("organisation", String, primary_key=True),
    Column("workspace", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("installed_at", Moment, nullable=False),
    Index("ix_installations_newest", "platform", "client", "organisation", "workspace", "installed_at", "user_id"),
)

codes = Table(
    "codes",
    metadata,
    Column("purpose", String, primary_key=True),
    Column("code_hash", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

HAS_HOLDER: ColumnElement[bool] = codes.c.holder > literal_column("''")

Index(
    "uq_codes_holder",
    codes.c.purpose,
    codes.c.holder,
    unique=True,
    sqlite_where=HAS_HOLDER,
    postgresql_where=HAS_HOLDER,
)
