"""Asks of every implementation of `Once`: does what is to happen once happen once?"""

import asyncio

import pytest

from bot.ports.once import Once
from storage.sql.database import Database
from storage.sql.once import SqlOnce
from tests.contract.conftest import ON_DISK
from tests.fakes.clock import StoppedClock


async def test_a_key_is_new_once(once: Once) -> None:
    """However often it is said."""
    assert [await once.first("evt_1") for _ in range(3)] == [True, False, False]


async def test_keys_do_not_know_each_other(once: Once) -> None:
    """Each is new by itself."""
    await once.first("evt_1")
    assert await once.first("evt_2")


async def test_what_did_not_work_out_may_come_again(once: Once) -> None:
    """Once more, and no more than that."""
    await once.first("evt_1")
    await once.again("evt_1")
    assert [await once.first("evt_1") for _ in range(2)] == [True, False]


async def test_what_never_came_can_be_forgotten(once: Once) -> None:
    """That is no error."""
    await once.again("evt_1")
    assert await once.first("evt_1")


@pytest.mark.parametrize("key", ["", "x" * 900, "'; DROP TABLE happened; --", "🦊"])
async def test_any_text_is_a_key(once: Once, key: str) -> None:
    """Platforms make them up."""
    assert [await once.first(key) for _ in range(2)] == [True, False]


@ON_DISK
async def test_of_many_at_once_in_two_houses_one_is_first(once: Once, records_url: str, clock: StoppedClock) -> None:
    """A webhook that is delivered twice in one moment is handled by one process."""
    second = Database(records_url)
    await second.open()
    answers = await asyncio.gather(*(one.first("evt_1") for one in [once, SqlOnce(second, clock)] * 10))
    await second.close()
    assert sum(answers) == 1
