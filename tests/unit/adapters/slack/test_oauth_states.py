"""Asks whether the states of installations under way are each good once, and for a while."""

from datetime import timedelta

import pytest

from bot.adapters.slack.installation_store import STATE_LIFETIME, OAuthStateStore
from bot.ports.codes import Purpose
from tests.fakes.clock import StoppedClock
from tests.fakes.codes import MemoryCodes
from tests.fakes.ids import CountingIds


@pytest.fixture
def codes(clock: StoppedClock) -> MemoryCodes:
    """Return the record that states are kept in."""
    return MemoryCodes(clock)


@pytest.fixture
def states(codes: MemoryCodes, clock: StoppedClock) -> OAuthStateStore:
    """Return the store of states."""
    return OAuthStateStore(codes, CountingIds(), clock)


async def test_a_state_is_good_once(states: OAuthStateStore) -> None:
    """Each of several that are under way."""
    first, second = [await states.async_issue() for _ in range(2)]
    for state in (first, second):
        assert await states.async_consume(state)
        assert not await states.async_consume(state)


async def test_a_state_is_good_for_ten_minutes(states: OAuthStateStore, clock: StoppedClock) -> None:
    """To the last moment, and not at the end."""
    first, second = [await states.async_issue() for _ in range(2)]
    clock.move(STATE_LIFETIME - timedelta(microseconds=1))
    assert await states.async_consume(first)
    clock.move(timedelta(microseconds=1))
    assert not await states.async_consume(second)
    assert timedelta(minutes=10) == STATE_LIFETIME


@pytest.mark.parametrize("forged", [None, "", "x", "id", "\ud800", "x" * 100_000])
async def test_a_state_that_we_did_not_make_is_refused(states: OAuthStateStore, forged: str | None) -> None:
    """Or the lack of one."""
    await states.async_issue()
    assert not await states.async_consume(forged)


async def test_a_state_cannot_be_read_in_the_records(states: OAuthStateStore, codes: MemoryCodes) -> None:
    """And what is read there is no state."""
    state = await states.async_issue()
    [(purpose, code_hash)] = codes.by_hash
    assert purpose is Purpose.INSTALL
    assert state not in code_hash
    assert not await states.async_consume(code_hash)
