"""Asks whether listeners of a channel hear every change once, in order, and cheaply."""

import asyncio
from datetime import timedelta

import pytest

from bot.adapters.web.feed import Feed
from bot.errors import StorageFailed
from bot.ports.page_messages import PageMessage
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.page_messages import MemoryPageMessages
from tests.fakes.waiting import quiet

SOON = timedelta(seconds=20)


class FeedChannel:
    """A channel with a feed."""

    def __init__(self) -> None:
        self.messages = MemoryPageMessages(StoppedClock(), CountingIds())
        self.feed = Feed(self.messages)

    async def say(self, words: str) -> PageMessage:
        """Add a message and ring."""
        message = await self.messages.add(channel="studio", author="", body=words, key=words)
        self.feed.notify()
        return message

    async def read_after(self, after: int) -> list[str] | None:
        """Return the bodies that are new, or None."""
        changes = await self.feed.after("studio", after)
        return None if changes is None else [message.body for message in changes]


@pytest.fixture
def room() -> FeedChannel:
    """Open a room."""
    return FeedChannel()


async def test_an_empty_channel_has_no_news(room: FeedChannel) -> None:
    """From the beginning on."""
    assert await room.feed.head("studio") == 0
    assert await room.read_after(0) == []


async def test_changes_come_once_and_in_order(room: FeedChannel) -> None:
    """Of several changes of one message only the newest."""
    start = await room.feed.head("studio")
    first = await room.say("one")
    second = await room.say("two")
    await room.messages.replace(first.id, "one, changed")
    room.feed.notify()
    assert await room.read_after(start) == ["two", "one, changed"]
    assert await room.read_after(second.version) == ["one, changed"]
    assert await room.read_after(await room.feed.head("studio")) == []


async def test_many_listeners_cost_one_look(room: FeedChannel) -> None:
    """However many there are."""
    start = await room.feed.head("studio")
    await room.read_after(start)
    before = room.messages.asked_since
    await room.say("one")
    read_after = await asyncio.gather(*(room.read_after(start) for _ in range(50)))
    assert read_after == [["one"]] * 50
    assert room.messages.asked_since == before + 1


async def test_a_page_from_before_the_restart_goes_on(room: FeedChannel) -> None:
    """With what it has missed, as long as that is about a page."""
    first = await room.say("one")
    await room.say("two")
    again = Feed(room.messages)
    changes = await again.after("studio", first.version)
    assert changes is not None
    assert [message.body for message in changes] == ["two"]


async def test_who_was_away_too_long_starts_over(room: FeedChannel) -> None:
    """And so does who has seen what is not there."""
    for number in range(120):
        await room.say(str(number))
    fresh = Feed(room.messages)
    assert await fresh.after("studio", 3) is None
    assert await fresh.after("studio", 999) is None


async def test_memory_holds_the_newest_only(room: FeedChannel) -> None:
    """What fell out of it is too long ago."""
    start = await room.feed.head("studio")
    await room.read_after(start)
    for number in range(400):
        await room.say(str(number))
    assert await room.read_after(start) is None
    head = await room.feed.head("studio")
    assert await room.read_after(head - 2) == ["398", "399"]


async def test_a_ring_wakes_who_waits(room: FeedChannel) -> None:
    """At once, not at the next heartbeat."""
    waiting = asyncio.create_task(room.feed.wait(room.feed.signal, SOON))
    await quiet()
    await room.say("one")
    assert await waiting


async def test_a_ring_between_looking_and_waiting_is_not_missed(room: FeedChannel) -> None:
    """The bell is taken first."""
    signal = room.feed.signal
    await room.read_after(0)
    await room.say("one")
    assert await room.feed.wait(signal, SOON)


async def test_waiting_ends_without_news(room: FeedChannel) -> None:
    """And then another process's changes are looked for."""
    await room.read_after(0)
    assert not await room.feed.wait(room.feed.signal, timedelta())
    await room.messages.add(channel="studio", author="", body="from elsewhere", key="k")
    assert await room.read_after(0) == []
    room.feed.expect_changes()
    assert await room.read_after(0) == ["from elsewhere"]


async def test_closing_wakes_everybody(room: FeedChannel) -> None:
    """For good."""
    waiting = asyncio.create_task(room.feed.wait(room.feed.signal, SOON))
    await quiet()
    room.feed.close()
    assert await waiting
    assert room.feed.is_closed


async def test_a_look_that_failed_loses_nothing(room: FeedChannel) -> None:
    """The next one finds what it missed."""
    await room.read_after(0)
    await room.say("one")
    room.messages.failures.fail_next("since", StorageFailed("memory", "down"))
    with pytest.raises(StorageFailed):
        await room.read_after(0)
    assert await room.read_after(0) == ["one"]
