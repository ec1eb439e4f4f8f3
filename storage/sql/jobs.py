"""The table of jobs, with their drawings, pictures and holds in step."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Select, String, bindparam, func, select, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.allowances import Hold, HoldState
from bot.domain.chat import MessageRef
from bot.domain.images import DrawingId
from bot.domain.jobs import LONGEST_COUNTED_QUEUE, Drawing, Ending, Job, JobId, JobState, PreparedPrompt, QueuePosition
from bot.domain.money import FREE, Cost
from bot.domain.people import AccountId, Platform, Tier
from bot.domain.pictures import Picture
from bot.domain.tickets import Ticket
from bot.errors import LeaseLost
from bot.ports.clock import Clock
from bot.ports.jobs import AcceptedJob
from storage.schema.base import Moment
from storage.schema.jobs import HAS_MESSAGE, IS_DONE, IS_FAST, IS_OPEN, IS_UNNOTIFIED, drawings, jobs
from storage.sql.claims import (
    AGE,
    HAS_NO_PICTURES,
    claim_job,
    claimable_jobs,
    is_accepted_after,
    mark_kept,
    record_missing,
    renew_lease,
    startable_jobs,
    update_if_current,
    update_or_raise,
)
from storage.sql.database import Database
from storage.sql.drawings import add_drawing, drawings_of, overwrite_drawing
from storage.sql.endings import reword_cancelled, stop_job, unconfirmed_jobs
from storage.sql.inputs import add_inputs
from storage.sql.ledger import end_hold_and_book_cost, refund_cancelled, reserve, spend_hold
from storage.sql.pictures import add_pictures, has_pictures
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import ending_json, job_of, job_values, message_key, message_values, prepared_prompt_values
from storage.sql.sent_messages import add_sent_message
from storage.sql.spending import book_cost_if_news, lock_hold
from storage.sql.transactions import transaction
from storage.sql.upsert import Upsert

_NEW_JOB = Upsert(lambda insert_into: insert_into(jobs).on_conflict_do_nothing(index_elements=[jobs.c.key]))

_RECENT = 20
"""How many finished jobs tell what is typical."""

_OF_JOB = jobs.c.id == bindparam("job")
_BY_ID = select(jobs).where(_OF_JOB)
_SEVERAL = select(jobs).where(jobs.c.id.in_(bindparam("several", expanding=True)))
_BY_KEY = select(jobs).where(jobs.c.key == bindparam("key"))
_BY_MESSAGE = select(jobs).where(
    HAS_MESSAGE, jobs.c.platform == bindparam("platform"), jobs.c.message_key == bindparam("message_key")
)
_ATTACH = update(jobs).where(_OF_JOB)
_LOCKED = _BY_ID.with_for_update()
_CANCEL = update(jobs).where(_OF_JOB)
_MARK_NOTIFIED = update(jobs).where(_OF_JOB, IS_UNNOTIFIED)
_JOB_OF_DRAWING = select(drawings.c.job).where(drawings.c.id == bindparam("drawing"))
_PLACE = select(jobs.c.created_at, jobs.c.id).where(_OF_JOB)
_CAME_BEFORE = tuple_(jobs.c.created_at, jobs.c.id) < tuple_(bindparam("created_at", type_=Moment), bindparam("id", type_=String))
_NEWEST_OF = select(jobs).where(jobs.c.account == bindparam("account")).order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
_OPEN_OF = select(func.count()).select_from(jobs).where(IS_OPEN, HAS_NO_PICTURES, IS_FAST, jobs.c.account == bindparam("account"))
_AHEAD = (
    select(func.count().label("ahead")).select_from(
        select(jobs.c.id).where(IS_OPEN, HAS_NO_PICTURES, IS_FAST, _CAME_BEFORE).limit(LONGEST_COUNTED_QUEUE).subquery("counted")
    )
).subquery("queue")
_RECENT_DONE = (
    select(jobs.c.started_at, jobs.c.kept_at)
    .where(IS_DONE, IS_FAST, jobs.c.quality == bindparam("quality"))
    .order_by(jobs.c.finished_at.desc())
    .limit(_RECENT)
).subquery("recent")
_POSITION = select(_AHEAD.c.ahead, _RECENT_DONE.c.started_at, _RECENT_DONE.c.kept_at).select_from(
    _AHEAD.outerjoin(_RECENT_DONE, true())
)


@retry_all_uncommitted
class SqlJobs:
    """Keeps jobs in SQL: each method is one transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @transaction
    async def accept(self, connection: AsyncConnection, job: Job, hold: Hold) -> AcceptedJob:
        """Insert the job with its inputs unless its key is taken, and only then reserve its pictures."""
        if await _NEW_JOB.run(connection, job_values(job)):
            # Only a new row reserves: a platform that delivers its event again finds the key, and nothing is counted twice.
            await reserve(connection, job.id, hold, self._clock.now())
            await add_inputs(connection, job)
            return AcceptedJob(job, is_new=True)
        known = (await connection.execute(_BY_KEY, {"key": job.key})).one()
        return AcceptedJob(job_of(known), is_new=False)

    async def get(self, job: JobId) -> Job | None:
        """Return the job."""
        return await self._read(_BY_ID, job=job)

    async def get_several(self, jobs: Sequence[JobId]) -> tuple[Job, ...]:
        """Return these jobs, read in one statement."""
        async with self._database.read_statement() as connection:
            return tuple(job_of(row) for row in await connection.execute(_SEVERAL, {"several": list(jobs)}))

    async def by_key(self, key: str) -> Job | None:
        """Return the job of the call that made it."""
        return await self._read(_BY_KEY, key=key)

    async def by_message(self, platform: Platform, channel: str, message: str) -> Job | None:
        """Return the job of a message."""
        return await self._read(_BY_MESSAGE, platform=platform, message_key=message_key(channel, message))

    @transaction
    async def attach(self, connection: AsyncConnection, job: JobId, message: MessageRef) -> None:
        """Write the message's reference into the job, without a lease; the job's message before that is noted as sent."""
        row = (await connection.execute(_BY_ID, {"job": job})).first()
        before = None if row is None else job_of(row).message
        if before is not None and before.is_posted and before.id != message.id:
            await add_sent_message(connection, job, before, self._clock)
        await connection.execute(_ATTACH, {"job": job, **message_values(message)})

    @transaction
    async def claim(
        self, connection: AsyncConnection, job: JobId, lease: timedelta, *, most_running: int | None = None
    ) -> Job | None:
        """Claim in one conditional statement. `not_before` is not checked: a claim that comes a moment early is harmless."""
        now = self._clock.now()
        row = await claim_job(connection, job, now=now, until=now + lease, most_running=most_running)
        return None if row is None else job_of(row)

    async def startable(self, job: JobId, platforms: frozenset[Platform], *, most_running: int) -> tuple[tuple[JobId, Tier], ...]:
        """Count those that run, and read as many as there is room for."""
        async with self._database.read_statement() as connection:
            found = await startable_jobs(connection, job, platforms, now=self._clock.now(), most_running=most_running)
        return tuple((JobId(row.id), Tier(row.tier)) for row in found)

    @transaction
    async def renew(self, connection: AsyncConnection, job: JobId, attempt: int, lease: timedelta) -> None:
        """Move the end of the job's lease."""
        await renew_lease(connection, job, attempt, self._clock.now() + lease)

    async def release(self, job: JobId, attempt: int, not_before: datetime) -> None:
        """Clear the lease; the attempt stays what it is until the next claim."""
        await self._update(job, attempt, lease_until=None, not_before=not_before, waits_for=None)

    async def record_prompt_estimate(self, job: JobId, attempt: int, cost: Cost) -> None:
        """Write what the preparation will probably cost into the column that its real cost takes later."""
        await self._update(job, attempt, words_microusd=cost.microusd, words_is_estimate=cost.is_estimate)

    async def record_prompt(self, job: JobId, attempt: int, prompt: PreparedPrompt) -> None:
        """Write the prepared words and what they cost."""
        await self._update(job, attempt, **prepared_prompt_values(prompt))

    @transaction
    async def open_drawing(self, connection: AsyncConnection, drawing: Drawing) -> None:
        """Insert the drawing, if the attempt is still the job's."""
        await update_or_raise(connection, drawing.job, drawing.attempt, waits_for=None)
        await add_drawing(connection, drawing)

    @transaction
    async def record_ticket(self, connection: AsyncConnection, drawing: DrawingId, ticket: Ticket) -> None:
        """Add the ticket to the drawing's row, and correct what was booked for its job."""
        job = (await connection.execute(_JOB_OF_DRAWING, {"drawing": drawing})).scalar_one()
        hold = await lock_hold(connection, job)
        known = next(one for one in await drawings_of(connection, job) if one.id == drawing)
        # The call was closed meanwhile by somebody who knows its end; the ticket would add nothing.
        if known.state.is_certain:
            return
        noted = replace(known, ticket=ticket, cost=ticket.cost or known.cost)
        await book_cost_if_news(connection, noted, hold)
        await overwrite_drawing(connection, noted)

    @transaction
    async def close_drawing(self, connection: AsyncConnection, drawing: Drawing) -> None:
        """Overwrite the drawing, and correct what was booked and spent for its job, unless more is known of it."""
        hold = await lock_hold(connection, drawing.job)
        if not await book_cost_if_news(connection, drawing, hold):
            return
        await overwrite_drawing(connection, drawing)
        if hold is not None and hold.state == HoldState.SPENT:
            drawn = sum(one.may_have_given for one in await drawings_of(connection, drawing.job))
            counted = await refund_cancelled(connection, drawing.job, drawn, self._clock.now())
            if counted is not None:
                await reword_cancelled(connection, drawing.job, counted)

    @transaction
    async def record_missing(self, connection: AsyncConnection, job: JobId, attempt: int) -> datetime:
        """Note since when the pictures are missing; the first time that was written stays."""
        return await record_missing(connection, job, attempt, self._clock.now())

    async def drawings(self, job: JobId) -> tuple[Drawing, ...]:
        """Return the job's drawings."""
        async with self._database.read_statement() as connection:
            return await drawings_of(connection, job)

    @transaction
    async def keep(
        self, connection: AsyncConnection, job: JobId, attempt: int, pictures: tuple[Picture, ...], *, counted: int | None = None
    ) -> None:
        """Write the job, its pictures and its hold in one transaction; the same pictures by the same attempt change nothing."""
        now = self._clock.now()
        if (whose := await mark_kept(connection, job, attempt, now)) is not None:
            await add_pictures(connection, whose, pictures, now)
            await spend_hold(connection, job, len(pictures), now, most=counted)
            return
        known = (await connection.execute(select(jobs.c.attempt).where(jobs.c.id == job))).scalar()
        if known != attempt or not await has_pictures(connection, job, pictures):
            raise LeaseLost(job, attempt)

    @transaction
    async def finish(self, connection: AsyncConnection, job: JobId, attempt: int, ending: Ending) -> None:
        """Write the job's end and its hold in one transaction; the same end by the same attempt changes nothing."""
        if await update_if_current(connection, job, attempt, **self._final_values(ending)):
            await end_hold_and_book_cost(connection, job, self._clock.now())
            return
        known = (await connection.execute(select(jobs.c.attempt, jobs.c.state).where(jobs.c.id == job))).first()
        if known is None or (known.attempt, known.state) != (attempt, ending.state):
            raise LeaseLost(job, attempt)

    @transaction
    async def cancel(
        self,
        connection: AsyncConnection,
        job: JobId,
        ending: Ending,
        *,
        once_paid: Callable[[int], Ending] | None = None,
        once_drawn: Callable[[int], Ending] | None = None,
        is_refunded: bool = False,
    ) -> Ending | None:
        """Cancel the job with its hold and its drawings in one transaction. A job that was cancelled before keeps its end."""
        # The job is locked before its hold, as joining accounts locks them: so the two cannot wait for each other.
        known = (await connection.execute(_LOCKED, {"job": job})).first()
        if known is None or known.state not in {JobState.QUEUED, JobState.RUNNING}:
            return job_of(known).ending if known is not None and known.state == ending.state else None
        if once_drawn is not None and (before := job_of(known).ending) is not None:
            return before
        await lock_hold(connection, job)
        paid = [one for one in await drawings_of(connection, job) if one.state.is_paid_for]
        if once_drawn is not None and (drawn := sum(len(one.files) for one in paid)):
            return await stop_job(connection, job, once_drawn(drawn), attempt=known.attempt + 1)
        if paid and not is_refunded:
            counted = await spend_hold(connection, job, sum(one.may_have_given for one in paid), self._clock.now())
            ending = once_paid(counted) if once_paid else ending
        await connection.execute(_CANCEL, {"job": job, **self._final_values(ending)})
        await end_hold_and_book_cost(connection, job, self._clock.now())
        return ending

    async def list_unconfirmed(self, *, ended_since: datetime, most: int) -> tuple[JobId, ...]:
        """Return the jobs, found by their calls, which are few."""
        async with self._database.read_statement() as connection:
            return await unconfirmed_jobs(connection, now=self._clock.now(), ended_since=ended_since, most=most)

    @transaction
    async def mark_notified(self, connection: AsyncConnection, job: JobId) -> None:
        """Note when, once; an open job has no end to notify of."""
        await connection.execute(_MARK_NOTIFIED, {"job": job, "told_at": self._clock.now()})

    async def list_unnotified(self, platforms: frozenset[Platform], *, most: int, after: JobId | None = None) -> tuple[Job, ...]:
        """Return the final jobs whose people are not notified."""
        waiting = (
            select(jobs)
            .where(IS_UNNOTIFIED, jobs.c.platform.in_(platforms), *is_accepted_after(after))
            .order_by(*AGE)
            .limit(most)
        )
        async with self._database.read_statement() as connection:
            return tuple(job_of(row) for row in await connection.execute(waiting))

    async def claimable(
        self, platforms: frozenset[Platform], *, accepted_by: datetime, most: int, after: JobId | None = None
    ) -> tuple[tuple[JobId, Tier], ...]:
        """Return the open jobs that wait."""
        async with self._database.read_statement() as connection:
            found = await claimable_jobs(
                connection, platforms, now=self._clock.now(), accepted_by=accepted_by, most=most, after=after
            )
        return tuple((JobId(job), Tier(tier)) for job, tier in found)

    async def open_in_tenant(self, platform: Platform, tenant: str) -> tuple[Job, ...]:
        """Return the open jobs of the place: those of a platform are few, so tenants need no column of their own."""
        under_way = select(jobs).where(IS_OPEN, jobs.c.platform == platform).order_by(jobs.c.created_at, jobs.c.id)
        async with self._database.read_statement() as connection:
            found = [job_of(row) for row in await connection.execute(under_way)]
        return tuple(job for job in found if job.place.tenant == tenant)

    async def of_account(self, account: AccountId, most: int, before: JobId | None = None) -> tuple[Job, ...]:
        """Return a page by the index of accounts."""
        wanted, values = _NEWEST_OF.limit(most), {"account": account}
        async with self._database.read_transaction() as connection:
            if before is not None:
                last = (await connection.execute(_PLACE, {"job": before})).first()
                if last is None:
                    return ()
                wanted, values = wanted.where(_CAME_BEFORE), values | {"created_at": last.created_at, "id": last.id}
            return tuple(job_of(row) for row in await connection.execute(wanted, values))

    async def count_open(self, account: AccountId) -> int:
        """Count the account's open jobs."""
        async with self._database.read_statement() as connection:
            return int((await connection.execute(_OPEN_OF, {"account": account})).scalar_one())

    async def queue_position(self, job: Job) -> QueuePosition:
        """Count the jobs before this one and take the median of the last finished ones, in one statement: a person waits."""
        values = {"created_at": job.created_at, "id": job.id, "quality": job.wish.quality}
        async with self._database.read_statement() as connection:
            rows = (await connection.execute(_POSITION, values)).all()
        seconds = [(row.kept_at - row.started_at).total_seconds() for row in rows if row.started_at and row.kept_at]
        return QueuePosition(rows[0].ahead, median(seconds) if seconds else None)

    async def cost(self, job: JobId) -> Cost:
        """Return the cost of the words and of every drawing, however it ended."""
        async with self._database.read_transaction() as connection:
            row = (await connection.execute(_BY_ID, {"job": job})).first()
            drawn = await drawings_of(connection, job)
        words = FREE if row is None else Cost(row.words_microusd, row.words_is_estimate)
        return sum((drawing.cost for drawing in drawn), words)

    async def _read(self, found: Select[Any], **values: object) -> Job | None:
        async with self._database.read_statement() as connection:
            row = (await connection.execute(found, values)).first()
        return None if row is None else job_of(row)

    async def _update(self, job: JobId, attempt: int, **changes: object) -> None:
        await self._database.transact(lambda connection: update_or_raise(connection, job, attempt, **changes))

    def _final_values(self, ending: Ending) -> dict[str, Any]:
        now = self._clock.now()
        return {
            "state": ending.state,
            "ending": ending_json(ending),
            "finished_at": now,
            # A job is `DONE` once its pictures were shown, or cannot be: nobody is left to be notified of it.
            "told_at": now if ending.state is JobState.DONE else None,
            "lease_until": None,
            "not_before": None,
        }
