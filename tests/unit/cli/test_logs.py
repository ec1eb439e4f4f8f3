"""Do logs go to the standard error stream, in the form that was asked for, without what is nobody's business?"""

import json
import logging
from typing import Literal

import pytest
import structlog

from bot.cli.logs import configure_logging
from bot.config import Settings


def broken() -> None:
    """Fail with something secret in a variable."""
    secret_prompt = "a " + "fox"
    raise ValueError(len(secret_prompt))


def test_json_is_one_object_a_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Ours and others' alike, with the fields that were bound."""
    configure_logging(Settings(log_format="json"), "info")
    with structlog.contextvars.bound_contextvars(job="j"):
        structlog.get_logger("bot.pipeline.worker").info("job.done", took_ms=5)
    logging.getLogger("vendor").warning("careful: %s", "hot")
    out, err = capsys.readouterr()
    ours, theirs = map(json.loads, err.splitlines())
    assert out == ""
    assert (ours["event"], ours["took_ms"], ours["job"], ours["level"]) == ("job.done", 5, "j", "info")
    assert ours["logger"] == "bot.pipeline.worker"
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["level"]) == ("careful: hot", "warning")


def test_json_says_which_part_of_easel_wrote_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    """The lines of all processes end up in one place."""
    configure_logging(Settings(log_format="json"), "info", "worker")
    structlog.get_logger("bot.pipeline.worker").info("job.done")
    logging.getLogger("vendor").warning("careful")
    assert [json.loads(line)["role"] for line in capsys.readouterr().err.splitlines()] == ["worker", "worker"]


def test_the_console_gets_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """For people."""
    configure_logging(Settings(log_format="console"), "info")
    structlog.get_logger("bot").info("job.done", job="j")
    err = capsys.readouterr().err
    assert "job.done" in err
    assert "job=j" in err


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("debug", ["ours.debug", "ours.info", "ours.warning"]),
        ("info", ["ours.info", "ours.warning"]),
        ("warning", ["ours.warning"]),
        ("error", []),
    ],
)
def test_the_level_is_for_our_own_news(capsys: pytest.CaptureFixture[str], level: str, expected: list[str]) -> None:
    """Vendors' begin at warning, as they may repeat what people typed."""
    configure_logging(Settings(log_format="json"), level)
    log = structlog.get_logger("bot")
    log.debug("ours.debug")
    log.info("ours.info")
    log.warning("ours.warning")
    for vendor in ("openai", "httpx2", "botocore", "asyncio", "PIL"):
        logging.getLogger(vendor).debug("prompt")
        logging.getLogger(vendor).info("prompt")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == expected


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_tracebacks_show_no_variables(capsys: pytest.CaptureFixture[str], log_format: Literal["json", "console"]) -> None:
    """They hold keys and prompts."""
    configure_logging(Settings(log_format=log_format), "info")
    try:
        broken()
    except ValueError:
        structlog.get_logger("bot").exception("it.broke")
    err = capsys.readouterr().err
    assert "ValueError: 5" in err
    assert "a fox" not in err


def test_strangers_cannot_fill_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """What comes by the thousand is logged some times, and then only counted."""
    configure_logging(Settings(log_format="json"), "info")
    [handler] = logging.getLogger().handlers

    def log(event: str, at: float) -> None:
        record = logging.LogRecord("asyncio", logging.ERROR, __file__, 1, f"{event}\nsocket: {at}", None, None)
        record.created = at
        handler.handle(record)

    for number in range(1000):
        log("socket.accept() out of system resource", 1000 + number / 1000)
    log("something else", 1001)
    assert len(capsys.readouterr().err.splitlines()) == 51
    log("socket.accept() out of system resource", 1011)
    first, again = map(json.loads, capsys.readouterr().err.splitlines())
    assert first["event"] == "950 more lines like those above were not logged."
    assert again["event"].startswith("socket.accept()")
