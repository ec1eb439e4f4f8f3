"""Asks whether tasks are waited for, and cancelled where that takes too long."""

import asyncio
from datetime import timedelta

from bot.adapters.shared.task_tracker import TaskTracker
from tests.fakes.waiting import quiet


async def test_it_is_drained_when_all_have_ended() -> None:
    """No later, and nothing is cancelled."""
    tracker, loop = TaskTracker(), asyncio.get_running_loop()
    task = asyncio.create_task(asyncio.sleep(3, "done"))
    tracker.track(task)
    await tracker.drain(timedelta(seconds=10))
    assert (await task, loop.time()) == ("done", 3)


async def test_what_takes_too_long_is_cancelled() -> None:
    """Whoever closes does not wait for ever."""
    tracker, loop = TaskTracker(), asyncio.get_running_loop()
    task = asyncio.create_task(asyncio.Event().wait())
    tracker.track(task)
    await tracker.drain(timedelta(seconds=10))
    assert task.cancelled()
    assert loop.time() == 10


async def test_what_has_ended_is_not_held_any_more() -> None:
    """Also where it failed; and then there is nothing to wait for."""

    async def fails() -> None:
        raise ZeroDivisionError

    tracker, task = TaskTracker(), asyncio.create_task(fails())
    tracker.track(task)
    await quiet()
    assert isinstance(task.exception(), ZeroDivisionError)
    await tracker.drain(timedelta(seconds=10))
    assert asyncio.get_running_loop().time() == 0
