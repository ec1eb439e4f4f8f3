"""Asks events over Redis what only many processes need: a Redis that goes and comes back, and a neighbour on the same one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.ports.events import Event, Events, EventsMissed, MessagesChanged, PreviewChanged
from storage.events.remote import RemoteEvents
from tests.fakes.redis import RedisServer, redis_server
from tests.fakes.waiting import until

pytestmark = pytest.mark.needs("redis")


@asynccontextmanager
async def two_processes(redis: RedisServer, *prefixes: str) -> AsyncIterator[tuple[Events, Events, list[Event]]]:
    """Open it twice, the second with somebody who wants to know everything; wait until that is connected."""
    from storage.events.redis import RedisChannel  # noqa: PLC0415 - tests that need it are skipped without it

    received: list[Event] = []
    async with AsyncExitStack() as stack:
        opened = [RemoteEvents(RedisChannel(redis.url, prefix=prefix), sender=f"process{n}") for n, prefix in enumerate(prefixes)]
        one, other = [await stack.enter_async_context(events) for events in opened]
        stack.enter_context(other.subscribe(EventsMissed, received.append))
        stack.enter_context(other.subscribe(MessagesChanged, received.append))
        stack.enter_context(other.subscribe(PreviewChanged, received.append))
        await until(lambda: received == [EventsMissed()])
        received.clear()
        yield one, other, received


async def test_a_redis_that_goes_and_comes_back_is_said_once(tmp_path: Path) -> None:
    """Whoever publishes notices nothing; afterwards those who may have missed something know, and hear again."""
    with redis_server(tmp_path) as redis, capture_logs() as logs:
        async with two_processes(redis, "away", "away") as (one, other, received):
            await one.publish(MessagesChanged())
            await until(lambda: received == [MessagesChanged()])
            redis.kill()
            for events in (one, other):
                await events.publish(PreviewChanged("lost", b"\x00"))
            await until(lambda: len(of(logs, "events.away")) == 3)
            redis.start()
            await until(lambda: EventsMissed() in received and len(of(logs, "events.back")) == 3)
            await one.publish(PreviewChanged("found"))
            await until(lambda: PreviewChanged("found") in received)
    # Each process says once what it cannot do: both cannot send, and only one has somebody to receive for.
    assert [log["what"] for log in of(logs, "events.away")].count("receiving") == 1
    assert not any(log.get("exc_info") for log in logs)


async def test_a_connection_that_was_closed_is_no_outage(tmp_path: Path) -> None:
    """Some servers close those that are idle: what is said next may be missed, which is known at once and logged by nobody."""
    from redis.asyncio import Redis  # noqa: PLC0415 - as above

    with redis_server(tmp_path) as redis, capture_logs() as logs:
        client: Any = Redis.from_url(redis.url)
        async with two_processes(redis, "idle", "idle") as (one, _, received), client:
            await one.publish(PreviewChanged("before"))
            await until(lambda: received == [PreviewChanged("before")])
            await client.client_kill_filter(_type="normal", skipme=True)
            await one.publish(PreviewChanged("perhaps"))
            await until(lambda: received[-1] in {PreviewChanged("perhaps"), EventsMissed()})
            await one.publish(PreviewChanged("after"))
            await until(lambda: received[-1] == PreviewChanged("after"))
    assert of(logs, "events.away") == []


async def test_without_redis_a_process_still_tells_itself(tmp_path: Path) -> None:
    """At once, and it ends as quickly as ever."""
    with redis_server(tmp_path) as redis:
        async with two_processes(redis, "alone", "alone") as (_, other, received):
            redis.kill()
            await other.publish(PreviewChanged("m1", b"seen"))
            assert received == [PreviewChanged("m1", b"seen")]


async def test_what_has_no_room_is_lost_and_not_waited_for(tmp_path: Path) -> None:
    """A Redis that hangs holds up nobody, however much there is to say; then what was missed is known."""
    with redis_server(tmp_path) as redis, capture_logs() as logs:
        async with two_processes(redis, "hangs", "hangs") as (one, _, received):
            redis.freeze()
            for _ in range(40):
                await one.publish(PreviewChanged("m1", bytes(1024 * 1024)))
            await until(lambda: of(logs, "events.away") != [])
            redis.kill()
            redis.start()
            await until(lambda: EventsMissed() in received)
            await one.publish(PreviewChanged("found"))
            await until(lambda: PreviewChanged("found") in received)
    assert received.count(PreviewChanged("m1", bytes(1024 * 1024))) < 40


async def test_neighbours_with_another_prefix_hear_nothing(redis: RedisServer) -> None:
    """Two houses may share a Redis."""
    async with (
        two_processes(redis, "one", "other") as (one, other, received),
        two_processes(redis, "one", "one") as (_, _, at_home),
    ):
        await one.publish(PreviewChanged("m1"))
        await until(lambda: at_home == [PreviewChanged("m1")])
        await other.publish(PreviewChanged("m2"))
        await until(lambda: received == [PreviewChanged("m2")])


@pytest.mark.parametrize("message", [b"", b"nonsense", b"\xff \xff \xff", b"x Unknown [{}]", b"x PreviewChanged [{}]"])
async def test_what_cannot_be_understood_is_left_out(redis: RedisServer, message: bytes) -> None:
    """It may come from a process of another version; what comes after it is heard."""
    from redis.asyncio import Redis  # noqa: PLC0415 - as above

    client: Any = Redis.from_url(redis.url)
    async with two_processes(redis, "mixed", "mixed") as (one, _, received), client:
        await client.publish("mixed:events", message)
        await one.publish(MessagesChanged())
        await until(lambda: received == [MessagesChanged()])


def of(logs: list[Any], event: str) -> list[Any]:
    """Return the lines of that event."""
    return [log for log in logs if log["event"] == event]
