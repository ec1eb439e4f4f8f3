"""Time leaps in these tests too: what a benchmark simulates for minutes, nobody waits for."""

from asyncio import AbstractEventLoop
from collections.abc import Callable

import pytest

from tests.fakes.fast_forward_loop import FastForwardLoop


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> dict[str, Callable[[], AbstractEventLoop]]:
    """Return every test here the loop that leaps."""
    return {"leaping": FastForwardLoop}
