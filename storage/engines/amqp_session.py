"""What RabbitMQ and a process have to do with each other while one connection lasts. Importing this needs `easel[rabbitmq]`."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aio_pika import DeliveryMode, ExchangeType, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue

from bot.domain.jobs import JobId
from bot.domain.people import Tier
from storage.engines.broker import Take
from storage.rabbitmq import FAILURES, within_patience

_MOST_DELIVERIES = 20
"""A job that was brought so often breaks whoever works on it: it goes to the dead letters, where it keeps nobody busy."""

_MOST_DEAD = 10_000


@dataclass(frozen=True, slots=True)
class _AmqpDelivery:
    """One message that RabbitMQ delivered."""

    message: AbstractIncomingMessage
    tier: Tier
    broken: asyncio.Event

    @property
    def job(self) -> JobId:
        """Return the job that it names."""
        return JobId(self.message.body.decode(errors="replace"))

    @property
    def is_lost(self) -> bool:
        """Return whether its connection is closed: RabbitMQ has put it back then."""
        return self.broken.is_set()

    @property
    def is_second(self) -> bool:
        """Return whether it was brought before."""
        return bool(self.message.redelivered)

    async def settle(self) -> None:
        """Acknowledge the message."""
        with contextlib.suppress(*FAILURES):
            await within_patience(self.message.ack())


class AmqpSession:
    """What lasts as long as one connection. When a part of it breaks, all of it is given up."""

    def __init__(self, connection: AbstractConnection, queues: Mapping[Tier, str], dead: str) -> None:
        self._connection = connection
        self._queues = queues
        self._dead = dead
        self._sending: AbstractChannel
        self._consumers: list[tuple[AbstractQueue, str]] = []
        self.broken = asyncio.Event()

    async def open(self) -> None:
        """Open the channels, and declare the exchange and the queues."""
        self._connection.close_callbacks.add(self._give_up)
        self._sending = await self._open_channel(publisher_confirms=True, on_return_raises=True)
        dead = await self._sending.declare_exchange(self._dead, ExchangeType.FANOUT, durable=True)
        kept: dict[str, Any] = {"x-queue-type": "quorum", "x-max-length": _MOST_DEAD}
        await (await self._sending.declare_queue(self._dead, durable=True, arguments=kept)).bind(dead)
        options: dict[str, Any] = {
            "x-queue-type": "quorum",
            "x-delivery-limit": _MOST_DELIVERIES,
            "x-dead-letter-exchange": self._dead,
        }
        for queue in self._queues.values():
            await self._sending.declare_queue(queue, durable=True, arguments=options)

    async def send(self, job: JobId, tier: Tier) -> None:
        """Publish a lasting message, and wait until RabbitMQ says that it has it."""
        message = Message(job.encode(), delivery_mode=DeliveryMode.PERSISTENT)
        await self._sending.default_exchange.publish(message, self._queues[tier], mandatory=True)

    async def consume(self, slots: Mapping[Tier, int], take: Take) -> None:
        """Consume from each of these queues."""
        for tier, most in slots.items():
            channel = await self._open_channel(publisher_confirms=False)
            await channel.set_qos(most)
            queue = await channel.get_queue(self._queues[tier], ensure=False)
            tag = await queue.consume(self._taking(tier, take))
            (await channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(self._give_up)
            self._consumers.append((queue, tag))

    async def pause(self) -> None:
        """Cancel the consumers."""
        for queue, tag in self._consumers:
            await queue.cancel(tag)

    async def stop(self) -> None:
        """Close the consumers' channels, whereupon RabbitMQ puts back what is not acknowledged."""
        while self._consumers:
            queue, _ = self._consumers.pop()
            queue.channel.close_callbacks.discard(self._give_up)
            await queue.channel.close()

    async def close(self) -> None:
        """Disconnect."""
        self._connection.close_callbacks.discard(self._give_up)
        with contextlib.suppress(*FAILURES):
            await within_patience(self._connection.close())

    async def _open_channel(self, **options: bool) -> AbstractChannel:
        channel = await self._connection.channel(**options)
        channel.close_callbacks.add(self._give_up)
        return channel

    def _taking(self, tier: Tier, take: Take) -> Callable[[AbstractIncomingMessage], Awaitable[None]]:
        async def bring(message: AbstractIncomingMessage) -> None:
            take(_AmqpDelivery(message, tier, self.broken))

        return bring

    def _give_up(self, *_: object) -> None:
        self.broken.set()
