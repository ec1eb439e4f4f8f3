"""Reports with their reasons, what they count for, what became of them, and whether something has still to follow from them.

Nothing ever followed from those of before, so all of them are pending: moderators
see them at last. A program of version 0016 gets on with the new columns.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the columns, the index that finds what is pending, and the one that finds what a message shows."""
    op.add_column("reports", sa.Column("reason", sa.String()))
    op.add_column("reports", sa.Column("standing", sa.String(), nullable=False, server_default="known"))
    op.add_column("reports", sa.Column("outcome", sa.String()))
    op.add_column("reports", sa.Column("decided_case", sa.String()))
    op.add_column("reports", sa.Column("withdrawn_at", sa.BigInteger()))
    op.add_column("reports", sa.Column("completed_at", sa.BigInteger()))
    is_pending = sa.text("completed_at IS NULL")
    op.create_index("ix_reports_pending", "reports", ["reported_at"], sqlite_where=is_pending, postgresql_where=is_pending)
    op.create_index("ix_sent_messages_message", "sent_messages", ["platform", "message_key"])
