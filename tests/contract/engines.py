"""Which engines are asked, what they are given to do, and how time passes for each."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from bot.app.system import SystemClock
from bot.domain.jobs import JobId
from bot.domain.people import GUEST, PREMIUM, REGISTERED, Tier
from bot.ports.engine import Engine
from storage.engines.broker import OTHERS, Broker
from storage.engines.brokered import BrokerEngine
from storage.engines.local import LocalEngine
from storage.events.local import LocalEvents
from tests.fakes.clock import StoppedClock
from tests.fakes.kafka import KafkaServer
from tests.fakes.waiting import quiet

SLOTS = {GUEST: 1, REGISTERED: 2, PREMIUM: 5}

ENGINES = [
    "local",
    pytest.param("docket", marks=pytest.mark.needs("redis")),
    pytest.param("rabbitmq", marks=[pytest.mark.needs("rabbitmq"), pytest.mark.long]),
    pytest.param("kafka", marks=[pytest.mark.needs("kafka"), pytest.mark.long]),
]
"""Every implementation; a new one is added here, with a stage, and passes all of it."""

LEASE = timedelta(seconds=20)

_numbers = itertools.count()


class EngineStage(Protocol):
    """An engine, and what a test does with the world around it."""

    engine: Engine

    def now(self) -> datetime:
        """Return the moment; but for `move` it hardly changes."""
        ...

    async def move(self, by: timedelta) -> None:
        """Let so much time pass. An engine may find that out when something is published next."""
        ...

    async def settle(self) -> None:
        """Let the engine, which runs, start what it would: what has not started after that was not going to."""
        ...

    def in_real_time(self) -> AbstractAsyncContextManager[Engine]:
        """Open an engine for which time passes by itself."""
        ...


class LocalEngineStage:
    """An engine of this process, for which time stands still."""

    def __init__(self) -> None:
        self._clock = StoppedClock()
        self.engine: Engine = LocalEngine(self._clock)

    def now(self) -> datetime:
        """Return the stopped time."""
        return self._clock.now()

    async def move(self, by: timedelta) -> None:
        """Move the clock."""
        self._clock.move(by)

    async def settle(self) -> None:
        """Let everybody go on."""
        await quiet()

    @asynccontextmanager
    async def in_real_time(self) -> AsyncIterator[Engine]:
        """Build one that sees the system's clock."""
        yield LocalEngine(SystemClock())


class DocketStage:
    """Engines that share queues in Redis. Time is moved by moving what waits there: docket knows the system's clock only."""

    def __init__(self, url: str) -> None:
        from redis.asyncio import Redis  # noqa: PLC0415 - tests that need it are skipped without it

        self.prefix = f"test{next(_numbers)}"
        self._url = url
        self._redis: Any = Redis.from_url(url)  # its own types leave open what a command gives
        self._moved = timedelta()
        self.engine: Engine

    def now(self) -> datetime:
        """Return the moment."""
        return datetime.now(UTC) + self._moved

    async def move(self, by: timedelta) -> None:
        """Have everything that waits for its time wait so much less."""
        self._moved += by
        for tier in SLOTS:
            queue = f"{self.prefix}:{tier}:queue"
            for job, due in await self._redis.zrange(queue, 0, -1, withscores=True):
                await self._redis.zadd(queue, {job: due - by.total_seconds()})

    async def settle(self) -> None:
        """Wait until the workers have asked for jobs a good number of times."""
        before = await self.calls("xreadgroup")
        while await self.calls("xreadgroup") < before + 20:
            await quiet()

    async def calls(self, command: str) -> int:
        """Return how often Redis was given that command."""
        counts = await self._redis.info("commandstats")
        return int(counts.get(f"cmdstat_{command}", {"calls": 0})["calls"])

    @asynccontextmanager
    async def open(self, *, lease: timedelta = timedelta(seconds=20)) -> AsyncIterator[Engine]:
        """Open one more engine on the same queues, as another process would."""
        from storage.engines.docket import DocketEngine  # noqa: PLC0415 - as above

        every = timedelta(milliseconds=5)
        async with DocketEngine(self._url, prefix=self.prefix, tiers=SLOTS, lease=lease, check_every=every) as engine:
            yield engine

    def in_real_time(self) -> AbstractAsyncContextManager[Engine]:
        """Open one more engine: for docket time never stands still."""
        return self.open()

    async def add_nonsense(self, tier: Tier) -> None:
        """Put something into a queue that is no job."""
        await self._redis.xadd(f"{self.prefix}:{tier}:stream", {"what": "nobody knows"})

    async def keys_of_database(self, number: int) -> int:
        """Return how many keys one of Redis's databases has."""
        return int((await self._redis.info("keyspace")).get(f"db{number}", {"keys": 0})["keys"])

    async def forget_everything(self) -> None:
        """Lose all of Redis."""
        await self._redis.flushall()

    async def close(self) -> None:
        """Let go of the connections of the stage itself."""
        await self._redis.aclose()


class ShiftedClock:
    """The system's clock, and as much more as it is moved by."""

    def __init__(self) -> None:
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the moment."""
        return datetime.now(UTC) + self._shift

    def move(self, by: timedelta) -> None:
        """Go on."""
        self._shift += by


class BrokerStage:
    """Engines that share the queues of a broker. Their clock is the stage's, and what is cancelled is heard by all of them."""

    def __init__(
        self, url: str, open_broker: Callable[[str], AbstractAsyncContextManager[Broker]], ask: Callable[[str], Awaitable[None]]
    ) -> None:
        self.prefix = f"test{next(_numbers)}"
        self.events = LocalEvents()
        self.url = url
        self._open_broker = open_broker
        self._ask = ask
        self._clock = ShiftedClock()
        self.engine: Engine

    def now(self) -> datetime:
        """Return the moment."""
        return self._clock.now()

    async def move(self, by: timedelta) -> None:
        """Move the clock."""
        self._clock.move(by)

    async def settle(self) -> None:
        """Wait until the broker has answered somebody else a good number of times."""
        await self._ask(self.prefix)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[BrokerEngine]:
        """Open one more engine on the same queues, as another process would."""
        async with self._open_broker(self.prefix) as broker:
            engine = BrokerEngine(broker, tiers=tuple(SLOTS), lease=LEASE, events=self.events, clock=self._clock)
            async with engine:
                yield engine

    def in_real_time(self) -> AbstractAsyncContextManager[Engine]:
        """Open one more engine: its time never stands still."""
        return self.open()


@asynccontextmanager
async def rabbitmq_stage(url: str) -> AsyncIterator[BrokerStage]:
    """Open a stage with RabbitMQ on it."""
    from aio_pika import connect  # noqa: PLC0415 - as above

    from storage.engines.amqp import AmqpBroker  # noqa: PLC0415 - as above

    async def ask(prefix: str) -> None:
        async with await connect(url) as connection:
            channel = await connection.channel()
            for _ in range(20):
                await channel.declare_queue(f"{prefix}.{GUEST}", passive=True)
                await quiet()

    stage = BrokerStage(url, lambda prefix: AmqpBroker(url, prefix=prefix, tiers=tuple(SLOTS)), ask)
    async with stage.open() as stage.engine:
        yield stage


@asynccontextmanager
async def kafka_stage(server: KafkaServer, *, partitions: int = 1) -> AsyncIterator[BrokerStage]:
    """Open a stage with Kafka on it; only within a partition is there an order."""
    from aiokafka import AIOKafkaProducer  # noqa: PLC0415 - as above

    from storage.engines.kafka import KafkaBroker  # noqa: PLC0415 - as above

    async def ask(prefix: str) -> None:
        async with AIOKafkaProducer(bootstrap_servers=server.url.partition("//")[2]) as producer:
            for _ in range(20):
                await producer.send_and_wait(f"{prefix}.asked", b"whatever")
                await quiet()

    url, tiers = server.url, tuple(SLOTS)
    stage = BrokerStage(url, lambda prefix: KafkaBroker(url, prefix=prefix, tiers=tiers, lease=timedelta(seconds=1)), ask)
    for tier in (*SLOTS, OTHERS):
        server.make_topic(f"{stage.prefix}.{tier}", partitions)
    async with stage.open() as stage.engine:
        yield stage


@asynccontextmanager
async def engine_stage(name: str, fixture: Callable[[str], Any]) -> AsyncIterator[EngineStage]:
    """Open a stage with that engine on it; `fixture` gives a server."""
    if name == "local":
        yield LocalEngineStage()
        return
    server = fixture({"docket": "redis"}.get(name, name))
    stages: dict[str, Callable[[], AbstractAsyncContextManager[EngineStage]]] = {
        "docket": lambda: docket_stage(server.url),
        "rabbitmq": lambda: rabbitmq_stage(server.url),
        "kafka": lambda: kafka_stage(server),
    }
    async with stages[name]() as stage:
        yield stage


@asynccontextmanager
async def docket_stage(url: str) -> AsyncIterator[DocketStage]:
    """Open a stage with docket on it."""
    stage = DocketStage(url)
    async with stage.open() as stage.engine:
        yield stage
    await stage.close()


def jobs(tier: Tier, count: int) -> list[JobId]:
    """Name some jobs."""
    return [JobId(f"{tier}-{number}") for number in range(count)]


async def publish(engine: Engine, *jobs: JobId, not_before: datetime | None = None) -> None:
    """Publish jobs under the tier that is in their names."""
    for job in jobs:
        await engine.publish(job, tier=Tier(job.partition("-")[0]), not_before=not_before)
