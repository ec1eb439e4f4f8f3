"""Asks whether what is heard is dealt with once, and known until then."""

import asyncio
from datetime import timedelta

from bot.services.hearing import Hearing
from tests.fakes.waiting import quiet


def test_what_comes_again_is_not_new() -> None:
    """Platforms repeat what they are not sure we heard."""
    hearing = Hearing()
    assert [hearing.is_new(key) for key in ("a", "b", "a")] == [True, True, False]


def test_what_was_heard_long_ago_is_forgotten() -> None:
    """Memory does not grow for ever; what came lately is still known."""
    hearing = Hearing()
    for number in range(10_001):
        hearing.is_new(str(number))
    assert not hearing.is_new("1")
    assert hearing.is_new("0")


async def test_it_is_quiet_when_all_is_dealt_with() -> None:
    """No later, and nothing is cancelled."""
    hearing, loop = Hearing(), asyncio.get_running_loop()
    task = asyncio.create_task(asyncio.sleep(3, "done"))
    hearing.know(task)
    await hearing.quiet(timedelta(seconds=10))
    assert (await task, loop.time()) == ("done", 3)


async def test_what_takes_too_long_is_cancelled() -> None:
    """Whoever closes does not wait for ever."""
    hearing, loop = Hearing(), asyncio.get_running_loop()
    task = asyncio.create_task(asyncio.Event().wait())
    hearing.know(task)
    await hearing.quiet(timedelta(seconds=10))
    assert task.cancelled()
    assert loop.time() == 10


async def test_what_is_dealt_with_is_not_known_any_more() -> None:
    """Also where it failed; and then it is quiet at once."""

    async def fails() -> None:
        raise ZeroDivisionError

    hearing, task = Hearing(), asyncio.create_task(fails())
    hearing.know(task)
    await quiet()
    assert isinstance(task.exception(), ZeroDivisionError)
    await hearing.quiet(timedelta(seconds=10))
    assert asyncio.get_running_loop().time() == 0
