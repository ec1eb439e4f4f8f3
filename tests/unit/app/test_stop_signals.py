"""Asks what a first and a second signal mean."""

import signal

from bot.app.stop_signals import StopRequest


def test_the_first_signal_asks_and_the_second_insists() -> None:
    """Each says by which code the program ends."""
    cut: list[None] = []
    stop = StopRequest(on_immediate=lambda: cut.append(None))
    stop.request(signal.SIGINT)
    assert (stop.graceful.is_set(), stop.immediate.is_set(), stop.code, len(cut)) == (True, False, 130, 0)
    stop.request(signal.SIGTERM)
    assert (stop.immediate.is_set(), stop.code, len(cut)) == (True, 143, 1)
    stop.request(signal.SIGTERM)
    assert len(cut) == 2


def test_where_nothing_can_be_finished_the_first_signal_is_enough() -> None:
    """While the house is being opened, say."""
    stop = StopRequest(may_finish=False)
    stop.request(signal.SIGTERM)
    assert stop.graceful.is_set()
    assert stop.immediate.is_set()
