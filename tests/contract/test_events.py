"""Asks of every implementation of `Events`: is everybody told what was published, once, in order, and whole?

To add one: a fixture that opens it twice, as two processes would, and its name in `KINDS`.
"""

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from typing import Any, get_args

import pytest
from pydantic import ConfigDict, TypeAdapter

from bot.ports.events import Event, Events, EventsMissed, MessagesChanged, PreviewChanged, PreviewLinked, WorkCancelled
from storage.events.local import LocalEvents
from storage.events.remote import Channel, RemoteEvents
from tests.fakes.kafka import KafkaServer
from tests.fakes.rabbitmq import RabbitServer
from tests.fakes.redis import RedisServer
from tests.fakes.waiting import until

KINDS = [
    "local",
    pytest.param("redis", marks=pytest.mark.needs("redis")),
    pytest.param("rabbitmq", marks=[pytest.mark.needs("rabbitmq"), pytest.mark.long]),
    pytest.param("kafka", marks=[pytest.mark.needs("kafka"), pytest.mark.long]),
]
Ends = tuple[Events, Events]
BYTES = bytes(range(256)) * 8 * 1024
_NUMBERS = itertools.count()
EVENTS: list[Event] = [
    MessagesChanged(),
    PreviewChanged("m1", BYTES),
    PreviewChanged("m1"),
    PreviewChanged("🦊", b"\x00"),
    PreviewLinked("p", b"\x00"),
    WorkCancelled("job"),
]


@pytest.fixture
def local_ends() -> Ends:
    """Return the same twice: a house in one process has only one."""
    events = LocalEvents()
    return events, events


@asynccontextmanager
async def two_ends(open_channel: Callable[[str], Channel]) -> AsyncIterator[Ends]:
    """Open it twice, and wait until each hears the other."""
    prefix, arrived = f"events{next(_NUMBERS)}", list[Event]()
    async with AsyncExitStack() as stack:
        ends = [await stack.enter_async_context(RemoteEvents(open_channel(prefix), sender=name)) for name in "ab"]
        for end in ends:
            stack.enter_context(end.subscribe(EventsMissed, arrived.append))
        await until(lambda: len(arrived) == 2)
        yield ends[0], ends[1]


@pytest.fixture
async def redis_ends(redis: RedisServer) -> AsyncIterator[Ends]:
    """Open them over Redis."""
    from storage.events.redis import RedisChannel  # noqa: PLC0415 - tests that need it are skipped without it

    async with two_ends(lambda prefix: RedisChannel(redis.url, prefix=prefix)) as ends:
        yield ends


@pytest.fixture
async def rabbitmq_ends(rabbitmq: RabbitServer) -> AsyncIterator[Ends]:
    """Open them over RabbitMQ."""
    from storage.events.amqp import AmqpChannel  # noqa: PLC0415 - as above

    async with two_ends(lambda prefix: AmqpChannel(rabbitmq.url, prefix=prefix)) as ends:
        yield ends


@pytest.fixture
async def kafka_ends(kafka: KafkaServer) -> AsyncIterator[Ends]:
    """Open them over Kafka."""
    from storage.events.kafka import KafkaChannel  # noqa: PLC0415 - as above

    async with two_ends(lambda prefix: KafkaChannel(kafka.url, prefix=prefix)) as ends:
        yield ends


@pytest.fixture(params=KINDS)
def ends(request: pytest.FixtureRequest) -> Ends:
    """Return where events are published, and where they are subscribed to."""
    ends: Ends = request.getfixturevalue(f"{request.param}_ends")
    return ends


@pytest.fixture
def publisher(ends: Ends) -> Events:
    """Return one end."""
    return ends[0]


@pytest.fixture
def listener(ends: Ends) -> Events:
    """Return the other."""
    return ends[1]


async def test_every_subscriber_of_a_topic_is_told_and_no_other(publisher: Events, listener: Events) -> None:
    """Each of them once."""
    one: list[Event] = []
    other: list[Event] = []
    changes: list[Event] = []
    with (
        listener.subscribe(PreviewChanged, one.append),
        listener.subscribe(PreviewChanged, other.append),
        listener.subscribe(MessagesChanged, changes.append),
    ):
        await publisher.publish(PreviewChanged("m1", b"first"))
        await publisher.publish(MessagesChanged())
        await until(lambda: changes != [] and one != [] and other != [])
    assert (one, other, changes) == ([PreviewChanged("m1", b"first")], [PreviewChanged("m1", b"first")], [MessagesChanged()])


async def test_events_of_a_publisher_come_in_their_order(publisher: Events, listener: Events) -> None:
    """Over all topics: a preview is there before the message that shows it is."""
    received: list[Event] = []
    with listener.subscribe(PreviewChanged, received.append), listener.subscribe(MessagesChanged, received.append):
        for number in range(20):
            await publisher.publish(PreviewChanged(str(number)))
            await publisher.publish(MessagesChanged())
        await until(lambda: len(received) == 40)
    assert received[::2] == [PreviewChanged(str(number)) for number in range(20)]
    assert received[1::2] == [MessagesChanged()] * 20


async def test_both_ends_may_publish_and_subscribe(ends: Ends) -> None:
    """Whoever publishes is told too, where they subscribe."""
    received: list[list[Event]] = [[], []]
    with ExitStack() as stack:
        for end, arrived in zip(ends, received, strict=True):
            stack.enter_context(end.subscribe(PreviewChanged, arrived.append))
        await ends[0].publish(PreviewChanged("a"))
        await ends[1].publish(PreviewChanged("b"))
        await until(lambda: all(len(arrived) == 2 for arrived in received))
    assert [sorted(event.message for event in arrived if isinstance(event, PreviewChanged)) for arrived in received] == [
        ["a", "b"]
    ] * 2


async def test_bytes_arrive_whole(publisher: Events, listener: Events) -> None:
    """Two megabytes of every value there is."""
    received: list[PreviewChanged] = []
    with listener.subscribe(PreviewChanged, received.append):
        await publisher.publish(PreviewChanged("m1", BYTES))
        await until(lambda: received != [])
    assert received[0].content == BYTES


async def test_nobody_is_told_after_their_subscription_ended(publisher: Events, listener: Events) -> None:
    """Nor of what was published before it began."""
    early: list[Event] = []
    late: list[Event] = []
    with listener.subscribe(PreviewChanged, early.append):
        await publisher.publish(PreviewChanged("early"))
        await until(lambda: early != [])
    await publisher.publish(PreviewChanged("between"))
    with listener.subscribe(PreviewChanged, late.append):
        await publisher.publish(PreviewChanged("late"))
        await until(lambda: PreviewChanged("late") in late)
    assert early == [PreviewChanged("early")]


async def test_a_subscriber_that_breaks_keeps_nobody_from_anything(publisher: Events, listener: Events) -> None:
    """Neither the publisher nor the others, nor itself the next time."""
    broken: list[Event] = []
    received: list[Event] = []

    def break_down(event: PreviewChanged) -> None:
        broken.append(event)
        raise RuntimeError("broken")

    with listener.subscribe(PreviewChanged, break_down), listener.subscribe(PreviewChanged, received.append):
        for _ in range(2):
            await publisher.publish(PreviewChanged("m1"))
        await until(lambda: len(received) == len(broken) == 2)


async def test_a_subscriber_may_end_its_subscription_when_it_is_told(publisher: Events, listener: Events) -> None:
    """The others are told all the same."""
    received: list[Event] = []
    with ExitStack() as first, listener.subscribe(PreviewChanged, received.append):
        first.enter_context(listener.subscribe(PreviewChanged, lambda _: first.close()))
        await publisher.publish(PreviewChanged("m1"))
        await until(lambda: received != [])


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_can_be_sent_as_json(event: Event) -> None:
    """By its declaration alone, so that other processes can be told."""
    # In a list, because pydantic takes no configuration for a dataclass by itself.
    as_list: Any = list[type(event)]  # type: ignore[misc]  # known when it runs
    as_json: TypeAdapter[list[Event]] = TypeAdapter(as_list, config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"))
    assert as_json.validate_json(as_json.dump_json([event])) == [event]


def test_every_event_is_among_those() -> None:
    """But the one that nobody sends."""
    assert {type(event) for event in EVENTS} | {EventsMissed} == set(get_args(Event))
