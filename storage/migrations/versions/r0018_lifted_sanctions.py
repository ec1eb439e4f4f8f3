"""Which appeal lifted a sanction, and indices for those of a case and of a moderator."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the column and the indices."""
    op.add_column("sanctions", sa.Column("lifted_case_id", sa.String()))
    for name in ("by_account", "case_id", "lifted_case_id"):
        op.create_index(f"ix_sanctions_{name}", "sanctions", [name])
