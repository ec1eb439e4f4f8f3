"""Asks of every implementation of `AdmissionLimiter`: does each account get what it may have at once, no more and no less?"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.people import AccountId
from bot.errors import Busy
from bot.ports.admission import AdmissionLimiter
from bot.services.admission import AdmissionLimits, LocalAdmissionLimiter
from tests.fakes.clock import StoppedClock

LIMITS = AdmissionLimits(wishes=3, within=timedelta(minutes=1), open_jobs=4)
SECOND = timedelta(seconds=1)
BURST_ANN, BURST_BOB = AccountId("ann"), AccountId("bob")
MAKERS: dict[str, Callable[[StoppedClock], AdmissionLimiter]] = {"local": lambda clock: LocalAdmissionLimiter(LIMITS, clock)}


@pytest.fixture(params=MAKERS)
def admission(request: pytest.FixtureRequest, clock: StoppedClock) -> AdmissionLimiter:
    """Return one that lets three wishes through in a minute, and four jobs be open."""
    return MAKERS[request.param](clock)


async def wish(admission: AdmissionLimiter, account: AccountId = BURST_ANN, open_jobs: int = 0) -> bool:
    """Say whether a wish got through; it takes a moment to be accepted."""
    async with admission.lock(account):
        try:
            await admission.check(account, open_jobs)
        except Busy:
            return False
        await asyncio.sleep(0)
        await admission.count_accepted(account)
        return True


async def test_as_many_as_allowed_get_through(admission: AdmissionLimiter) -> None:
    """And the next one hears when to come back."""
    assert [await wish(admission) for _ in range(4)] == [True, True, True, False]
    with pytest.raises(Busy) as busy:
        await admission.check(BURST_ANN, 0)
    assert busy.value.retry_after == timedelta(minutes=1)


async def test_many_at_once_are_no_more_than_allowed(admission: AdmissionLimiter) -> None:
    """Whoever comes first."""
    assert sorted(await asyncio.gather(*(wish(admission) for _ in range(50)))) == [False] * 47 + [True] * 3


async def test_the_span_slides(admission: AdmissionLimiter, clock: StoppedClock) -> None:
    """Each wish makes room for another one a minute after it."""
    for _ in range(3):
        assert await wish(admission)
        clock.move(10 * SECOND)
    with pytest.raises(Busy) as busy:
        await admission.check(BURST_ANN, 0)
    assert busy.value.retry_after == 30 * SECOND
    clock.move(busy.value.retry_after)
    assert [await wish(admission) for _ in range(2)] == [True, False]


async def test_what_was_refused_uses_nothing_up(admission: AdmissionLimiter) -> None:
    """Only what is counted counts."""
    for _ in range(9):
        async with admission.lock(BURST_ANN):
            await admission.check(BURST_ANN, 0)
    assert [await wish(admission) for _ in range(4)] == [True, True, True, False]


async def test_everybody_is_counted_alone(admission: AdmissionLimiter) -> None:
    """Nobody waits for another's turn either."""
    for _ in range(3):
        await wish(admission)
    async with admission.lock(BURST_ANN):
        assert await wish(admission, BURST_BOB)


async def test_no_more_may_be_open_than_run_and_wait(admission: AdmissionLimiter) -> None:
    """Four here, together."""
    assert await wish(admission, open_jobs=3)
    assert not await wish(admission, open_jobs=4)


async def test_an_error_ends_the_turn(admission: AdmissionLimiter) -> None:
    """Whoever comes next is not kept out."""
    with pytest.raises(RuntimeError):
        async with admission.lock(BURST_ANN):
            raise RuntimeError
    async with asyncio.timeout(1):
        assert await wish(admission)


async def test_a_clock_that_was_set_back_locks_nobody_out(admission: AdmissionLimiter, clock: StoppedClock) -> None:
    """A wish of tomorrow is none of the last minute."""
    for _ in range(3):
        await wish(admission)
    clock.move(timedelta(days=-1))
    assert await wish(admission)
