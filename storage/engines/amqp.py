"""RabbitMQ carries job ids: a quorum queue for each tier. Importing this needs `easel[rabbitmq]`."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

import structlog

from bot.domain.jobs import JobId
from bot.domain.people import Tier
from bot.errors import StorageFailed
from storage.engines.amqp_session import AmqpSession
from storage.engines.broker import OTHERS, Take
from storage.rabbitmq import FAILURES, connect, refusing, within_patience

log = structlog.get_logger(__name__)

_RECONNECT_AFTER = timedelta(seconds=1)


class AmqpBroker:
    """Carries jobs by RabbitMQ, and connects again when it was away. Open it with `async with`."""

    def __init__(self, url: str, *, prefix: str, tiers: Sequence[Tier]) -> None:
        self._url = url
        self._queues = {tier: f"{prefix}.{tier}" for tier in (*tiers, OTHERS)}
        self._dead = f"{prefix}.dead"
        self._wanted: tuple[Mapping[Tier, int], Take] | None = None
        self._session: AmqpSession | None = None
        self._has_session = asyncio.Event()
        self._is_away = False
        self._keeping: asyncio.Task[None] | None = None
        self.connections = 0

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            ConfigError: There is no RabbitMQ at the address, or not one that will do.
        """
        async with refusing(self._url):
            session = await self._connect()
        self._keeping = asyncio.create_task(self._keep_connected(session))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Disconnect."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def send(self, job: JobId, tier: Tier) -> None:
        """Send the job, unless the connection is known to be lost."""
        try:
            if not self._is_away:
                await within_patience(self._has_session.wait())
            if self._session is None:
                raise ConnectionError("not connected")
            await within_patience(self._session.send(job, tier))
        except FAILURES as error:
            raise StorageFailed("rabbitmq", str(error) or type(error).__name__) from error

    async def start(self, slots: Mapping[Tier, int], take: Take) -> None:
        """Consume, now and after each connection that is lost."""
        self._wanted = slots, take
        await self._do(lambda session: session.consume(slots, take))

    async def pause(self) -> None:
        """Consume no more."""
        self._wanted = None
        await self._do(AmqpSession.pause)

    async def stop(self) -> None:
        """Return unsettled messages to their queues."""
        self._wanted = None
        await self._do(AmqpSession.stop)

    async def _do(self, act: Callable[[AmqpSession], Coroutine[object, object, None]]) -> None:
        """Run `act` on the open session. Where it fails, the session is given up, and the next one consumes as `_wanted` says."""
        session = self._session
        if session is None:
            return
        try:
            await within_patience(act(session))
        except FAILURES:
            session.broken.set()

    async def _connect(self) -> AmqpSession:
        session = AmqpSession(await connect(self._url), self._queues, self._dead)
        try:
            await within_patience(session.open())
            if self._wanted is not None:
                await within_patience(session.consume(*self._wanted))
        except BaseException:
            await session.close()
            raise
        self._session = session
        self.connections += 1
        self._has_session.set()
        return session

    async def _keep_connected(self, session: AmqpSession) -> None:
        while True:
            await session.broken.wait()
            self._session = None
            self._has_session.clear()
            await session.close()
            session = await self._reconnect()

    async def _reconnect(self) -> AmqpSession:
        """Try until the server is there again; log once that it is away, and once that it is back."""
        while True:
            try:
                session = await self._connect()
            except FAILURES as error:
                if not self._is_away:
                    log.warning("engine.away", broker="rabbitmq", reason=str(error) or type(error).__name__)
                self._is_away = True
                await asyncio.sleep(_RECONNECT_AFTER.total_seconds())
            else:
                if self._is_away:
                    log.info("engine.back", broker="rabbitmq")
                self._is_away = False
                return session
