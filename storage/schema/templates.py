"""Templates of people, communities and the house."""

from sqlalchemy import Column, Index, String, Table, Text, and_, bindparam, literal_column
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import JSON_VALUE, Moment, metadata

templates = Table(
    "templates",
    metadata,
    Column("id", String, primary_key=True),
    Column("scope", String, nullable=False),
    Column("owner", String, nullable=False),  # an account, a community, or nothing, as the scope says
    Column("name_key", String, nullable=False),
    Column("name", String, nullable=False),
    Column("words", Text, nullable=False),
    Column("defaults", JSON_VALUE, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("pictures", JSON_VALUE),  # where the reference pictures are kept
    Index("uq_templates_name", "scope", "owner", "name_key", unique=True),
)

HAS_PICTURES: ColumnElement[bool] = templates.c.pictures.is_not(None)


def is_of(account: str) -> ColumnElement[bool]:
    """Return whether a template is the person's whose account the parameter of this name is."""
    return and_(templates.c.scope == literal_column("'mine'"), templates.c.owner == bindparam(account, type_=String))
