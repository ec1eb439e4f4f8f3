"""The paid calls that together draw one wish: as many at once as there is room for, each with its own end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from bot.domain.images import Progress
from bot.domain.jobs import Drawing
from bot.errors import WaitsForProvider
from bot.ports.images import OnProgress
from bot.provider_errors import ProviderFailed


def is_failure_of_one_call(error: Exception) -> bool:
    """Whether other calls for the same wish may still be made after the error."""
    return isinstance(error, ProviderFailed) and not error.may_be_refusal


class CallNotMade(Exception):
    """A call must not go out any more: another one of its wish was refused, or has lost the job."""


Open = Callable[[bool], Awaitable[None]]
"""Writes a call down before it goes out; told whether its job waits in line where there is no room."""


class CallShare:
    """The part of a wish's pictures that one paid call asks for: all that are missing, or as many as a provider gives a call."""

    def __init__(self, calls: "WishCalls", pictures: int) -> None:
        self._calls = calls
        self.pictures = pictures
        self.has_begun = asyncio.Event()
        self.is_out = False

    def take(self, most: int) -> int:
        """Return how many pictures to ask a provider for that gives `most` a call; the others are for other calls."""
        taken = min(most, self.pictures)
        self._calls.missing += self.pictures - taken
        self.pictures = taken
        return taken

    async def open(self, open_call: Open) -> None:
        """Have the call written down; raises what `open_call` does, and `CallNotMade`."""
        await self._calls.open(self, open_call)

    async def on_progress(self, progress: Progress) -> None:
        """Pass the call's progress on, as a progress of the whole wish."""
        await self._calls.on_progress(self, progress)


class WishCalls:
    """Makes the calls of one job.

    The pictures of one call are kept whatever becomes of another; after a refusal none begins.
    """

    def __init__(self, missing: int, on_progress: OnProgress) -> None:
        self.missing = missing
        self.drawn: list[Drawing] = []
        self.errors: list[Exception] = []
        self._wanted = missing
        self._on_progress = on_progress
        self._done: dict[CallShare, float] = {}
        self._shares: set[CallShare] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._opening = asyncio.Lock()
        self._queued: WaitsForProvider | None = None
        self._has_no_room = False

    async def make(self, draw: Callable[[CallShare], Awaitable[Drawing]]) -> None:
        """Make calls until each picture was asked for, or no more may be; return when all have ended."""
        async with asyncio.TaskGroup() as group:
            while self._running or self._may_begin:
                if self._may_begin and not (self._has_no_room and self._running):
                    await self._begin(group, draw)
                else:
                    await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def collect(self, calls: Iterable[Callable[[], Awaitable[Drawing]]]) -> None:
        """Collect calls that were made before."""
        async with asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(self._collect(call))

    async def open(self, share: CallShare, open_call: Open) -> None:
        """Have the call written down, one at a time, unless the job waits in line or no more calls may be made."""
        # One at a time: whether the job may wait in line depends on whether another of its calls is out.
        async with self._opening:
            if self._queued is not None:
                raise self._queued
            if not self._may_call:
                raise CallNotMade
            share.is_out = False
            # A job that waits in line is released, and its next worker must find no paid call that goes on here. So the
            # job joins the line only if none of its calls is out; else this call waits for one of them to end.
            is_alone = not any(other.is_out for other in self._shares)
            try:
                await open_call(is_alone)
            except WaitsForProvider as error:
                self._queued = error if is_alone else None
                raise
            share.is_out = True
            share.has_begun.set()

    async def on_progress(self, share: CallShare, progress: Progress) -> None:
        """Pass one call's progress on; where there are several, as their common progress."""
        if progress.share is not None and share.pictures < self._wanted:
            self._done[share] = progress.share * share.pictures
            progress = replace(progress, share=sum(self._done.values()) / self._wanted)
        await self._on_progress(progress)

    @property
    def _may_begin(self) -> bool:
        return self.missing > 0 and self._may_call

    @property
    def _may_call(self) -> bool:
        # A refusal ends the whole wish: nobody else is asked to draw what one provider refused.
        return all(map(is_failure_of_one_call, self.errors))

    async def _begin(self, group: asyncio.TaskGroup, draw: Callable[[CallShare], Awaitable[Drawing]]) -> None:
        """Begin a call and wait until it is written down."""
        share = CallShare(self, self.missing)
        self.missing = 0
        task = group.create_task(self._make(share, draw))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # The provider decides how many pictures a call takes, so only now `missing` is right for the next one.
        await share.has_begun.wait()

    async def _make(self, share: CallShare, draw: Callable[[CallShare], Awaitable[Drawing]]) -> None:
        self._shares.add(share)
        try:
            self.drawn.append(await draw(share))
            self._done[share] = float(share.pictures)
        except CallNotMade:
            self._done.pop(share, None)
        except Exception as error:  # noqa: BLE001 - whoever made the calls raises it, once the others have ended
            self._done.pop(share, None)
            if isinstance(error, WaitsForProvider) and self._queued is None:
                # No room while other calls of the job are out: its pictures are asked for again when one of them has ended.
                self.missing += share.pictures
                self._has_no_room = True
            else:
                self.errors.append(error)
        finally:
            self._shares.discard(share)
            self._has_no_room = self._has_no_room and not share.is_out
            share.has_begun.set()

    async def _collect(self, call: Callable[[], Awaitable[Drawing]]) -> None:
        try:
            self.drawn.append(await call())
        except Exception as error:  # noqa: BLE001 - as above
            self.errors.append(error)
