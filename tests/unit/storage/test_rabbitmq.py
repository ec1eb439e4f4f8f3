"""Asks whether what RabbitMQ does not answer is given up, so that nothing of it keeps a process from ending."""

import asyncio
from datetime import timedelta

import pytest

from storage.rabbitmq import within_patience


async def test_what_is_late_and_waits_once_more_when_it_is_cancelled_is_ended() -> None:
    """As aio-pika's `UnderlayConnection.close` does: its `finally` waits for what never comes."""
    tasks: list[asyncio.Task[None] | None] = []

    async def close() -> None:
        tasks.append(asyncio.current_task())
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await within_patience(close(), timedelta(milliseconds=1))
    [task] = tasks
    assert task is not None
    assert task.cancelled()
