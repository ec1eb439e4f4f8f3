"""Asks how many pictures are drawn at once where nothing is set."""

from pathlib import Path

import pytest

from bot.app.worker_slots import available_memory, fit_slots
from bot.config import Settings

GIB = 1024**3


def slots(tmp_path: Path, memory: int | None, **sections: object) -> dict[str, int]:
    """Return the slots by tier."""
    settings = Settings.model_validate({"data_dir": tmp_path, **sections})
    return {str(tier): number for tier, number in fit_slots(settings, memory).worker.slots_by_tier.items()}


@pytest.mark.parametrize(
    ("memory", "at_once"),
    [(GIB // 4, 10), (GIB, 10), (2 * GIB, 30), (4 * GIB, 50), (64 * GIB, 50), (None, 50)],
)
def test_they_follow_from_memory(tmp_path: Path, memory: int | None, at_once: int) -> None:
    """In the usual shares, and never fewer than ten or more than fifty."""
    found = slots(tmp_path, memory)
    assert sum(found.values()) == at_once
    assert found == {"guest": at_once // 5, "registered": at_once * 2 // 5, "premium": at_once * 2 // 5}


def test_they_follow_from_what_the_services_take(tmp_path: Path) -> None:
    """A few more, so that others are prepared and shown meanwhile."""
    assert sum(slots(tmp_path, None, openai={"api_key": "sk-test", "calls_at_once": 12}).values()) == 20


def test_what_is_set_holds(tmp_path: Path) -> None:
    """Also where it is one tier."""
    assert slots(tmp_path, None, worker={"slots": {"guest": 1}}) == {"guest": 1, "registered": 4, "premium": 4}


def test_memory_is_what_this_machine_has() -> None:
    """It says so on Linux."""
    memory = available_memory()
    assert memory is None or memory > 0
