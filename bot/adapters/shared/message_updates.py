"""The one owner of a message's changes: progress in the background, newest only; what is final in its order, and last."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.domain.chat import MessageRef, Post
from bot.errors import EaselError
from bot.ports.observer import UpdateOutcome

log = structlog.get_logger(__name__)

_REPEAT_AFTER = timedelta(seconds=5)
"""A progress that nobody knows the fate of may still arrive, after what is final; by then it has."""

_DOUBT_SECONDS = 30.0
_PROGRESS_SECONDS = 10.0
"""How long showing one progress may take."""

_REMEMBERED = 1000
"""So many messages are known to have ended: a progress that comes later is dropped."""

Wait = Callable[[MessageRef], Awaitable[None]]
Show = Callable[[MessageRef, Post], Awaitable[None]]
ShowFinal = Callable[[bool], Awaitable[None]]
MayArrive = Callable[[EaselError], bool]
OnOutcome = Callable[[UpdateOutcome], None]


def _never(_: EaselError) -> bool:
    return False


def tell_nobody(_: UpdateOutcome) -> None:
    """Ignore what became of a progress."""


async def _at_once(_: MessageRef) -> None:
    return


@dataclass(eq=False, slots=True)
class _PendingUpdates:
    """What is going on with one message."""

    newest: Post | None = None
    task: "asyncio.Task[None] | None" = None
    is_being_shown: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class MessageUpdateQueue:
    """Keeps the changes of each message in order, so that nothing final waits for a progress, or is covered by one.

    `show` shows a progress. Between two of one message there are `update_every`
    at least, and before each one the queue waits with `wait` for its turn.
    `final_wait` is how long an end waits for a progress that is on its way,
    before that is cut off; without one, for as long as that takes.
    `may_arrive` says of a progress that failed whether it may be seen all the
    same. After either the end is said again, `repeat_after` later.
    `on_outcome` is told what becomes of each progress.
    """

    def __init__(
        self,
        show: Show,
        *,
        update_every: timedelta = timedelta(),
        wait: Wait = _at_once,
        final_wait: timedelta | None = None,
        may_arrive: MayArrive = _never,
        repeat_after: timedelta = _REPEAT_AFTER,
        on_outcome: OnOutcome = tell_nobody,
    ) -> None:
        self._show = show
        self._on_outcome = on_outcome
        self._pause_seconds = update_every.total_seconds()
        self._wait = wait
        self._final_wait_seconds = None if final_wait is None else final_wait.total_seconds()
        self._may_arrive = may_arrive
        self._repeat_after = repeat_after
        self._pending: dict[str, _PendingUpdates] = {}
        self._repeats: dict[str, asyncio.Task[None]] = {}
        self._doubts: dict[str, float] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()

    @property
    def is_busy(self) -> bool:
        """Whether anything is being shown, or waits to be."""
        is_pending = any(one.newest or one.is_being_shown or one.users for one in self._pending.values())
        return is_pending or bool(self._repeats)

    def show_progress(self, message: MessageRef, post: Post) -> None:
        """Show a progress soon, unless something newer or final comes first. After what is final it is dropped."""
        name = _message_key(message)
        if name in self._ended:
            return
        pending = self._pending.setdefault(name, _PendingUpdates())
        self._note_replaced(pending)
        pending.newest = post
        if pending.task is None:
            pending.task = asyncio.create_task(self._run(message, pending))

    def drop_progress(self, message: MessageRef) -> None:
        """Drop the progress that still waits for its turn; one that is on its way goes on."""
        pending = self._pending.get(_message_key(message))
        if pending is None:
            return
        self._note_replaced(pending)
        pending.newest = None
        if pending.task is not None and not pending.is_being_shown:
            pending.task.cancel()
            pending.task = None  # one that had not begun does not clear this itself
            self._forget(_message_key(message), pending)

    async def show_final(self, message: MessageRef, show: ShowFinal) -> None:
        """Show a final post, over any progress; raises what `show` raises.

        `show` is called with True when it is to show the same once more.
        """
        name = _message_key(message)
        self._note_end(name)
        pending = self._pending.setdefault(name, _PendingUpdates())
        pending.users += 1
        try:
            async with pending.lock:
                await self._show_last(name, pending, show)
        finally:
            pending.users -= 1
            self._forget(name, pending)

    async def _show_last(self, name: str, pending: _PendingUpdates, show: ShowFinal) -> None:
        was_cut = await self._stop_progress(pending)
        await self._cancel_repeat(name)
        await show(False)
        # A progress that was cut off may still arrive at the platform after the end, and would stand over it.
        if was_cut or self._is_in_doubt(name):
            self._repeats[name] = asyncio.create_task(self._repeat_final(name, show))

    async def close(self) -> None:
        """Stop showing anything."""
        tasks = [pending.task for pending in self._pending.values() if pending.task is not None]
        tasks += self._repeats.values()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._pending.clear()
        self._repeats.clear()

    async def _run(self, message: MessageRef, pending: _PendingUpdates) -> None:
        try:
            while pending.newest is not None:
                await self._wait(message)
                post, pending.newest = pending.newest, None
                await self._show_newest(message, pending, post)
                await asyncio.sleep(self._pause_seconds)
        finally:
            pending.task = None
            self._forget(_message_key(message), pending)

    async def _show_newest(self, message: MessageRef, pending: _PendingUpdates, post: Post) -> None:
        pending.is_being_shown = True
        try:
            async with asyncio.timeout(_PROGRESS_SECONDS):
                await self._show(message, post)
            self._on_outcome(UpdateOutcome.SHOWN)
        except (EaselError, TimeoutError) as error:
            self._on_outcome(UpdateOutcome.FAILED)
            log.info("progress.dropped", reason=str(error) or "timeout")
            if isinstance(error, TimeoutError) or self._may_arrive(error):
                self._doubts[_message_key(message)] = _now()
        except Exception:  # what is only shown must not stop what is being paid for
            self._on_outcome(UpdateOutcome.FAILED)
            log.exception("progress.broke")
        finally:
            pending.is_being_shown = False

    async def _stop_progress(self, pending: _PendingUpdates) -> bool:
        """Stop the progress: one on its way may still arrive, and must not arrive last. Return True when it was cut off."""
        self._note_replaced(pending)
        pending.newest = None
        task = pending.task
        if task is None:
            return False
        if pending.is_being_shown:
            await asyncio.wait([task], timeout=self._final_wait_seconds)
        was_cut = pending.is_being_shown
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        pending.task = None  # one that had not begun does not clear this itself
        return was_cut

    async def _cancel_repeat(self, name: str) -> None:
        task = self._repeats.pop(name, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _repeat_final(self, name: str, show: ShowFinal) -> None:
        try:
            await asyncio.sleep(self._repeat_after.total_seconds())
            await show(True)
        except EaselError as error:
            log.info("message.not_repeated", reason=str(error))
        finally:
            self._repeats.pop(name, None)

    def _is_in_doubt(self, name: str) -> bool:
        """Whether a progress went out a moment ago and nobody knows what became of it."""
        since = _now() - _DOUBT_SECONDS
        self._doubts = {one: at for one, at in self._doubts.items() if at > since}
        return self._doubts.pop(name, None) is not None

    def _note_replaced(self, pending: _PendingUpdates) -> None:
        """Report the progress that still waits as replaced by a newer one."""
        if pending.newest is not None:
            self._on_outcome(UpdateOutcome.REPLACED)

    def _note_end(self, name: str) -> None:
        self._ended[name] = None
        self._ended.move_to_end(name)
        while len(self._ended) > _REMEMBERED:
            self._ended.popitem(last=False)

    def _forget(self, name: str, pending: _PendingUpdates) -> None:
        if pending.task is None and not pending.users and self._pending.get(name) is pending:
            del self._pending[name]


def _message_key(message: MessageRef) -> str:
    return f"{message.place.channel}/{message.id}"


def _now() -> float:
    return asyncio.get_running_loop().time()
