"""Who may change a message when: progress in the background and newest only, what is final in its order and last."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.domain.chat import MessageRef, Post
from bot.errors import EaselError

log = structlog.get_logger(__name__)

_SAID_AGAIN = timedelta(seconds=5)
"""A progress that nobody knows the fate of may still arrive, after what is final; by then it has."""

_DOUBTED_SECONDS = 30.0

Wait = Callable[[MessageRef], Awaitable[None]]
Show = Callable[[MessageRef, Post], Awaitable[None]]
ShowEnd = Callable[[bool], Awaitable[None]]
MayArrive = Callable[[EaselError], bool]


def _never(_: EaselError) -> bool:
    return False


@dataclass(eq=False, slots=True)
class _Line:
    """What is going on with one message."""

    newest: Post | None = None
    task: "asyncio.Task[None] | None" = None
    is_on_its_way: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Turns:
    """Keeps the changes of each message in order. `wait` waits for a progress's turn, `show` shows it within a budget.

    `last_word` is how long an end waits for a progress that is on its way,
    before that is cut off; without one, for as long as `show` takes.
    `may_arrive` says of a progress that failed whether it may be seen all the
    same. After either the end is said again, `said_again` later.
    """

    def __init__(
        self,
        wait: Wait,
        show: Show,
        *,
        last_word: timedelta | None = None,
        may_arrive: MayArrive = _never,
        said_again: timedelta = _SAID_AGAIN,
    ) -> None:
        self._wait = wait
        self._show = show
        self._last_word_seconds = None if last_word is None else last_word.total_seconds()
        self._may_arrive = may_arrive
        self._said_again = said_again
        self._lines: dict[str, _Line] = {}
        self._repeats: dict[str, asyncio.Task[None]] = {}
        self._doubts: dict[str, float] = {}

    @property
    def are_taken(self) -> bool:
        """Whether anything is being shown, or waits to be."""
        return bool(self._lines or self._repeats)

    def say(self, message: MessageRef, post: Post) -> None:
        """Show a progress soon, unless something newer or final comes first."""
        line = self._lines.setdefault(_name(message), _Line())
        line.newest = post
        if line.task is None:
            line.task = asyncio.create_task(self._speak(message, line))

    async def end(self, message: MessageRef, show: ShowEnd) -> None:
        """Show what is final, over any progress; raises what `show` raises.

        `show` is called with True when it is to show the same once more.
        """
        name = _name(message)
        line = self._lines.setdefault(name, _Line())
        line.users += 1
        try:
            async with line.lock:
                was_cut = await self._silenced(line)
                await self._not_repeated(name)
                await show(False)
                if was_cut or self._is_in_doubt(name):
                    self._repeats[name] = asyncio.create_task(self._repeat(name, show))
        finally:
            line.users -= 1
            self._forget(name, line)

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
                await self._wait(message)
                post, line.newest = line.newest, None
                await self._shown(message, line, post)
        finally:
            line.task = None
            self._forget(_name(message), line)

    async def _shown(self, message: MessageRef, line: _Line, post: Post) -> None:
        line.is_on_its_way = True
        try:
            await self._show(message, post)
        except EaselError as error:
            log.info("progress.dropped", reason=str(error))
            if self._may_arrive(error):
                self._doubts[_name(message)] = _now()
        except Exception:  # what is only shown must not stop what is being paid for
            log.exception("progress.broke")
        finally:
            line.is_on_its_way = False

    async def _silenced(self, line: _Line) -> bool:
        """End the progress: what is on its way may arrive, so that it does not arrive last. True when it was cut off."""
        line.newest = None
        task = line.task
        if task is None:
            return False
        if line.is_on_its_way:
            await asyncio.wait([task], timeout=self._last_word_seconds)
        was_cut = line.is_on_its_way
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        line.task = None  # one that had not begun does not clear this itself
        return was_cut

    async def _not_repeated(self, name: str) -> None:
        task = self._repeats.pop(name, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _repeat(self, name: str, show: ShowEnd) -> None:
        try:
            await asyncio.sleep(self._said_again.total_seconds())
            await show(True)
        except EaselError as error:
            log.info("message.not_repeated", reason=str(error))
        finally:
            self._repeats.pop(name, None)

    def _is_in_doubt(self, name: str) -> bool:
        """Whether a progress went out a moment ago and nobody knows what became of it."""
        since = _now() - _DOUBTED_SECONDS
        self._doubts = {one: at for one, at in self._doubts.items() if at > since}
        return self._doubts.pop(name, None) is not None

    def _forget(self, name: str, line: _Line) -> None:
        if line.task is None and not line.users and self._lines.get(name) is line:
            del self._lines[name]


def _name(message: MessageRef) -> str:
    return f"{message.place.channel}/{message.id}"


def _now() -> float:
    return asyncio.get_running_loop().time()
