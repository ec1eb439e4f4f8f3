"""How many pictures one process draws at once where nothing is set: as many as its memory and the image services take."""

import contextlib
import os
from pathlib import Path

from bot.config import Settings

_EACH = 64 * 1024 * 1024
"""Bytes that a job may take at its worst: a picture as base64, as a file, and decoded to be looked at."""

_FEWEST, _MOST = 10, 50
"""As many as the shares make by themselves; and as many as one process has connections and files for."""

_BESIDE = 10
"""Jobs that are prepared, kept and shown while the services draw others."""

_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def fit_slots(settings: Settings, memory: int | None) -> Settings:
    """Return the settings with slots for as many jobs as this process has `memory` for, in bytes, unless they set some."""
    if "slots" in settings.worker.model_fields_set:
        return settings
    most = _MOST if memory is None else min(_MOST, memory // _EACH)
    drawing = {name: section for name, section in settings.all_providers.items() if name in settings.drawing_order}
    limits = [section.calls_at_once * len(section.by_account(name)) for name, section in drawing.items()]
    if all(limits):
        most = min(most, sum(limits) + _BESIDE)
    slots = settings.worker.slots
    times = max(1, most // max(_FEWEST, sum(slots.values())))
    worker = settings.worker.model_copy(update={"slots": {tier: share * times for tier, share in slots.items()}})
    return settings.model_copy(update={"worker": worker})


def available_memory() -> int | None:
    """Return how many bytes of memory are free for this process; None where the system does not say."""
    found: list[int] = []
    with contextlib.suppress(ValueError, OSError):
        found.append(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    with contextlib.suppress(ValueError, OSError):
        found.append(int(_CGROUP_LIMIT.read_text()))
    return min(found, default=None)
