"""Works on one of docket's queues, without pause where Redis was away. Importing this needs `easel[redis]`."""

import asyncio
from datetime import timedelta

import structlog
from docket import Docket, Worker

log = structlog.get_logger(__name__)

_RECONNECT_AFTER = timedelta(seconds=1)
_LOOK_EVERY = timedelta(seconds=1)


class QueueWorker:
    """Has docket work on a queue. `running` is what it works on, kept by the worker functions.

    A worker of docket's that loses Redis waits for all that it has begun
    before it starts anything new, which may take as long as a drawing. Here
    another one takes its place at once, with the slots that are free.
    """

    def __init__(self, docket: Docket, *, redelivered_after: timedelta, check_every: timedelta) -> None:
        self.running: set[asyncio.Task[None]] = set()
        self._docket = docket
        self._redelivered_after = redelivered_after
        self._check_every = check_every

    async def run(self, slots: int, stopping: asyncio.Event) -> None:
        """Work with so many slots until told to stop, and wait for what has begun."""
        left: frozenset[asyncio.Task[None]] = frozenset()
        async with asyncio.TaskGroup() as group:
            stop = group.create_task(_wait_for(stopping))
            while not stopping.is_set():
                worker, retired = self._new_worker(slots), asyncio.Event()
                run = group.create_task(self._run_logged(worker, retired))
                while not (run.done() or stopping.is_set() or _is_cut_off(worker)):
                    worker.concurrency = slots - sum(not task.done() for task in left)
                    await asyncio.wait({run, stop}, timeout=_LOOK_EVERY.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
                retired.set()
                left = frozenset(self.running)

    async def _run_logged(self, worker: Worker, retired: asyncio.Event) -> None:
        """Run a worker until it is retired. A boundary: one that breaks is logged, and another takes its place after a pause."""
        try:
            await _run_until_retired(worker, retired)
        except Exception:
            log.exception("engine.worker_broke", queue=self._docket.name)
            await asyncio.sleep(_RECONNECT_AFTER.total_seconds())

    def _new_worker(self, slots: int) -> Worker:
        return Worker(
            self._docket,
            concurrency=slots,
            redelivery_timeout=self._redelivered_after,
            reconnection_delay=_RECONNECT_AFTER,
            minimum_check_interval=self._check_every,
            schedule_automatic_tasks=False,
        )


async def _run_until_retired(worker: Worker, retired: asyncio.Event) -> None:
    async with worker:
        running = asyncio.create_task(worker.run_forever())
        retiring = asyncio.create_task(_wait_for(retired))
        try:
            await asyncio.wait({running, retiring}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            retiring.cancel()
    # A worker that is left has ended its run, unless that had not even begun.
    running.cancel()
    await asyncio.wait({running})
    if not running.cancelled():
        running.result()


async def _wait_for(event: asyncio.Event) -> None:
    await event.wait()


def _is_cut_off(worker: Worker) -> bool:
    """Return whether it has lost Redis and only waits for what it has begun; docket has no API that tells that."""
    session = getattr(worker, "_processing_session", None)
    return session is not None and bool(session.stopping.is_set())
