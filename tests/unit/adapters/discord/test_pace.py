"""Is what the bot's own token may do dealt out fairly?"""

from datetime import timedelta

from bot.adapters.discord.pace import Pace


def test_progresses_of_one_channel_are_spaced() -> None:
    """Other channels have their own turns."""
    pace = Pace()
    first, second, other = pace.next("a"), pace.next("a"), pace.next("b")
    assert first == other == timedelta()
    assert timedelta(seconds=2) < second <= timedelta(seconds=2.5)
