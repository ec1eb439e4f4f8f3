"""Can the way of one job be followed through the logs of all processes?"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.cli.logs import configure_logging
from bot.config import Settings
from bot.domain.jobs import JobState
from tests.e2e.parts import TENANT, take_in, working_on
from tests.e2e.tables import give_tables
from tests.fakes.surfaces import RecordingSurface


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the process's logging back as it was; loggers that kept their form would keep it for all tests to come."""
    configure = structlog.configure
    monkeypatch.setattr(structlog, "configure", lambda **options: configure(**options | {"cache_logger_on_first_use": False}))
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level
    for name in ("bot", "storage"):
        logging.getLogger(name).setLevel(logging.NOTSET)


async def test_a_job_has_one_name_in_the_logs_of_all_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line about it says its id, its tenant, and the process that wrote it; none says what was asked for."""
    settings, surface = Settings(data_dir=tmp_path, log_format="json"), RecordingSurface()
    await give_tables(tmp_path)
    configure_logging(settings, "debug", "gateway")
    job = await take_in(settings, surface, "call-1", prompt="a fox in a red coat")
    configure_logging(settings, "debug", "worker")
    async with working_on(settings, surface, job) as done:
        assert done.state is JobState.DONE
    written = capsys.readouterr().err
    assert "red coat" not in written
    lines: list[dict[str, Any]] = [json.loads(line) for line in written.splitlines()]
    about_it = [line for line in lines if line["event"].startswith(("job.", "drawing."))]
    assert [(line["role"], line["event"]) for line in about_it] == [
        ("gateway", "job.accepted"),
        ("worker", "drawing.drawn"),
        ("worker", "job.kept"),
        ("worker", "job.done"),
    ]
    assert {(line["job"], line["platform"], line["tenant"]) for line in about_it} == {(job.id, "loom", TENANT)}
