"""Takes jobs from a broker and never ends one, to be killed: `python -m tests.contract.broker_process URL PREFIX`."""

import asyncio
import sys
from datetime import timedelta

from bot.app.system import SystemClock
from storage.engines.amqp import AmqpBroker
from storage.engines.brokered import BrokerEngine
from storage.events.local import LocalEvents
from tests.contract.engine_process import work_for_ever
from tests.contract.engines import SLOTS


async def main(url: str, prefix: str) -> None:
    """Take jobs until killed."""
    async with AmqpBroker(url, prefix=prefix, tiers=tuple(SLOTS)) as broker:
        engine = BrokerEngine(broker, tiers=tuple(SLOTS), lease=timedelta(seconds=1), events=LocalEvents(), clock=SystemClock())
        async with engine:
            await engine.run(work_for_ever, SLOTS)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
