"""By which ticket a drawing is collected from a service that draws while nobody waits.

A program of version 0021 gets on with it: it knows no service that gives
tickets, and leaves the columns of what others draw as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("drawings", sa.Column("ticket", sa.JSON(none_as_null=True)))
    op.add_column("drawings", sa.Column("ticket_expires_at", sa.BigInteger()))
