"""Asks what a button carries."""

import pytest

from bot.domain.chat import Button, Tone


def test_a_button_carries_its_command_and_an_id_and_nothing_else() -> None:
    """So it works for ever."""
    assert Button("Again", "again", "job-1").action == "again:job-1"


@pytest.mark.parametrize("tone", Tone)
def test_only_posts_that_wait_or_work_change_again(tone: Tone) -> None:
    """The others are ends."""
    assert tone.is_unfinished is (tone in {Tone.WAITING, Tone.WORKING})
