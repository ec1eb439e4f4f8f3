"""Where logs go: to the standard error stream, as lines for people or JSON for programs."""

import logging
import sys
from collections import Counter
from typing import TextIO

import structlog

from bot.config import Settings

_OUR_LOGGERS = ("bot", "storage")
"""Whose news is worth reading below a warning; vendors' logs may repeat what people typed."""

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

_MOST_PER_WINDOW, _WINDOW_SECONDS = 50, 10.0
"""So many lines of one event in so many seconds: strangers can cause events as fast as they like."""


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever the standard error stream is at the moment: a progress bar may have replaced it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # a property instead of the base's attribute
        return sys.stderr


class _RepetitionFilter(logging.Filter):
    """Lets an event through a few times in a while, and then logs how many it kept back."""

    def __init__(self) -> None:
        super().__init__()
        self._since = 0.0
        self._seen: Counter[tuple[str, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged; the first one of a new while says how many were kept back."""
        if not 0 <= record.created - self._since < _WINDOW_SECONDS:
            kept_back = sum(max(0, number - _MOST_PER_WINDOW) for number in self._seen.values())
            self._since = record.created
            self._seen.clear()
            if kept_back:
                logging.getLogger(__name__).warning("%s more lines like those above were not logged.", kept_back)
        event = record.msg.get("event", "") if isinstance(record.msg, dict) else str(record.msg)
        # The first line only: asyncio's own complaints go on with the names of sockets and tasks.
        key = (record.name, str(event).partition("\n")[0])
        self._seen[key] += 1
        return self._seen[key] <= _MOST_PER_WINDOW


def configure_logging(settings: Settings, level: str, role: str = "") -> None:
    """Format all logs of this process alike; `level` is for ours, others' begin at warning.

    `role` stands in each line of JSON, so that the lines of several processes can be told apart in one place.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        cache_logger_on_first_use=True,
    )
    handler = _StandardError()
    handler.addFilter(_RepetitionFilter())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_final_processors(settings, role)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(_LEVELS[level], logging.WARNING))
    for name in _OUR_LOGGERS:
        logging.getLogger(name).setLevel(_LEVELS[level])


def _final_processors(settings: Settings, role: str) -> list[structlog.typing.Processor]:
    """Return the last steps. Tracebacks show no local variables: those hold keys and prompts."""
    is_console = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    if is_console:
        colours = sys.stderr.isatty()
        return [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)]

    def add_role(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**event, "role": role} if role else event

    return [add_role, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
