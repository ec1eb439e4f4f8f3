"""Does what is remembered of many keys stay small?"""

from datetime import timedelta

from bot.ports.rate_limiter import Rate
from storage.limits.local import LocalLocks, LocalRateLimiter
from tests.fakes.clock import StoppedClock

SECOND = timedelta(seconds=1)


async def test_what_is_over_is_forgotten() -> None:
    """However many people there are: those of the last minute are left, and those who came before the last sweep."""
    clock, locks = StoppedClock(), LocalLocks()
    limiter = LocalRateLimiter(clock)
    for number in range(1000):
        async with locks.lock(str(number)):
            for _ in range(9):
                await limiter.try_acquire(str(number), Rate(5, timedelta(minutes=1)))
        await limiter.block(f"blocked {number}", SECOND)
        clock.move(SECOND)
    assert len(limiter._windows) <= 4 * 60
    assert max(len(window.uses) for window in limiter._windows.values()) == 5
    assert len(locks._locks) <= 1
