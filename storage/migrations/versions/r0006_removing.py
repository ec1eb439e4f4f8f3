"""Pictures whose removal has begun: what is due is found in one index with what is hidden."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Index both states, in place of the one."""
    op.drop_index("ix_pictures_hidden", "pictures")
    is_going = sa.text("state IN ('hidden', 'removing')")
    op.create_index("ix_pictures_going", "pictures", ["remove_at"], sqlite_where=is_going, postgresql_where=is_going)
