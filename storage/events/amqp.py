"""Events over a fanout exchange of RabbitMQ. Importing this needs `easel[rabbitmq]`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aio_pika import ExchangeType, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage

from storage.events.remote import Receive
from storage.rabbitmq import FAILURES, connect, within_patience

_MOST_BYTES = 16 * 1024 * 1024
"""So much waits for somebody who does not read; what is older is lost to them."""


class AmqpChannel:
    """A fanout exchange, and for each listener a queue that goes with its connection."""

    failures: tuple[type[Exception], ...] = FAILURES

    def __init__(self, url: str, *, prefix: str) -> None:
        self._url = url
        self._name = f"{prefix}.events"
        self._sending: tuple[AbstractConnection, AbstractExchange] | None = None

    async def send(self, message: bytes) -> None:
        """Publish the message, over a connection that is kept for the next one."""
        try:
            if self._sending is None or self._sending[0].is_closed:
                connection = await connect(self._url)
                self._sending = connection, await within_patience(self._open_exchange(connection))
            await within_patience(self._sending[1].publish(Message(message), routing_key="", mandatory=False))
        except BaseException:
            await self.close()
            raise

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Receive]:
        """Bind a queue of its own, and yield its receiver."""
        arrived = asyncio.Queue[AbstractIncomingMessage | None]()

        async def receive() -> bytes:
            message = await arrived.get()
            if message is None:
                raise ConnectionError("the connection was lost")
            return message.body

        async def open_queue(connection: AbstractConnection) -> None:
            channel = await connection.channel()
            for end in (connection.close_callbacks, channel.close_callbacks):
                end.add(lambda *_: arrived.put_nowait(None))
            queue = await channel.declare_queue(exclusive=True, arguments={"x-max-length-bytes": _MOST_BYTES})
            await queue.bind(await self._declare(channel))
            await queue.consume(arrived.put, no_ack=True)

        async with await connect(self._url) as connection:
            await within_patience(open_queue(connection))
            yield receive

    async def close(self) -> None:
        """Disconnect."""
        sending, self._sending = self._sending, None
        if sending is not None:
            await within_patience(sending[0].close())

    async def _open_exchange(self, connection: AbstractConnection) -> AbstractExchange:
        return await self._declare(await connection.channel())

    async def _declare(self, channel: AbstractChannel) -> AbstractExchange:
        return await channel.declare_exchange(self._name, ExchangeType.FANOUT, durable=True)
