"""Pictures that people brought to their wishes; what they are is in the wish of their job."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, and_
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import Moment, metadata, partial_index

inputs = Table(
    "inputs",
    metadata,
    Column("key", String, primary_key=True),
    Column("job", String, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("account", String, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("community", String, nullable=False),
    Column("role", String, nullable=False),
    Column("parent", String),  # the picture of ours that it was
    Column("kept_at", Moment, nullable=False),
    Column("remove_at", Moment),
    Column("removed_at", Moment),  # since when its bytes are gone; the row still says what a picture was made of
)

IS_THERE: ColumnElement[bool] = inputs.c.removed_at.is_(None)
IS_KEPT: ColumnElement[bool] = and_(inputs.c.remove_at.is_(None), inputs.c.removed_at.is_(None))
IS_TO_GO: ColumnElement[bool] = and_(inputs.c.remove_at.is_not(None), inputs.c.removed_at.is_(None))
HAS_PARENT: ColumnElement[bool] = inputs.c.parent.is_not(None)

partial_index("ix_inputs_kept", inputs.c.community, inputs.c.kept_at, where=IS_KEPT)
partial_index("ix_inputs_due", inputs.c.remove_at, where=IS_TO_GO)
partial_index("ix_inputs_parent", inputs.c.parent, where=HAS_PARENT)
