"""Two workers with folders of their own, and one store: does a picture that one of them could not hand over reach the person?"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.app.house import House, open_house
from bot.config import Settings
from bot.doctor.picture_checks import check_spool
from bot.domain.health import Health
from bot.domain.jobs import Job, JobState
from tests.e2e.tables import NAME, give_tables
from tests.fakes.ports import free_port
from tests.fakes.s3 import keys_in, make_bucket
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface

PATIENCE_SECONDS = 60


async def until(house: House, is_so: Callable[[Job], Awaitable[bool]]) -> Job:
    """Return the only job once it is so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (job := await house.base.records.jobs.by_key("call-1")) is None or not await is_so(job):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return job


def spooled(folder: Path) -> list[Path]:
    """Return what waits in a machine's spool."""
    return [path for path in (folder / "spool").rglob("*") if path.is_file()]


@pytest.mark.needs("s3")
async def test_a_picture_in_the_spool_of_a_machine_that_stopped_is_delivered_when_it_is_back(
    tmp_path: Path, s3_server: str
) -> None:
    """Drawn once, shown once, and nothing is left behind."""
    await make_bucket(s3_server, "two-spools")
    await give_tables(tmp_path)
    surface = RecordingSurface()

    def settings(machine: str, endpoint: str) -> Settings:
        objects = {"url": "s3://two-spools", "endpoint_url": endpoint, "access_key": "test", "secret_key": "test"}
        records = {"url": f"sqlite+aiosqlite:///{tmp_path / NAME}"}
        return Settings.model_validate({"data_dir": tmp_path / machine, "records": records, "objects": objects})

    nowhere = f"http://127.0.0.1:{free_port()}"
    async with open_house(settings("A", nowhere), {LOOM: surface}) as first:
        await first.dispatcher.dispatch("imagine", {"prompt": "a fox"}, FakeCall(surface, key="call-1"))

        async def is_drawn(job: Job) -> bool:
            return any(one.files for one in await first.base.records.jobs.drawings(job.id))

        await until(first, is_drawn)
    assert len(spooled(tmp_path / "A")) == 1
    [waiting] = await check_spool(settings("A", nowhere))
    assert (waiting.health, waiting.text) == (Health.NOTE, f"1 picture in {tmp_path / 'A' / 'spool'} waits for the store.")
    async with open_house(settings("B", s3_server), {LOOM: surface}) as second:

        async def was_looked_for(job: Job) -> bool:
            with closing(sqlite3.connect(tmp_path / NAME)) as database:
                [(missing,)] = database.execute("SELECT count(missing_since) FROM jobs WHERE id = ?", (job.id,)).fetchall()
            return bool(missing)

        await until(second, was_looked_for)
        async with open_house(settings("A", s3_server), {LOOM: surface}):

            async def is_done(job: Job) -> bool:
                await second.worker.work(job.id)
                return job.state is JobState.DONE and not spooled(tmp_path / "A")

            job = await until(second, is_done)
    assert job.message is not None
    assert len(surface.shown[job.message.id].pictures) == len(surface.posted) == 1
    assert await check_spool(settings("A", nowhere)) == ()
    assert spooled(tmp_path / "A") == spooled(tmp_path / "B") == []
    assert (await keys_in(s3_server, "two-spools")).count("<Key>") == 1
