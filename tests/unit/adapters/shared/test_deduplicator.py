"""Asks whether an event is dealt with once."""

from bot.adapters.shared.deduplicator import Deduplicator


def test_what_comes_again_is_not_new() -> None:
    """Platforms repeat what they are not sure we heard."""
    deduplicator = Deduplicator()
    assert [deduplicator.is_new(key) for key in ("a", "b", "a")] == [True, True, False]


def test_what_came_long_ago_is_forgotten() -> None:
    """Memory does not grow for ever; what came lately is still known."""
    deduplicator = Deduplicator()
    for number in range(10_001):
        deduplicator.is_new(str(number))
    assert not deduplicator.is_new("1")
    assert deduplicator.is_new("0")
