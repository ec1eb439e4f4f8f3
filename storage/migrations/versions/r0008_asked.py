"""How many pictures a paid call asks for; and an end, with what it probably cost, for calls that version 0.1 left open."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_HOUSE = "house"

_jobs = sa.table("jobs", sa.column("id"), sa.column("wish", sa.JSON()), sa.column("finished_at"))
_holds = sa.table("holds", sa.column("job"), sa.column("community"), sa.column("day"), sa.column("estimate", sa.BigInteger()))
_spending = sa.table("spending", sa.column("scope"), sa.column("day"), sa.column("spent", sa.BigInteger()))
_drawings = sa.table(
    "drawings",
    *(sa.column(name) for name in ("job", "state", "is_estimate")),
    sa.column("microusd", sa.BigInteger()),
    sa.column("asked", sa.Integer()),
)
_IS_UNPRICED = sa.and_(_drawings.c.state == "open", _drawings.c.microusd == 0)
_IS_OVER = sa.exists().where(_jobs.c.id == _drawings.c.job, _jobs.c.finished_at.is_not(None))


def upgrade() -> None:
    """Add the number, which was the wish's, and price and close what is open."""
    op.add_column("drawings", sa.Column("asked", sa.Integer(), nullable=False, server_default="1"))
    wished = sa.select(_jobs.c.wish["count"].as_integer()).where(_jobs.c.id == _drawings.c.job)
    op.execute(sa.update(_drawings).values(asked=wished.scalar_subquery()))
    _bill()
    estimate = sa.select(_holds.c.estimate).where(_holds.c.job == _drawings.c.job).scalar_subquery()
    op.execute(sa.update(_drawings).where(_IS_UNPRICED).values(microusd=sa.func.coalesce(estimate, 0), is_estimate=True))
    op.execute(sa.update(_drawings).where(_drawings.c.state == "open", _IS_OVER).values(state="unknown"))


def _bill() -> None:
    """Count what jobs that are over will have cost in addition: they were billed without it."""
    more = (
        sa.select(_holds.c.community, _holds.c.day, sa.func.sum(_holds.c.estimate).label("more"))
        .join(_drawings, _drawings.c.job == _holds.c.job)
        .where(_IS_UNPRICED, _IS_OVER)
        .group_by(_holds.c.community, _holds.c.day)
    )
    for row in op.get_bind().execute(more).all():
        of_day = (_spending.c.scope.in_([row.community, _HOUSE]), _spending.c.day == row.day)
        op.execute(sa.update(_spending).where(*of_day).values(spent=_spending.c.spent + int(row.more)))
