"""What all tests of the whole program share."""

from collections.abc import Iterator

import pytest

import bot.adapters.slack.surface
import bot.providers.offline.painter
from tests.fakes.shared_work import brief_slack_timings, paint_in_tiles


@pytest.fixture(autouse=True, scope="package")
def quick_paintings() -> Iterator[None]:
    """Have the offline painter paint tiles; what it makes of words is asked in `tests/unit/providers/offline`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.providers.offline.painter, "paint", paint_in_tiles)
        yield


@pytest.fixture(autouse=True, scope="package")
def short_waits_for_files() -> Iterator[None]:
    """Have Slack's surface look sooner for its files; how it waits for them is asked in `test_slack_pictures.py`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.adapters.slack.surface, "SurfaceTimings", brief_slack_timings)
        yield
