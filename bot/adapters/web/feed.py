"""Recent changes of a channel, read from the store once for all listeners."""

import asyncio
import contextlib
from datetime import timedelta

from bot.ports.page_messages import PageMessage, PageMessages

_PAGE = 100
"""Messages; whoever is further behind than a page starts over."""

_MOST_CHANGES = 300
"""Newest changes that are kept in memory, one per message."""


class ChangeSignal:
    """Wakes all waiting tasks whenever it is notified."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def notify_all(self) -> None:
        """Wake everybody who waits now."""
        notified, self._next = self._next, asyncio.Event()
        notified.set()

    @property
    def next(self) -> asyncio.Event:
        """Return what the next notification sets. Take it before looking at what may have changed, so that none is missed."""
        return self._next


class Feed:
    """Tells listeners what changed in a channel since they last looked.

    Changes made by this process are seen at once (`notify`), those of others
    when a listener asks to look again (`expect_changes`).
    """

    def __init__(self, messages: PageMessages) -> None:
        self._messages = messages
        self._signal = ChangeSignal()
        self._changes = 0
        self._recent: dict[str, _RecentChanges] = {}
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether there will be no more news."""
        return self._is_closed

    @property
    def signal(self) -> asyncio.Event:
        """Return what the next change sets."""
        return self._signal.next

    def notify(self) -> None:
        """Note that something changed."""
        self._changes += 1
        self._signal.notify_all()

    def expect_changes(self) -> None:
        """Have the store read at the next look: another process may have changed something."""
        self._changes += 1

    def close(self) -> None:
        """End all listening, now and later."""
        self._is_closed = True
        self._signal.notify_all()

    async def wait(self, signal: asyncio.Event, at_most: timedelta) -> bool:
        """Wait for a change; False when there was none in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most.total_seconds()):
                await signal.wait()
        return signal.is_set()

    async def head(self, channel: str) -> int:
        """Return a version so that a page read after this call misses nothing when it listens from it.

        Raises:
            StorageFailed: The store cannot be read now.
        """
        tail = self._recent_changes(channel)
        async with tail.lock:
            await self._catch_up(channel, tail)
        return tail.head

    async def after(self, channel: str, version: int) -> tuple[PageMessage, ...] | None:
        """Return what changed after `version`, in order of version; None when that is too long ago to tell.

        Raises:
            StorageFailed: The store cannot be read now.
        """
        tail = self._recent_changes(channel)
        async with tail.lock:
            await self._catch_up(channel, tail)
        return tail.after(version) if tail.floor <= version <= tail.head else None

    async def _catch_up(self, channel: str, tail: "_RecentChanges") -> None:
        if tail.head < 0:
            # A page back, so that a page which was open before this process can go on.
            page = await self._messages.page(channel, most=_PAGE)
            tail.head = tail.floor = min((message.version for message in page), default=1) - 1
        if tail.seen_changes != self._changes:
            seen = self._changes
            tail.add(await self._messages.since(channel, tail.head))
            tail.seen_changes = seen

    def _recent_changes(self, channel: str) -> "_RecentChanges":
        return self._recent.setdefault(channel, _RecentChanges())


class _RecentChanges:
    """The newest changes of one channel. Everything after `floor` and up to `head` is in it."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.floor = -1
        self.head = -1
        self.seen_changes = -1
        self._newest: dict[str, PageMessage] = {}

    def add(self, changes: tuple[PageMessage, ...]) -> None:
        """Take in changes in order of version; a message's newer change replaces its older one."""
        for message in changes:
            self._newest.pop(message.id, None)
            self._newest[message.id] = message
            self.head = max(self.head, message.version)
        while len(self._newest) > _MOST_CHANGES:
            oldest = next(iter(self._newest))
            self.floor = self._newest.pop(oldest).version

    def after(self, version: int) -> tuple[PageMessage, ...]:
        """Return the changes after `version`."""
        return tuple(message for message in self._newest.values() if message.version > version)
