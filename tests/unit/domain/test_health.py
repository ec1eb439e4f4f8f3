"""Asks how what was found is judged."""

import pytest

from bot.domain.health import Health, judge_free_space

MIB = 1 << 20


@pytest.mark.parametrize(
    ("free", "health", "text"),
    [
        (100 * MIB - 1, Health.WRONG, "99 MiB"),
        (100 * MIB, Health.NOTE, "100 MiB"),
        (1024 * MIB - 1, Health.NOTE, "1023 MiB"),
        (1024 * MIB, Health.OK, "1.0 GiB"),
    ],
)
def test_little_room_is_told_before_there_is_none(free: int, health: Health, text: str) -> None:
    """A note first, and something wrong when the next few pictures, or the database, may not fit."""
    finding = judge_free_space("data_dir", "Here", free, "Make room.")
    assert finding.health is health
    assert finding.text == f"Here; {text} are free."
    assert finding.mend == ("" if health is Health.OK else "Make room.")
