"""Somebody who is always looking at a fake: whoever wants to note something there has to wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def contended(changed: asyncio.Condition) -> AsyncIterator[None]:
    """Hold a fake's lock nearly all the time while the body runs, and let it go between any two others."""

    async def look() -> None:
        while True:
            async with changed:
                await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
