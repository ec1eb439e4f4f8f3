"""Does Sentry learn what broke and where, and nothing that people typed, no token and no value of a variable?"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sentry_sdk", reason="needs easel[sentry]")

import structlog
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from bot.adapters.monitoring.error_reports import build_error_reporter
from bot.cli.logs import configure_logging
from bot.config import Settings
from bot.errors import StorageFailed

DSN = "https://0123456789abcdef@sentry.example.org/1"
PROMPT = "a fox that nobody else may know of"
TOKEN = "xoxb-a-very-secret-token"


class RecordingTransport(Transport):
    """Keeps what would be sent."""

    sent: tuple[dict[str, Any], ...] = ()

    def capture_envelope(self, envelope: Envelope) -> None:
        """Keep it."""
        event = envelope.get_event()
        assert event is not None
        RecordingTransport.sent = (*RecordingTransport.sent, dict(event))


@pytest.fixture(autouse=True)
def reporting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Report errors as a process does, and put its logging back afterwards."""
    RecordingTransport.sent = ()
    configure = structlog.configure
    monkeypatch.setattr(structlog, "configure", lambda **options: configure(**options | {"cache_logger_on_first_use": False}))
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure_logging(Settings(log_format="json"), "info", "worker")
    reporter = build_error_reporter(DSN, "1.2.3", "worker", RecordingTransport)
    root.addHandler(reporter)
    yield
    root.handlers, root.level = handlers, level
    reporter.close()
    structlog.reset_defaults()
    for name in ("bot", "storage"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def break_down(prompt: str, token: str) -> None:
    """Fail with something secret in variables and in the message."""
    raise ValueError(f"{prompt} {token}")


def test_what_broke_is_reported_with_where_it_was() -> None:
    """By the same names as in the log."""
    log = structlog.get_logger("bot.pipeline.worker")
    with structlog.contextvars.bound_contextvars(job="job-1", platform="discord", tenant="7", user="12345"):
        try:
            break_down(PROMPT, TOKEN)
        except ValueError:
            log.exception("job.broke", fault="c0ffee")
    [event] = RecordingTransport.sent
    assert (event["message"], event["level"], event["logger"]) == ("job.broke", "error", "bot.pipeline.worker")
    assert event["tags"] == {"role": "worker", "job": "job-1", "platform": "discord", "tenant": "7", "fault": "c0ffee"}
    assert event["release"] == "easel@1.2.3"
    [raised] = event["exception"]["values"]
    assert raised["type"] == "ValueError"
    assert [frame["function"] for frame in raised["stacktrace"]["frames"]][-1] == "break_down"


def test_nothing_that_people_typed_and_no_token_is_in_it() -> None:
    """Not in the message of what was raised, not in its causes, not in variables, not in fields that nobody knows."""
    log = structlog.get_logger("bot.pipeline.worker")
    try:
        try:
            break_down(PROMPT, TOKEN)
        except ValueError as error:
            raise RuntimeError(PROMPT) from error
    except RuntimeError:
        log.exception("job.broke", prompt=PROMPT, token=TOKEN, reason=PROMPT)
    logging.getLogger("vendor").error("cannot draw %s with %s", PROMPT, TOKEN)
    logging.getLogger("vendor").error(f"cannot draw {PROMPT}", exc_info=KeyError(TOKEN))  # noqa: G004 - as vendors do
    assert len(RecordingTransport.sent) == 3
    for event in RecordingTransport.sent:
        text = json.dumps(event, default=str)
        assert "nobody else" not in text
        assert TOKEN not in text
        assert not event.keys() & {"server_name", "user", "request", "breadcrumbs", "extra", "modules"}
        assert '"vars"' not in text
        assert str(Path(__file__).parents[4]) not in text


def test_our_own_errors_are_quoted() -> None:
    """Their words are for the log, and never hold what people typed."""
    error = StorageFailed("postgresql", "away")
    structlog.get_logger("storage.sql").error("engine.work_broke", exc_info=error)
    [event] = RecordingTransport.sent
    assert event["exception"]["values"][-1]["value"] == "store=postgresql reason=away"


def test_what_is_no_error_is_not_reported() -> None:
    """Warnings are the business of whoever reads the log."""
    structlog.get_logger("bot").warning("job.ended", reason="x")
    logging.getLogger("vendor").warning("careful")
    assert RecordingTransport.sent == ()


def test_a_report_that_cannot_be_made_breaks_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The error itself is in the log."""

    def fail(*_: object) -> None:
        raise OSError("no disk")

    monkeypatch.setattr(RecordingTransport, "capture_envelope", fail)
    structlog.get_logger("bot").error("it.broke")
    assert "it.broke" in capsys.readouterr().err
