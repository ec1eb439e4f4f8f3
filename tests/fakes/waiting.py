"""How tests wait: for what they need to have happened, never for a while."""

import asyncio
from collections.abc import Callable

_PATIENCE_SECONDS = 20
_FIRST_PAUSE_S = 0.001
_LONGEST_PAUSE_S = 0.02


async def until(is_so: Callable[[], bool]) -> None:
    """Let everybody else go on until `is_so`; a test that waits too long for it fails.

    The longer it takes, the more seldom it looks: looking each millisecond would
    take the time of those it waits for.
    """
    pause = _FIRST_PAUSE_S
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not is_so():
            await asyncio.sleep(pause)
            pause = min(pause * 1.25, _LONGEST_PAUSE_S)


async def quiet(rounds: int = 20) -> None:
    """Let everybody who can go on do so: what has not started after that was not going to."""
    for _ in range(rounds):
        await asyncio.sleep(0)
