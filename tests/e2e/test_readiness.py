"""Asks whether being ready is told truly, and cheaply."""

import contextlib
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.foundation import open_foundation
from bot.app.readiness import CachedCheck, Readiness
from bot.app.web_server import with_port
from bot.config import Settings
from bot.config.sections import WebSettings
from bot.domain.health import Finding, Health
from tests.fakes.clock import StoppedClock

WELL, ILL = Finding("disk", Health.OK, "fine"), Finding("disk", Health.WRONG, "full")


async def test_a_locked_database_is_not_ready(tmp_path: Path) -> None:
    """It can be read, but no job could be taken."""
    async with open_foundation(Settings(data_dir=tmp_path)) as base:
        assert await Readiness(base).findings() == ()
        with contextlib.closing(sqlite3.connect(tmp_path / "easel.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            [found] = await Readiness(base).findings()
            assert found.subject == "database"
            other.rollback()
        assert await Readiness(base).findings() == ()


@pytest.mark.parametrize(("finding", "holds_for"), [(WELL, 60), (ILL, 5)])
async def test_many_who_ask_cost_one_look(finding: Finding, holds_for: int) -> None:
    """Trouble is looked at again sooner."""
    clock, looks = StoppedClock(), []

    async def look() -> tuple[Finding, ...]:
        looks.append(clock.now())
        return (finding,)

    check = CachedCheck(look, clock, holds_for=timedelta(minutes=1))
    for _ in range(1000):
        assert await check.findings() == (finding,)
    clock.move(timedelta(seconds=holds_for - 1))
    await check.findings()
    assert len(looks) == 1
    clock.move(timedelta(seconds=1))
    await check.findings()
    assert len(looks) == 2


def test_links_have_the_port_that_is_listened_on() -> None:
    """Not the 0 that lets the system choose one."""
    settings = Settings(web=WebSettings(port=0))
    assert with_port(settings, 12345).web.links_base == "http://127.0.0.1:12345"
