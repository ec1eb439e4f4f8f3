"""Who may change a message when: progress in its own time, newest only; what is final at once, and last."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.domain.chat import MessageRef, Post
from bot.errors import EaselError

log = structlog.get_logger(__name__)

_LAST_WORD = timedelta(milliseconds=300)
"""How long something final waits for a progress that is on its way, before it is cut off."""

_SAID_AGAIN = timedelta(seconds=5)
"""A progress that was cut off may still arrive, after what is final; by then it has."""

Show = Callable[[MessageRef, Post], Awaitable[None]]
ShowEnd = Callable[[bool], Awaitable[None]]


@dataclass(eq=False, slots=True)
class _Line:
    """What is going on with one message."""

    newest: Post | None = None
    task: "asyncio.Task[None] | None" = None
    is_on_its_way: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Turns:
    """Keeps the changes of each message in order. `show` shows a progress; `pause` lies between two of them."""

    def __init__(self, show: Show, pause: Callable[[MessageRef], timedelta]) -> None:
        self._show = show
        self._pause = pause
        self._lines: dict[str, _Line] = {}
        self._repeats: dict[str, asyncio.Task[None]] = {}

    @property
    def are_taken(self) -> bool:
        """Whether anything is being shown, or waits to be."""
        return bool(self._lines or self._repeats)

    def say(self, message: MessageRef, post: Post) -> None:
        """Show a progress soon, unless something newer or final comes first."""
        line = self._lines.setdefault(message.id, _Line())
        line.newest = post
        if line.task is None:
            line.task = asyncio.create_task(self._speak(message, line))

    async def end(self, message: MessageRef, show: ShowEnd) -> None:
        """Show what is final, over any progress; raises what `show` raises.

        `show` is called with True when it is to show the same once more.
        """
        line = self._lines.setdefault(message.id, _Line())
        line.users += 1
        try:
            async with line.lock:
                was_cut = await self._silenced(line)
                await self._not_repeated(message.id)
                await show(False)
                if was_cut:
                    self._repeats[message.id] = asyncio.create_task(self._repeat(message.id, show))
        finally:
            line.users -= 1
            self._forget(message.id, line)

    async def close(self) -> None:
        """Show nothing any more."""
        tasks = [line.task for line in self._lines.values() if line.task is not None]
        tasks += self._repeats.values()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lines.clear()
        self._repeats.clear()

    async def _speak(self, message: MessageRef, line: _Line) -> None:
        try:
            while line.newest is not None:
                await asyncio.sleep(self._pause(message).total_seconds())
                post, line.newest = line.newest, None
                await self._shown(message, line, post)
        finally:
            line.task = None
            self._forget(message.id, line)

    async def _shown(self, message: MessageRef, line: _Line, post: Post) -> None:
        line.is_on_its_way = True
        try:
            await self._show(message, post)
        except EaselError as error:
            log.info("progress.dropped", reason=str(error))
        except Exception:  # what is only shown must not stop what is being paid for
            log.exception("progress.broke")
        line.is_on_its_way = False

    async def _silenced(self, line: _Line) -> bool:
        """End the progress; True when some was cut off on its way, and may arrive yet."""
        line.newest = None
        task = line.task
        if task is None:
            return False
        if line.is_on_its_way:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(task), _LAST_WORD.total_seconds())
        was_cut = line.is_on_its_way
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        line.is_on_its_way = False
        line.task = None  # one that had not begun does not clear this itself
        return was_cut

    async def _not_repeated(self, message: str) -> None:
        task = self._repeats.pop(message, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _repeat(self, message: str, show: ShowEnd) -> None:
        await asyncio.sleep(_SAID_AGAIN.total_seconds())
        try:
            await show(True)
        except EaselError as error:
            log.info("message.not_repeated", reason=str(error))
        finally:
            self._repeats.pop(message, None)

    def _forget(self, message: str, line: _Line) -> None:
        if line.task is None and not line.users and self._lines.get(message) is line:
            del self._lines[message]
