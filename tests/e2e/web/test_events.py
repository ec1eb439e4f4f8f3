"""Asks over real connections whether everybody hears the news, whatever breaks, and whether the server still stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.fakes.studio import png
from tests.fakes.visitor import HttpVisitor, Listener
from tests.fakes.waiting import until
from tests.fakes.web_house import WebHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")


@asynccontextmanager
async def many_listening(visitor: HttpVisitor, count: int) -> AsyncIterator[list[Listener]]:
    """Open so many streams."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(visitor.listening()) for _ in range(count)]


async def test_everybody_sees_progress_as_it_comes(house: WebHouse, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """From the waiting line to the picture."""
    async with bob.listening() as stream:
        await ann.say("/imagine a fox")
        [order] = house.studio.orders
        waiting = await stream.until("waiting")
        await house.studio.work(order, 0.5, png())
        working = await stream.until("working")
        await house.studio.finish(order, png())
        done = await stream.until("done")
    assert waiting.id < working.id < done.id
    assert waiting.data["preview"] is None
    assert working.data["post"]["progress"] == 0.5
    assert len(done.data["post"]["pictures"]) == 1


async def test_previews_are_shown_until_the_picture_is_there(house: WebHouse, ann: HttpVisitor) -> None:
    """They are never kept, neither here nor by the browser."""
    await ann.say("/imagine a fox")
    [order] = house.studio.orders
    await house.studio.work(order, 0.5, png(colour="red"))
    await house.studio.work(order, 0.7)
    [message] = await ann.messages()
    preview = await ann.get(message["preview"])
    assert (preview.content, preview.headers["Cache-Control"]) == (png(colour="red"), "no-store")
    await house.studio.finish(order, png())
    assert (await ann.get(message["preview"])).status == 404
    assert (await ann.messages())[0]["preview"] is None


@pytest.mark.parametrize("is_header", [True, False])
async def test_a_stream_goes_on_where_it_broke_off(house: WebHouse, ann: HttpVisitor, is_header: bool) -> None:
    """What was missed comes once, as it is now."""
    await ann.say("/imagine a fox")
    version = (await ann.page())["version"]
    [order] = house.studio.orders
    await house.studio.work(order, 0.1)
    await house.studio.work(order, 0.2)
    await ann.say("/imagine an owl")
    opened = ann.listening(0, last_event=version) if is_header else ann.listening(version)
    async with opened as stream:
        first, second = await stream.next(), await stream.next()
    assert first is not None
    assert second is not None
    assert first.data["post"]["progress"] == 0.2
    assert second.data["post"]["asked"]["text"] == "/imagine an owl"


async def test_a_deleted_message_is_news(house: WebHouse, ann: HttpVisitor) -> None:
    """Without its words."""
    await ann.say("/imagine a fox")
    async with ann.listening() as stream:
        await house.surface.delete(house.studio.orders[0].message)
        event = await stream.next()
    assert event is not None
    assert (event.data["is_deleted"], event.data["post"]) == (True, None)


async def test_fifty_listeners_hear_everything(house: WebHouse, ann: HttpVisitor) -> None:
    """And cost the store one look per change."""
    async with many_listening(ann, 50) as streams:
        before = house.messages.asked_since
        await ann.say("/imagine a fox")
        received = await asyncio.gather(*(stream.next() for stream in streams))
        assert house.messages.asked_since == before + 1
    assert {event.name for event in received if event} == {"message"}
    assert len([event for event in received if event]) == 50


async def test_open_streams_do_not_keep_the_server(house: WebHouse, ann: HttpVisitor) -> None:
    """It stops within its budget, and the streams end."""
    async with many_listening(ann, 5) as streams:
        await house.stop()
        assert [await stream.next() for stream in streams] == [None] * 5
    assert house.open_connections == 0


async def test_a_restart_loses_nothing(house: WebHouse, ann: HttpVisitor) -> None:
    """The page goes on with the version it had, and messages can still change."""
    await ann.say("/imagine a fox")
    version = (await ann.page())["version"]
    [order] = house.studio.orders
    await house.restart()
    async with ann.listening(version) as stream:
        await house.studio.finish(order, png())
        done = await stream.until("done")
    assert done.data["id"] == order.message.id
    assert done.data["post"]["asked"]["text"] == "/imagine a fox"


async def test_who_goes_away_is_forgotten(house: WebHouse, ann: HttpVisitor) -> None:
    """A closed stream costs nothing any more."""
    async with ann.listening() as stream:
        await ann.say("/imagine a fox")
        await stream.next()
    await until(lambda: house.open_connections <= 1)
