"""Progress in a message: throttled, newest only, and never after the end."""

import asyncio
import contextlib
from datetime import timedelta
from types import TracebackType
from typing import Self

import structlog

from bot.domain.chat import MessageRef, Post
from bot.errors import EaselError
from bot.ports.surfaces import Surface

log = structlog.get_logger(__name__)

_UPDATE_BUDGET = timedelta(seconds=10)


class ProgressReport:
    """Keeps one message up to date while a job runs.

    Used as `async with`: at the end nothing is under way any more, so that no
    late progress can overwrite the final message. Without a message it keeps
    quiet, and a progress that a platform will not take is dropped.
    """

    def __init__(self, surface: Surface | None, message: MessageRef | None) -> None:
        self._surface = surface
        self._message = message
        self._newest: Post | None = None
        self._news = asyncio.Event()
        self._is_over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start to report."""
        if self._surface is not None and self._message is not None:
            self._task = asyncio.create_task(self._report(self._surface, self._message))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop, and wait until nothing is under way."""
        self._newest = None
        self._is_over.set()
        self._news.set()
        if self._task is not None:
            await self._task

    def say(self, post: Post) -> None:
        """Show `post` soon, unless something newer comes first."""
        self._newest = post
        self._news.set()

    async def _report(self, surface: Surface, message: MessageRef) -> None:
        while not self._is_over.is_set():
            await self._news.wait()
            self._news.clear()
            post, self._newest = self._newest, None
            if post is not None:
                await self._show(surface, message, post)
                await self._pause(surface.update_every)

    async def _show(self, surface: Surface, message: MessageRef, post: Post) -> None:
        try:
            async with asyncio.timeout(_UPDATE_BUDGET.total_seconds()):
                await surface.update(message, post)
        except (EaselError, TimeoutError) as error:
            log.info("progress.dropped", reason=str(error))
        except Exception:  # what is only shown must not stop what is being paid for
            log.exception("progress.broke")

    async def _pause(self, length: timedelta) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._is_over.wait(), length.total_seconds())
