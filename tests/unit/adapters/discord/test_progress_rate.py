"""Is what the bot's own token may do dealt out fairly?"""

from datetime import timedelta

from bot.adapters.discord.progress_rate import ProgressRateLimiter


def test_progresses_of_one_channel_are_spaced() -> None:
    """Other channels have their own turns."""
    limiter = ProgressRateLimiter()
    first, second, other = limiter.reserve("a"), limiter.reserve("a"), limiter.reserve("b")
    assert first == other == timedelta()
    assert timedelta(seconds=2) < second <= timedelta(seconds=2.5)
