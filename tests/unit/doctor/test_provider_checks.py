"""Asks what the doctor says of image services that rest, or are slowed down."""

from datetime import timedelta

from bot.doctor.provider_checks import describe_states
from bot.domain.provider_state import ProviderState
from tests.fakes.clock import NOON


def test_it_says_who_rests_and_who_is_slowed_down() -> None:
    """And nothing of those that are well, or well again."""
    states = {
        "well": ProviderState(),
        "tried": ProviderState(faults=3, rests=1, rests_until=NOON),
        "openai": ProviderState(faults=1, fault="bad_key", rests=1, rests_until=NOON + timedelta(minutes=2)),
        "second": ProviderState(per_minute=5, slowed_at=NOON),
    }
    assert [finding.text for finding in describe_states(states, NOON)] == [
        "openai is not asked for 2 minutes, because its calls failed: bad_key.",
        "second gets at most 5 calls a minute, as it said that it gets too many; it slowly gets more again.",
    ]
