"""The engine of a house on many machines: docket carries job ids over Redis. Importing this needs `easel[redis]`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import structlog
from docket import CurrentExecution, Disposition, Docket, Execution
from docket.dependencies import AdmissionBlocked, CompletionHandler, TaskOutcome, current_docket
from redis.exceptions import RedisError

from bot.domain.jobs import JobId
from bot.domain.people import Tier
from bot.errors import StorageFailed
from bot.ports.engine import Work
from storage.engines.docket_worker import QueueWorker
from storage.engines.queue_workers import QueueWorkers
from storage.engines.redis_server import check_server, mute_outages, with_room
from storage.engines.work import check_slots, run_logged

log = structlog.get_logger(__name__)

_TASK = "work"

_OTHERS = Tier("~")
"""The queue of tiers that the settings do not name; no tier can have that name, and it means nothing in a pattern."""

_CHECK_EVERY = timedelta(milliseconds=20)
"""How often docket looks whether a slot has become free; it cannot start more jobs in that time than it has slots."""

_REDELIVERED_AFTER = 1.5
"""In leases: by then the lease in the job's row has run out too, or the job would come again for nothing."""

_ADDED_AT_ONCE = 250
_FIND_MISSING = """
local missing = {}
for job in string.gmatch(ARGV[1], '[^\\n]+') do
  local state = redis.call('HGET', KEYS[1] .. job, 'state')
  if state ~= 'scheduled' and state ~= 'queued' and state ~= 'running' then
    missing[#missing + 1] = job
  end
end
return missing
"""
"""Asked on the server, because most jobs are there, and hundreds of thousands of answers would be read for nothing.

The jobs are one text, because a thousand arguments take longer to send than to look up.
"""

_PATIENCE = timedelta(seconds=5)
_NOTE_LIFETIME = timedelta(days=1)


class _RunAgain(CompletionHandler["_RunAgain"]):
    """Ends a run, and publishes its job again if somebody asked for that while it ran."""

    async def __aenter__(self) -> Self:
        return self

    async def on_complete(self, execution: Execution, outcome: TaskOutcome) -> bool:  # noqa: ARG002 - the base class's signature
        """Record the end first, so that whoever publishes the job after that finds it no longer running."""
        await execution.mark_as_completed()
        docket = current_docket.get()
        not_before = await _take_note(docket, execution.key)
        if not_before is not None:
            await _add(docket, execution.key, not_before)
        return True


class DocketEngine:
    """Keeps a queue in Redis for each tier; any number of processes publish to them and work on them.

    Slots belong to their tier: guests never wait for premium people, nor the
    other way round. A job whose worker died comes again by itself: docket
    renews a lease while a job runs. Open it with `async with`.
    """

    def __init__(
        self, url: str, *, prefix: str, tiers: Iterable[Tier], lease: timedelta, check_every: timedelta = _CHECK_EVERY
    ) -> None:
        self._url = url
        self._dockets = {tier: Docket(name=f"{prefix}:{tier}", url=with_room(url)) for tier in (*tiers, _OTHERS)}
        self._workers = {
            docket.name: QueueWorker(docket, redelivered_after=lease * _REDELIVERED_AFTER, check_every=check_every)
            for docket in self._dockets.values()
        }
        self._stack = AsyncExitStack()
        self._work: Work | None = None
        self._queue_workers = QueueWorkers()
        self._served_here: frozenset[str] = frozenset()
        self._stopping = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            ConfigError: There is no Redis at the address, or not one that will do.
        """
        await check_server(self._url, _PATIENCE)
        mute_outages()
        async with AsyncExitStack() as stack:
            for docket in self._dockets.values():
                docket.register(self._run_one, names=[_TASK])
                await stack.enter_async_context(docket)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let go of the connections."""
        await self._stack.aclose()

    async def publish(self, job: JobId, *, tier: Tier, not_before: datetime | None = None) -> None:
        """Add the job to its tier's queue."""
        docket = self._docket_of(tier)
        async with _reaching():
            if not await _add(docket, job, not_before) and not_before is not None:
                await _note(docket, job, not_before)

    async def publish_missing(self, jobs: Sequence[tuple[JobId, Tier]]) -> None:
        """Add the jobs that docket has no state of, or only an end, many in one round trip."""
        for tier in {tier for _, tier in jobs}:
            docket = self._docket_of(tier)
            async with _reaching():
                missing = await _find_missing(docket, [job for job, its in jobs if its == tier])
            for first in range(0, len(missing), _ADDED_AT_ONCE):
                async with _reaching():
                    await _add_all(docket, missing[first : first + _ADDED_AT_ONCE])

    async def cancel(self, job: JobId) -> None:
        """Take the job out of whichever queue it is in, and tell all workers."""
        async with _reaching():
            for docket in self._dockets.values():
                await _take_note(docket, job)
                await docket.cancel(job)

    async def has_worker(self, tier: Tier) -> bool | None:
        """Ask for signs of life of the tier's workers, unless this process is one."""
        docket = self._docket_of(tier)
        return docket.name in self._served_here or await self._queue_workers.has_worker(docket)

    def stop_starting(self) -> None:
        """Start no more jobs in this run; docket gives back what it has fetched already."""
        self._stopping.set()

    async def run(self, work: Work, slots: Mapping[Tier, int]) -> None:
        """Work on jobs until cancelled. What was cut off then is put back into its queue at once.

        Raises:
            ValueError: There is no slot.
            RuntimeError: The engine runs already.
        """
        check_slots(slots)
        if self._work is not None:
            raise RuntimeError("the engine runs already")
        self._work = work
        self._stopping.clear()
        least = min(share for share in slots.values() if share)
        try:
            async with asyncio.TaskGroup() as group:
                shares = [(docket, slots.get(tier, least)) for tier, docket in self._dockets.items()]
                self._served_here = frozenset(docket.name for docket, share in shares if share)
                workers = [
                    group.create_task(self._workers[docket.name].run(share, self._stopping)) for docket, share in shares if share
                ]
                try:
                    await asyncio.Event().wait()
                finally:
                    await self._stop(workers)
        finally:
            self._work = None
            self._served_here = frozenset()

    def _docket_of(self, tier: Tier) -> Docket:
        return self._dockets.get(tier) or self._dockets[_OTHERS]

    async def _stop(self, workers: list["asyncio.Task[None]"]) -> None:
        """Cancel what runs and wait for it, however long it takes, but not for a Redis that hangs."""
        self._stopping.set()
        running = {task for worker in self._workers.values() for task in worker.running}
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        _, late = await asyncio.wait(workers, timeout=2 * _PATIENCE.total_seconds())
        if late:
            log.warning("engine.cut_off")
            await self._stack.aclose()
            await asyncio.wait(late, timeout=_PATIENCE.total_seconds())

    async def _run_one(
        self,
        job: str,
        execution: Execution = CurrentExecution(),  # noqa: B008 - so docket hands over what it knows
        again: _RunAgain = _RunAgain(),  # noqa: B008, ARG002 - so docket asks what is to happen at the end
    ) -> None:
        """Work on one job; docket calls this."""
        if self._work is None or self._stopping.is_set():
            return await _give_back(execution)
        task = asyncio.create_task(run_logged(self._work, JobId(job)))
        running = self._workers[execution.docket.name].running
        running.add(task)
        task.add_done_callback(running.discard)
        try:
            await task
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
            await _give_back(execution)


async def _give_back(execution: Execution) -> None:
    """Put a job that was not worked on to its end back into its queue. Where that fails, it comes again after its lease.

    Raises:
        AdmissionBlocked: As docket wants it for what is taken care of already.
    """
    # Where Redis is away the job comes again by itself, when docket's lease of it has run out.
    with contextlib.suppress(StorageFailed):
        async with _reaching():
            execution.when = await _take_note(execution.docket, execution.key) or execution.when
            await execution.schedule(reschedule_message=execution.message_id)
    raise AdmissionBlocked(execution, "the worker stops", handled=True)


async def _add(docket: Docket, job: str, not_before: datetime | None) -> bool:
    """Add the job to the queue; False if it waits or runs already."""
    execution = await docket.add(_TASK, when=not_before, key=job)(job)
    return execution.disposition is not Disposition.ALREADY_SCHEDULED


async def _add_all(docket: Docket, jobs: Sequence[JobId]) -> None:
    """Add the jobs as `_add` does one."""
    for execution in await docket.add_many([docket.call(_TASK, key=job)(job) for job in jobs]):
        if execution.schedule_exception is not None:
            raise execution.schedule_exception


async def _find_missing(docket: Docket, jobs: Sequence[JobId]) -> list[JobId]:
    """Return the jobs that neither wait nor run."""
    async with docket.redis() as connected:
        redis: Any = connected  # docket's type of it knows fewer commands
        missing = await redis.eval(_FIND_MISSING, 1, docket.runs_key(""), "\n".join(jobs))
        return [JobId(job.decode()) for job in missing]


async def _note(docket: Docket, job: str, not_before: datetime) -> None:
    """Note when the job is to run once more, if it runs.

    First the note is written and then its state is read, and at the end of a
    run first its state is written and then the note is read: one of the two
    sees what the other did.
    """
    async with docket.redis() as redis:
        await redis.set(_note_key(docket, job), str(not_before.timestamp()), ex=_NOTE_LIFETIME, nx=True)
        state = await redis.hget(docket.runs_key(job), "state")
    if state != b"running":
        await _take_note(docket, job)
        await _add(docket, job, not_before)


async def _take_note(docket: Docket, job: str) -> datetime | None:
    async with docket.redis() as redis:
        note = await redis.get(_note_key(docket, job))
        if note is None:
            return None
        await redis.delete(_note_key(docket, job))
        return datetime.fromtimestamp(float(note), UTC)


def _note_key(docket: Docket, job: str) -> str:
    return f"{docket.prefix}:again:{job}"


@asynccontextmanager
async def _reaching() -> AsyncIterator[None]:
    """Raise `StorageFailed` for whatever keeps Redis from answering in time."""
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            yield
    except (RedisError, OSError) as error:  # a time-out is an OSError
        raise StorageFailed("redis", str(error) or type(error).__name__) from error
