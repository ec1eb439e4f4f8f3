"""Takes jobs from a broker and never ends one, to be killed: `python -m tests.contract.broker_process URL PREFIX`."""

import asyncio
import sys
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from bot.app.system import SystemClock
from storage.engines.broker import Broker
from storage.engines.brokered import BrokerEngine
from storage.events.local import LocalEvents
from tests.contract.engine_process import work_for_ever
from tests.contract.engines import SLOTS

LEASE = timedelta(seconds=1)


def build_broker(url: str, prefix: str) -> AbstractAsyncContextManager[Broker]:
    """Return what the address names."""
    if url.startswith("kafka:"):
        from storage.engines.kafka import KafkaBroker  # noqa: PLC0415 - of two packages one is enough

        return KafkaBroker(url, prefix=prefix, tiers=tuple(SLOTS), lease=LEASE)
    from storage.engines.amqp import AmqpBroker  # noqa: PLC0415 - as above

    return AmqpBroker(url, prefix=prefix, tiers=tuple(SLOTS))


async def main(url: str, prefix: str) -> None:
    """Take jobs until killed."""
    async with build_broker(url, prefix) as broker:
        engine = BrokerEngine(broker, tiers=tuple(SLOTS), lease=LEASE, events=LocalEvents(), clock=SystemClock())
        async with engine:
            await engine.run(work_for_ever, SLOTS)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
