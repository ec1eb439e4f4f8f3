"""Asks how the disk store judges the room that is left; the rest of it is asked in tests/contract."""

import pytest

from bot.domain.health import Health
from storage.objects.disk import judge_free_space

MIB = 1 << 20


@pytest.mark.parametrize(
    ("free", "health", "text"),
    [
        (50 * MIB - 1, Health.WRONG, "49 MiB"),
        (50 * MIB, Health.NOTE, "50 MiB"),
        (1024 * MIB - 1, Health.NOTE, "1023 MiB"),
        (1024 * MIB, Health.OK, "1.0 GiB"),
    ],
)
def test_little_room_is_told_before_there_is_none(free: int, health: Health, text: str) -> None:
    """A note first, and something wrong when the next few pictures may not fit."""
    finding = judge_free_space(free)
    assert finding.health is health
    assert text in finding.text
    assert bool(finding.mend) is (health is not Health.OK)
