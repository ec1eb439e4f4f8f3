"""Counts the jobs that are not final, by their own index."""

from sqlalchemy import and_, case, func, literal_column, select, type_coerce

from bot.domain.people import Tier
from bot.ports.backlog import OpenJobs, Phase
from bot.ports.clock import Clock
from storage.schema.base import Moment
from storage.schema.jobs import IS_OPEN, jobs
from storage.schema.quotas import holds
from storage.sql.claims import NOW
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted

_PHASE = case(
    (jobs.c.lease_until > NOW, literal_column(f"'{Phase.RUNNING}'")),
    (jobs.c.lease_until.is_not(None), literal_column(f"'{Phase.ABANDONED}'")),
    (jobs.c.not_before > NOW, literal_column(f"'{Phase.POSTPONED}'")),
    else_=literal_column(f"'{Phase.WAITING}'"),
)
_SINCE = func.coalesce(jobs.c.lease_until, jobs.c.not_before, jobs.c.created_at)
_IS_HELD = and_(holds.c.job == jobs.c.id, holds.c.state == literal_column("'held'"))
_PHASES = (
    select(jobs.c.tier, _PHASE.label("phase"), holds.c.job.label("hold"), holds.c.n, _SINCE.label("since"))
    .select_from(jobs.outerjoin(holds, _IS_HELD))
    .where(IS_OPEN)
    .subquery()
)
_COUNT = select(
    _PHASES.c.tier,
    _PHASES.c.phase,
    func.count().label("jobs"),
    func.count(_PHASES.c.hold).label("holds"),
    func.coalesce(func.sum(_PHASES.c.n), 0).label("held_pictures"),
    type_coerce(func.min(_PHASES.c.since), Moment).label("since"),
).group_by(_PHASES.c.tier, _PHASES.c.phase)


@retry_all_uncommitted
class SqlBacklog:
    """Counts in one statement, which reads open jobs and their holds and nothing else."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def count(self) -> tuple[OpenJobs, ...]:
        """Count the open jobs by tier and phase."""
        async with self._database.read_statement() as connection:
            found = await connection.execute(_COUNT, {"now": self._clock.now()})
            return tuple(
                OpenJobs(
                    tier=Tier(row.tier),
                    phase=Phase(row.phase),
                    jobs=row.jobs,
                    holds=row.holds,
                    held_pictures=int(row.held_pictures),
                    since=row.since,
                )
                for row in found
            )
