"""Reports of errors to Sentry. Importing this needs `easel[sentry]`.

Whatever is logged as an error is reported: its name, the fields that say
where it was, and the way through the code. What people typed, tokens, values
of variables and the messages of others' exceptions stay here.
"""

import logging
import sys
from types import TracebackType
from typing import Any

import sentry_sdk
from sentry_sdk.transport import Transport
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import event_from_exception

_TAGS = ("job", "attempt", "platform", "tenant", "fault", "kind", "state", "provider", "stage", "subject")
"""Fields of our log lines that say where something was, and never what was asked for."""

_KEPT = {"event_id", "timestamp", "level", "logger", "platform", "release", "environment", "sdk", "message", "tags", "exception"}
_OURS = ("bot.", "storage.")
_CLOSE_SECONDS = 2.0

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class ErrorReporter(logging.Handler):
    """Sends each line of the log that is an error, in the background; none waits for it, and none fails with it."""

    def __init__(self, client: sentry_sdk.Client, role: str) -> None:
        super().__init__(logging.ERROR)
        self._client = client
        self._role = role

    def emit(self, record: logging.LogRecord) -> None:
        """Send the record, unless Sentry's own library logged it."""
        if record.name.startswith("sentry_sdk"):
            return
        try:
            self._client.capture_event(self._event(record))
        except Exception:  # noqa: BLE001 - a logging handler's own way to say so
            self.handleError(record)

    def close(self) -> None:
        """Send what is left, for a moment."""
        self._client.close(timeout=_CLOSE_SECONDS)
        super().close()

    def _event(self, record: logging.LogRecord) -> Event:
        fields: dict[str, Any] = record.msg if isinstance(record.msg, dict) else {}
        error = _exception_of(record, fields)
        event: Event = event_from_exception(error, client_options=self._client.options)[0] if error else {}
        event["level"] = "error"
        event["logger"] = record.name
        # Others' words may repeat what people typed.
        event["message"] = str(fields.get("event", "")) if record.name.startswith(_OURS) else "an error of a library"
        event["tags"] = {"role": self._role} | {name: str(fields[name]) for name in _TAGS if fields.get(name)}
        return event


def _exception_of(record: logging.LogRecord, fields: dict[str, Any]) -> ExceptionInfo | None:
    """Return what was raised: structlog leaves it to the last step to look that up."""
    found = fields.get("exc_info") or record.exc_info
    if isinstance(found, BaseException):
        return (type(found), found, found.__traceback__)
    if found is True:
        found = sys.exc_info()
    return found if isinstance(found, tuple) and found[0] is not None else None


def scrub(event: Event, _hint: Hint) -> Event:
    """Return the event with what is known to be harmless: no machine, no packages, no variables, and no words of others."""
    kept: Any = {key: value for key, value in event.items() if key in _KEPT}
    for raised in (kept.get("exception") or {}).get("values", ()):
        if not str(raised.get("module") or "").startswith(_OURS):
            raised["value"] = ""
        for frame in (raised.get("stacktrace") or {}).get("frames", ()):
            for name in ("vars", "abs_path"):
                frame.pop(name, None)
    found: Event = kept
    return found


def build_error_reporter(dsn: str, version: str, role: str, transport: type[Transport] | None = None) -> ErrorReporter:
    """Return what reports errors to a project of Sentry's; nothing else of its library is turned on.

    Raises:
        ValueError: The address is none.
    """
    client = sentry_sdk.Client(
        dsn,
        release=f"easel@{version}",
        transport=transport,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        max_breadcrumbs=0,
        before_send=scrub,
    )
    return ErrorReporter(client, role)
