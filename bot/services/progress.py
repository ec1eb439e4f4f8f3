"""Progress in a message: throttled, newest only, and never after the end."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import TracebackType
from typing import Self

import structlog

from bot.domain.chat import MessageRef, Post
from bot.errors import EaselError
from bot.ports.surfaces import Surface

log = structlog.get_logger(__name__)

_UPDATE_TIMEOUT = timedelta(seconds=10)


class ProgressReport:
    """Keeps one message up to date while a job runs.

    Used as `async with`: at the end nothing is under way any more, so that no
    late progress can overwrite the final message. `find` returns the message as
    soon as it is there, or None if there will be none; then it keeps quiet. A
    progress that a platform will not take is dropped. `adapt` makes of a post
    what the message is to show.
    """

    def __init__(
        self,
        surface: Surface | None,
        find: Callable[[], Awaitable[MessageRef | None]],
        adapt: Callable[[MessageRef, Post], Post] = lambda _, post: post,
    ) -> None:
        self._surface = surface
        self._find = find
        self._adapt = adapt
        self._is_found = False
        self._newest: Post | None = None
        self._news = asyncio.Event()
        self._is_ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start to report."""
        if self._surface is not None:
            self._task = asyncio.create_task(self._run(self._surface))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop, and wait until nothing is under way."""
        self._newest = None
        self._is_ended.set()
        self._news.set()
        if self._task is not None:
            if not self._is_found:
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def say(self, post: Post) -> None:
        """Show `post` soon, unless something newer comes first."""
        self._newest = post
        self._news.set()

    async def _run(self, surface: Surface) -> None:
        try:
            message = await self._find()
        except EaselError as error:
            log.info("progress.homeless", reason=str(error))
            return
        self._is_found = True
        if message is not None:
            await self._show_updates(surface, message)

    async def _show_updates(self, surface: Surface, message: MessageRef) -> None:
        while not self._is_ended.is_set():
            await self._news.wait()
            self._news.clear()
            post, self._newest = self._newest, None
            if post is not None:
                await self._show(surface, message, post)
                await self._pause(surface.update_every)

    async def _show(self, surface: Surface, message: MessageRef, post: Post) -> None:
        try:
            async with asyncio.timeout(_UPDATE_TIMEOUT.total_seconds()):
                await surface.update(message, self._adapt(message, post))
        except (EaselError, TimeoutError) as error:
            log.info("progress.dropped", reason=str(error))
        except Exception:  # what is only shown must not stop what is being paid for
            log.exception("progress.broke")

    async def _pause(self, length: timedelta) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._is_ended.wait(), length.total_seconds())
