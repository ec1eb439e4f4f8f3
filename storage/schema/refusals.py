"""Refused words."""

from sqlalchemy import Column, Index, String, Table, Text

from storage.schema.base import Moment, metadata

refusals = Table(
    "refusals",
    metadata,
    Column("id", String, primary_key=True),
    Column("community", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("tenant", String, nullable=False),
    Column("account", String, nullable=False),
    Column("refused_at", Moment, nullable=False, index=True),
    Column("by", String, nullable=False),
    Column("category", String, nullable=False),
    Column("entry", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("job", String),
    Index("ix_refusals_account", "account", "community", "refused_at"),
)
"""Words that were refused, for thirty days: whoever typed them can say that it was a mistake, and tries are counted.

Whoever is forgotten takes their rows along: nothing else needs them. They move to the account that theirs is joined to.
"""
