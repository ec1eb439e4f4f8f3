"""Pictures that moderators took out of sight, what is left to do for that, and pictures that may not come back."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the tables, and a picture's perceptual hash."""
    op.add_column("pictures", sa.Column("fingerprint", sa.String()))
    op.create_table(
        "removals",
        sa.Column("picture", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_case", sa.String()),
        sa.Column("tells_author", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["picture"], ["pictures.id"], name=op.f("fk_removals_picture")),
        sa.PrimaryKeyConstraint("picture", name=op.f("pk_removals")),
    )
    is_undone = sa.text("due_at IS NOT NULL")
    op.create_index("ix_removals_due", "removals", ["due_at"], sqlite_where=is_undone, postgresql_where=is_undone)
    op.create_table(
        "removal_steps",
        sa.Column("picture", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["picture"], ["removals.picture"], name=op.f("fk_removal_steps_picture")),
        sa.PrimaryKeyConstraint("picture", "place", name=op.f("pk_removal_steps")),
    )
    op.create_table(
        "blocked_pictures",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String()),
        sa.Column("picture", sa.String()),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("blocked_by", sa.String(), nullable=False),
        sa.Column("blocked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["picture"], ["pictures.id"], name=op.f("fk_blocked_pictures_picture")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blocked_pictures")),
    )
    op.create_index(op.f("ix_blocked_pictures_picture"), "blocked_pictures", ["picture"])
    op.create_table(
        "sent_messages",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_sent_messages_job")),
        sa.PrimaryKeyConstraint("job", "platform", "message_key", name=op.f("pk_sent_messages")),
    )
