"""Does what start-up made stay out of garbage collections?"""

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.app.garbage import collections_paused, startup_frozen


class Ring:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _the_suite_frozen_again() -> Iterator[None]:
    """What it had frozen for itself (`tests/conftest.py`) is not there while this is asked."""
    gc.unfreeze()
    yield
    gc.freeze()


def test_what_is_there_at_start_is_not_gone_through_and_what_comes_later_is() -> None:
    """Afterwards all of it is again."""
    early = Ring()
    gone_early = weakref.ref(early)
    with startup_frozen():
        assert gc.get_freeze_count() > 0
        late = Ring()
        gone_late = weakref.ref(late)
        del early, late
        gc.collect()
        assert (gone_early() is None, gone_late() is None) == (False, True)
    gc.collect()
    assert (gc.get_freeze_count(), gone_early()) == (0, None)


def test_nothing_is_collected_while_it_starts_and_from_then_on_it_is() -> None:
    """What ends before it has started leaves the collector on too."""
    with collections_paused():
        assert not gc.isenabled()
        with startup_frozen():
            assert gc.isenabled()
    with collections_paused():
        pass
    assert gc.isenabled()
