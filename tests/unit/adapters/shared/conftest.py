"""Time leaps in these tests: pauses, budgets and retries last as long as they say, and nobody waits for them."""

from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator

import pytest

from tests.fakes.fast_forward_loop import FastForwardLoop
from tests.fakes.logs import plain_log


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> dict[str, Callable[[], AbstractEventLoop]]:
    """Return every test here the loop that leaps."""
    return {"leaping": FastForwardLoop}


@pytest.fixture(autouse=True)
def log() -> Iterator[None]:
    """Keep the log quick and readable."""
    with plain_log():
        yield
