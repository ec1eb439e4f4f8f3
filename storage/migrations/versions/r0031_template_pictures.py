"""The reference pictures of templates.

A program of version 0030 knows nothing of them: it draws such a template from
its words alone, and saving it there leaves its pictures as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Add the column."""
    op.add_column("templates", sa.Column("pictures", sa.JSON(none_as_null=True)))
