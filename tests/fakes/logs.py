"""A log that tests can stand: tracebacks without the values of every variable, which take long to draw."""

import contextlib
from collections.abc import Iterator

import structlog


@contextlib.contextmanager
def plain_log() -> Iterator[None]:
    """Log to stdout, plainly, until the block ends."""
    before = structlog.get_config()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )
    try:
        yield
    finally:
        structlog.configure(**before)
