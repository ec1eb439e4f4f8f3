"""Asks of every implementation of `ProviderStates`: does each process read what any of them has heard of a provider?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.jobs import DrawingState
from bot.domain.people import AccountId
from bot.domain.provider_state import ProviderState
from bot.ports.jobs import Jobs
from bot.ports.provider_states import ProviderStates
from storage.sql.provider_states import SqlProviderStates
from tests.contract.conftest import ON_DISK
from tests.contract.examples import LEASE, a_drawing, a_hold, a_job
from tests.contract.tables import patient_database
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.jobs import MemoryJobs
from tests.fakes.provider_states import MemoryProviderStates

FULL = ProviderState(
    faults=4,
    fault="overloaded",
    rests=2,
    rests_until=NOON + timedelta(minutes=1),
    limited_since=NOON,
    blocked_until=NOON + timedelta(seconds=12),
    per_minute=5,
    slowed_at=NOON,
)


@pytest.fixture
def states(jobs: Jobs, request: pytest.FixtureRequest, clock: StoppedClock) -> ProviderStates:
    """Have nobody heard anything."""
    if isinstance(jobs, MemoryJobs):
        return MemoryProviderStates(jobs)
    return SqlProviderStates(request.getfixturevalue("database"), clock)


async def test_nothing_is_known_of_a_provider_that_nobody_has_heard_of(states: ProviderStates) -> None:
    """It has a new state, and that is not written down for each."""
    assert await states.all() == {}


async def test_a_state_comes_back_as_it_was_written(states: ProviderStates) -> None:
    """Each field of it; and the state before is told too, for whoever must know what has changed."""
    assert await states.change("painter", lambda _: FULL) == (ProviderState(), FULL)
    assert await states.change("other", lambda state: replace(state, faults=1)) == (ProviderState(), ProviderState(faults=1))
    assert await states.all() == {"painter": FULL, "other": ProviderState(faults=1)}
    assert await states.change("painter", lambda state: state) == (FULL, FULL)


async def test_calls_of_the_last_minute_that_failed_do_not_count(
    states: ProviderStates, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """Nor do earlier ones, and those of another provider."""
    await jobs.accept(a_job("a", ann, created_at=NOON), a_hold(ann))
    job = await jobs.claim(a_job("a", ann).id, LEASE)
    assert job is not None
    for name, provider, state, age_s in [
        ("open", "offline", DrawingState.OPEN, 1),
        ("drawn", "offline", DrawingState.DRAWN, 2),
        ("failed", "offline", DrawingState.FAILED, 3),
        ("old", "offline", DrawingState.DRAWN, 60),
        ("other", "another", DrawingState.DRAWN, 1),
    ]:
        drawing = a_drawing(name, job, provider=provider, started_at=clock.now() - timedelta(seconds=age_s))
        await jobs.open_drawing(drawing)
        await jobs.close_drawing(replace(drawing, state=state))
    assert await states.count_accepted("offline") == 2


@ON_DISK
async def test_of_two_processes_that_change_a_state_the_second_sees_what_the_first_did(
    records_url: str, states: ProviderStates, clock: StoppedClock
) -> None:
    """Nobody's fault is lost."""
    other = patient_database(records_url)
    await other.open()
    both = (states, SqlProviderStates(other, clock))

    async def add_fault(number: int) -> None:
        await both[number % 2].change("painter", lambda state: replace(state, faults=state.faults + 1))

    async with asyncio.timeout(120):
        await asyncio.gather(*(add_fault(number) for number in range(10)))
    await other.close()
    assert await states.all() == {"painter": ProviderState(faults=10)}
