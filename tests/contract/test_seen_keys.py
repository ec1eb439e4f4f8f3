"""Asks of every implementation of `SeenKeys`: does what is to happen once happen once?"""

import asyncio

import pytest

from bot.ports.seen_keys import SeenKeys
from storage.sql.seen_keys import SqlSeenKeys
from tests.contract.conftest import ON_DISK
from tests.contract.tables import patient_database
from tests.fakes.clock import StoppedClock


async def test_a_key_is_new_once(seen_keys: SeenKeys) -> None:
    """However often it is said."""
    assert [await seen_keys.add_if_new("evt_1") for _ in range(3)] == [True, False, False]


async def test_keys_do_not_know_each_other(seen_keys: SeenKeys) -> None:
    """Each is new by itself."""
    await seen_keys.add_if_new("evt_1")
    assert await seen_keys.add_if_new("evt_2")


async def test_a_key_can_be_looked_for(seen_keys: SeenKeys) -> None:
    """Which does not add it."""
    assert [await seen_keys.is_seen("evt_1") for _ in range(2)] == [False, False]
    await seen_keys.add_if_new("evt_1")
    assert (await seen_keys.is_seen("evt_1"), await seen_keys.is_seen("evt_2")) == (True, False)
    await seen_keys.forget("evt_1")
    assert not await seen_keys.is_seen("evt_1")


async def test_what_did_not_work_out_may_come_again(seen_keys: SeenKeys) -> None:
    """Once more, and no more than that."""
    await seen_keys.add_if_new("evt_1")
    await seen_keys.forget("evt_1")
    assert [await seen_keys.add_if_new("evt_1") for _ in range(2)] == [True, False]


async def test_what_never_came_can_be_forgotten(seen_keys: SeenKeys) -> None:
    """That is no error."""
    await seen_keys.forget("evt_1")
    assert await seen_keys.add_if_new("evt_1")


@pytest.mark.parametrize("key", ["", "x" * 900, "'; DROP TABLE happened; --", "🦊"])
async def test_any_text_is_a_key(seen_keys: SeenKeys, key: str) -> None:
    """Platforms make them up."""
    assert [await seen_keys.add_if_new(key) for _ in range(2)] == [True, False]


@ON_DISK
async def test_of_many_at_once_in_two_houses_one_is_first(seen_keys: SeenKeys, records_url: str, clock: StoppedClock) -> None:
    """A webhook that is delivered twice in one moment is handled by one process."""
    second = patient_database(records_url)
    await second.open()
    answers = await asyncio.gather(*(one.add_if_new("evt_1") for one in [seen_keys, SqlSeenKeys(second, clock)] * 10))
    await second.close()
    assert sum(answers) == 1
