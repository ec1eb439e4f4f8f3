"""Asks what a button carries."""

from bot.domain.chat import Button


def test_a_button_carries_its_command_and_an_id_and_nothing_else() -> None:
    """So it works for ever."""
    assert Button("Again", "again", "job-1").action == "again:job-1"
