"""Asks on a simulated clock how much of what a service takes is used, with forty jobs waiting."""

from benchmarks.fallback import simulate_pace
from bot.domain.call_limits import CallLimits


async def test_an_allowance_that_is_set_is_used_up_and_no_call_is_one_too_many() -> None:
    """Over three minutes of five calls."""
    assert await simulate_pace(CallLimits(per_minute=5)) == (1.0, 0)


async def test_an_allowance_that_nobody_knows_is_learnt_and_used_up() -> None:
    """From the first minute, in which calls go out a few at a time, so that one of them is too many."""
    assert await simulate_pace(None) == (1.0, 1)
