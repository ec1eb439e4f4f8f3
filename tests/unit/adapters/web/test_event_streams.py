"""Asks whether an event stream keeps its promises: news, heartbeats, new starts, and an end."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from http import HTTPStatus

import httpx2
import pytest
from fastapi.responses import StreamingResponse

from bot.adapters.web.event_streams import EventStreams
from bot.adapters.web.live_channel import LiveChannel
from bot.adapters.web.surface import WEB, WebSurface
from bot.domain.chat import Place, Post
from bot.errors import StorageFailed
from storage.events.local import LocalEvents
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.page_messages import MemoryPageMessages

STUDIO = Place(WEB, "", "studio")
NEVER = timedelta(hours=1)
AT_ONCE = timedelta()


class ListenedChannel:
    """A channel to listen to."""

    def __init__(self) -> None:
        self.messages = MemoryPageMessages(StoppedClock(), CountingIds())
        events = LocalEvents()
        self.surface = WebSurface(self.messages, events)
        self.live = LiveChannel(self.messages, events)

    async def open(self, since: str | None = None, *, heartbeat: timedelta = NEVER) -> AsyncIterator[str]:
        """Open a stream that has been greeted."""
        events = EventStreams(self.live.feed, "studio", heartbeat=heartbeat)
        response = await events.open(since, lambda message: message.id)
        assert isinstance(response, StreamingResponse)
        stream = (str(text) async for text in response.body_iterator)
        assert await anext(stream) == "retry: 2000\n\n"
        return stream

    async def say(self, words: str) -> str:
        """Post something and give its id."""
        return (await self.surface.post(STUDIO, Post(words), key=words)).id


@pytest.fixture
def room() -> Iterator[ListenedChannel]:
    """Open a channel."""
    room = ListenedChannel()
    with room.live.follow():
        yield room


async def test_a_stream_begins_now_and_goes_on(room: ListenedChannel) -> None:
    """What was said before is on the page already."""
    await room.say("before")
    stream = await room.open()
    message = await room.say("after")
    assert await anext(stream) == f"id: 2\nevent: message\ndata: {message}\n\n"


async def test_a_quiet_stream_has_a_heartbeat(room: ListenedChannel) -> None:
    """And with it looks for what other processes did."""
    stream = await room.open(heartbeat=AT_ONCE)
    assert await anext(stream) == ":\n\n"
    await room.messages.add(channel="studio", author="", body="{}", key="elsewhere")
    assert (await anext(stream)).startswith("id: 1\nevent: message\n")


async def test_who_is_too_far_behind_starts_over(room: ListenedChannel) -> None:
    """And goes on from there."""
    await room.say("one")
    stream = await room.open("99")
    assert await anext(stream) == "id: 1\nevent: reset\ndata: {}\n\n"
    await room.say("two")
    assert (await anext(stream)).startswith("id: 2\nevent: message\n")


async def test_closing_ends_the_stream(room: ListenedChannel) -> None:
    """And there is no new one."""
    stream = await room.open()
    room.live.feed.close()
    assert [text async for text in stream] == []
    response = await EventStreams(room.live.feed, "studio").open(None, lambda message: message.id)
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE


async def test_a_store_that_is_down_ends_the_stream(room: ListenedChannel) -> None:
    """The page comes back later for the rest."""
    stream = await room.open()
    room.messages.failures.fail_next("since", StorageFailed("memory", "down"))
    await room.say("one")
    assert [text async for text in stream] == []


async def test_there_are_only_so_many_streams(room: ListenedChannel) -> None:
    """Who goes away makes room."""
    events = EventStreams(room.live.feed, "studio", heartbeat=AT_ONCE, most_streams=1)
    first, refused = await asyncio.gather(*(events.open(None, lambda message: message.id) for _ in range(2)))
    assert (refused.status_code, refused.headers["retry-after"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "10")
    app = httpx2.ASGITransport(app=first)
    room.live.feed.close()
    async with httpx2.AsyncClient(transport=app, base_url="http://studio") as http:
        assert (await http.get("/")).text.startswith("retry:")
    assert events._open == 0


async def test_a_stream_that_could_not_begin_counts_for_none(room: ListenedChannel) -> None:
    """The store was away just then."""
    events = EventStreams(room.live.feed, "studio", most_streams=1)
    room.messages.failures.fail_next("page", StorageFailed("memory", "down"))
    with pytest.raises(StorageFailed):
        await events.open(None, lambda message: message.id)
    assert events._open == 0


@pytest.mark.parametrize("since", ["", "-1", "one", "1.5", "9" * 19, "١"])
async def test_a_version_is_a_number(room: ListenedChannel, since: str) -> None:
    """Nothing else is a place to go on from."""
    response = await EventStreams(room.live.feed, "studio").open(since, lambda message: message.id)
    assert response.status_code == HTTPStatus.BAD_REQUEST
