"""How tests wait: for what they need to have happened, never for a while."""

import asyncio
from collections.abc import Callable

_PATIENCE_SECONDS = 20


async def until(is_so: Callable[[], bool]) -> None:
    """Let everybody else go on until `is_so`; a test that waits too long for it fails."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not is_so():  # noqa: ASYNC110 - what is waited for may be a file, or somebody else's state
            await asyncio.sleep(0.001)


async def quiet(rounds: int = 20) -> None:
    """Let everybody who can go on do so: what has not started after that was not going to."""
    for _ in range(rounds):
        await asyncio.sleep(0)
