"""What all tests of the whole program share."""

from collections.abc import Iterator

import pytest

import bot.providers.offline.painter
from tests.fakes.shared_work import paint_in_tiles


@pytest.fixture(autouse=True, scope="package")
def quick_paintings() -> Iterator[None]:
    """Have the offline painter paint tiles; what it makes of words is asked in `tests/unit/providers/offline`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.providers.offline.painter, "paint", paint_in_tiles)
        yield
