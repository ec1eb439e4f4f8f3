"""What a command line changes in its process is put back after each test here."""

import logging
import signal
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Put back who hears of signals, and where logs go."""
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    root, level = list(logging.root.handlers), logging.root.level
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = root
    logging.root.setLevel(level)
    for name in ("bot", "storage"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    for number, handler in signals.items():
        signal.signal(number, handler)
