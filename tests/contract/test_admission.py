"""Asks the limiter of wishes, over every rate limiter: does each account get what it may have at once, no more and no less?"""

import asyncio
import itertools
from datetime import timedelta

import pytest

from bot.domain.people import AccountId
from bot.errors import Busy
from bot.services.admission import AdmissionLimiter, AdmissionLimits
from tests.contract.limits import LimitsStage, limits_stage

__all__ = ["limits_stage"]

LIMITS = AdmissionLimits(wishes=3, within=timedelta(hours=1), open_jobs=4)
BURST_ANN, BURST_BOB = AccountId("ann"), AccountId("bob")


class TwoLimiters:
    """The limiters of two processes, asked by turns: three wishes get through in an hour, and four jobs may be open."""

    def __init__(self, stage: LimitsStage) -> None:
        pairs = zip(stage.limiters, stage.locks, strict=True)
        self._turns = itertools.cycle([AdmissionLimiter(LIMITS, limiter, locks) for limiter, locks in pairs])

    def next(self) -> AdmissionLimiter:
        """Return that of the next process."""
        return next(self._turns)


@pytest.fixture
def processes(limits_stage: LimitsStage) -> TwoLimiters:
    """Return two processes."""
    return TwoLimiters(limits_stage)


async def wish(processes: TwoLimiters, account: AccountId = BURST_ANN, open_jobs: int = 0) -> bool:
    """Say whether a wish got through; it takes a moment to be accepted."""
    admission = processes.next()
    async with admission.lock(account):
        try:
            await admission.check(account, open_jobs)
        except Busy:
            return False
        await asyncio.sleep(0)
        await admission.count_accepted(account)
        return True


async def test_as_many_as_allowed_get_through(processes: TwoLimiters) -> None:
    """And the next one hears when to come back."""
    assert [await wish(processes) for _ in range(4)] == [True, True, True, False]
    with pytest.raises(Busy) as busy:
        await processes.next().check(BURST_ANN, 0)
    assert timedelta(minutes=50) < busy.value.retry_after <= timedelta(hours=1)


async def test_many_at_once_are_no_more_than_allowed(processes: TwoLimiters) -> None:
    """Whoever comes first."""
    assert sorted(await asyncio.gather(*(wish(processes) for _ in range(50)))) == [False] * 47 + [True] * 3


async def test_what_was_refused_uses_nothing_up(processes: TwoLimiters) -> None:
    """Only what is counted counts."""
    for _ in range(9):
        admission = processes.next()
        async with admission.lock(BURST_ANN):
            await admission.check(BURST_ANN, 0)
    assert [await wish(processes) for _ in range(4)] == [True, True, True, False]


async def test_everybody_is_counted_alone(processes: TwoLimiters) -> None:
    """Nobody waits for another's turn either."""
    for _ in range(3):
        await wish(processes)
    async with processes.next().lock(BURST_ANN):
        assert await wish(processes, BURST_BOB)


async def test_no_more_may_be_open_than_run_and_wait(processes: TwoLimiters) -> None:
    """Four here, together."""
    assert await wish(processes, open_jobs=3)
    assert not await wish(processes, open_jobs=4)


async def test_an_error_ends_the_turn(processes: TwoLimiters) -> None:
    """Whoever comes next is not kept out."""
    with pytest.raises(RuntimeError):
        async with processes.next().lock(BURST_ANN):
            raise RuntimeError
    async with asyncio.timeout(20):
        assert await wish(processes)
