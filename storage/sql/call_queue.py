"""Calls to image services that take only so many, counted by the rows of drawings and jobs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, and_, bindparam, func, literal_column, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.call_limits import CallLimits
from bot.domain.call_slots import CallSlots, choose_account, count_free_slots, moments_of
from bot.domain.jobs import Drawing, JobId, JobState
from bot.domain.people import Platform, Tier
from bot.domain.provider_accounts import provider_of
from bot.domain.provider_state import ProviderState
from bot.ports.call_queue import DueJob
from bot.ports.clock import Clock
from storage.schema.base import Moment
from storage.schema.jobs import IS_OUT, WAITS_FOR_PROVIDER, drawings, jobs
from storage.sql.claims import NOW, is_in_line, update_or_raise
from storage.sql.database import Database
from storage.sql.drawings import add_drawing
from storage.sql.provider_states import lock_provider, read_state
from storage.sql.retries import retry_all_uncommitted

_MINUTE = timedelta(minutes=1)
_UNBOUNDED = 1_000_000

_PROVIDER = bindparam("provider", type_=String)
_MOST = bindparam("most", type_=Integer)


_OUT = (
    select(func.count())
    .select_from(drawings.join(jobs, jobs.c.id == drawings.c.job))
    .where(
        IS_OUT,
        drawings.c.provider == _PROVIDER,
        drawings.c.id != bindparam("drawing", type_=String),
        jobs.c.finished_at.is_(None),
        or_(
            # A call whose process was killed stops counting when its lease runs out; one with a ticket goes on without it.
            and_(jobs.c.attempt == drawings.c.attempt, jobs.c.lease_until > NOW),
            drawings.c.ticket_expires_at > NOW,
        ),
    )
)
"""The calls of an account that are out: whose attempt still has its job, or whose ticket has not expired."""

_BEGUN: Select[Any] = (
    select(drawings.c.started_at)
    .where(
        drawings.c.provider == _PROVIDER,
        drawings.c.state != literal_column("'failed'"),
        drawings.c.started_at > bindparam("since", type_=Moment),
        drawings.c.id != bindparam("drawing", type_=String),
    )
    .order_by(drawings.c.started_at.desc())
    .limit(_MOST)
)
_WAITS = and_(WAITS_FOR_PROVIDER, jobs.c.waits_for == _PROVIDER)
_IS_ON_ITS_WAY = jobs.c.lease_until > NOW
_mine = jobs.alias("mine")


def _of_mine(name: str) -> ColumnElement[Any]:
    return select(_mine.c[name]).where(_mine.c.id == bindparam("job", type_=String)).scalar_subquery()


def _count_first(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Build the query that counts those that wait, but no further than it matters."""
    of_platforms = jobs.c.platform.in_(bindparam("platforms", expanding=True))
    found = select(jobs.c.id).where(_WAITS, of_platforms, *conditions).limit(_MOST)
    return select(func.count()).select_from(found.subquery("first"))


_GO_BEFORE = _count_first(
    or_(jobs.c.lease_until.is_(None), _IS_ON_ITS_WAY),
    tuple_(jobs.c.created_at, jobs.c.id) < tuple_(_of_mine("created_at"), _of_mine("id")),
)
_ON_THEIR_WAY = _count_first(_IS_ON_ITS_WAY)
_IN_LINE: Select[Any] = (
    select(jobs.c.id, jobs.c.tier)
    .where(_WAITS, is_in_line(jobs), jobs.c.platform.in_(bindparam("platforms", expanding=True)))
    .order_by(jobs.c.created_at, jobs.c.id)
    .limit(_MOST)
)
_WAITED_FOR = (
    select(jobs.c.waits_for).where(WAITS_FOR_PROVIDER, jobs.c.platform.in_(bindparam("platforms", expanding=True))).distinct()
)


@retry_all_uncommitted
class SqlCallQueue:
    """Keeps the line in the rows of jobs: each method is one transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open_drawing(
        self,
        drawing: Drawing,
        limits: CallLimits,
        platforms: frozenset[Platform],
        accounts: Sequence[str],
        *,
        joins_line: bool = True,
    ) -> bool:
        """Count, and insert the drawing or queue its job, while nobody else looks at the provider."""
        line = provider_of(drawing.provider)
        async with self._database.write_transaction() as connection:
            # The provider's row is locked before anything is counted, so that two transactions do not take the same last slot.
            locked = await lock_provider(connection, line)
            slots = [
                await self._read_slots(connection, one, limits, drawing=drawing.id, state=locked if one == line else None)
                for one in accounts
            ]
            if await self._has_free_slot(connection, drawing, slots, platforms):
                # The fence comes first: an attempt that has lost its job writes no drawing, and so makes no paid call.
                await update_or_raise(connection, drawing.job, drawing.attempt, waits_for=None)
                await add_drawing(connection, drawing)
                return True
            if not joins_line:
                return False
            queued = {"state": JobState.QUEUED, "lease_until": None, "not_before": None, "started_at": None}
            await update_or_raise(connection, drawing.job, drawing.attempt, waits_for=line, **queued)
            return False

    async def due(
        self, provider: str, limits: CallLimits, platforms: frozenset[Platform], accounts: Sequence[str]
    ) -> tuple[DueJob, ...]:
        """Return as many jobs as calls may begin within a minute, and when each of them may."""
        now = self._now()
        async with self._database.read_transaction() as connection:
            slots = [await self._read_slots(connection, one, limits) for one in accounts]
            values = {
                "provider": provider,
                "platforms": list(platforms),
                "most": sum(_smallest(one.limits) for one in slots),
                "now": now,
            }
            waiting = (await connection.execute(_IN_LINE, values)).all()
            if not waiting:
                return ()
            coming = (await connection.execute(_ON_THEIR_WAY, values)).scalar_one()
        times = islice(moments_of(slots, now), coming, None)
        return tuple(DueJob(JobId(row.id), Tier(row.tier), at) for row, at in zip(waiting, times, strict=False))

    async def choose(self, accounts: Sequence[str], limits: CallLimits) -> str:
        """Return the account with room that has the fewest calls under way."""
        async with self._database.read_transaction() as connection:
            slots = [await self._read_slots(connection, one, limits, counts_all=True) for one in accounts]
        return choose_account(slots, self._now())

    async def waiting(self, platforms: frozenset[Platform]) -> tuple[str, ...]:
        """Return the names of the providers that jobs wait for."""
        async with self._database.read_statement() as connection:
            return tuple(row.waits_for for row in await connection.execute(_WAITED_FOR, {"platforms": list(platforms)}))

    async def _has_free_slot(
        self, connection: AsyncConnection, drawing: Drawing, slots: list[CallSlots], platforms: frozenset[Platform]
    ) -> bool:
        now = self._now()
        if not any(one.account == drawing.provider and one.count(now) for one in slots):
            return False
        values = {
            "provider": provider_of(drawing.provider),
            "platforms": list(platforms),
            "most": sum(_smallest(one.limits) for one in slots),
            "job": drawing.job,
            "now": now,
        }
        return int((await connection.execute(_GO_BEFORE, values)).scalar_one()) < count_free_slots(slots, now)

    async def _read_slots(
        self,
        connection: AsyncConnection,
        account: str,
        limits: CallLimits,
        *,
        drawing: str = "",
        state: ProviderState | None = None,
        counts_all: bool = False,
    ) -> CallSlots:
        """Count an account's calls but for those of one `drawing`; what is not bounded only where somebody `counts_all`."""
        now = self._now()
        known = state or await read_state(connection, account)
        learnt = known.limit(limits, now)
        values = {"provider": account, "drawing": drawing, "now": now}
        counts_out = learnt.at_once is not None or counts_all
        out = (await connection.execute(_OUT, values)).scalar_one() if counts_out else 0
        begun: tuple[datetime, ...] = ()
        if learnt.per_minute is not None or counts_all:
            since = {"since": now - _MINUTE, "most": learnt.per_minute or _UNBOUNDED}
            begun = tuple(row.started_at for row in await connection.execute(_BEGUN, values | since))[::-1]
        return CallSlots(
            account=account,
            limits=learnt,
            out=out,
            begun=begun,
            blocked_until=known.block(now),
            is_resting=known.is_resting(now),
        )

    def _now(self) -> datetime:
        return self._clock.now()


def _smallest(limits: CallLimits) -> int:
    return min(limits.at_once or _UNBOUNDED, limits.per_minute or _UNBOUNDED)
