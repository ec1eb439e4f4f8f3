"""A workbench for the composition root's own parts."""

import pytest

from tests.fakes.bench import Bench


@pytest.fixture
def bench() -> Bench:
    """Return a house in which nothing has happened yet."""
    return Bench()
