"""Tasks that run beside a body and end with it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


@asynccontextmanager
async def background_task(work: Coroutine[Any, Any, T]) -> AsyncIterator["asyncio.Task[T]"]:
    """Run `work` while the body runs; afterwards cancel it and wait for its end."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def wait_for_either(one: Coroutine[Any, Any, object], *others: "asyncio.Task[Any]") -> None:
    """Wait for whichever ends first, and cancel the one."""
    async with background_task(one) as waiting:
        await asyncio.wait({waiting, *others}, return_when=asyncio.FIRST_COMPLETED)
