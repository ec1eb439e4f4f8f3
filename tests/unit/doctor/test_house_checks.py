"""Does the doctor see what is wrong with each part that the house is built of?"""

import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config import Settings, load
from bot.doctor import run_checks
from bot.doctor.house_checks import house_checks
from bot.domain.health import Finding, Health
from bot.domain.jobs import JobId
from bot.domain.people import REGISTERED
from storage.migrate import upgrade
from storage.objects.disk import DiskObjects
from storage.sql.accounts import SqlAccounts
from storage.sql.database import Database, open_database
from storage.sql.jobs import SqlJobs
from tests.contract.examples import ANN, LEASE, a_file, a_hold, a_job, some_pictures
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.openai import FakeOpenAI, Options

Found = dict[str, list[Finding]]


@pytest.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    """Run a fake OpenAI that knows one key."""
    async with FakeOpenAI(Options(key="sk-right")) as fake:
        yield fake


async def found(settings: Settings) -> Found:
    """Look at the parts, and give the findings by subject."""
    by_subject: Found = {}
    for finding in await run_checks(house_checks(settings)):
        by_subject.setdefault(finding.subject, []).append(finding)
    return by_subject


def settings(folder: Path, **environ: str) -> Settings:
    """Return settings whose data is in a folder."""
    return load(environ={"EASEL_DATA_DIR": str(folder), **environ})


def wrong(findings: Found) -> set[str]:
    """Return the subjects that are wrong."""
    return {subject for subject, those in findings.items() if any(finding.health is Health.WRONG for finding in those)}


async def test_a_fresh_house_has_nothing_wrong_and_no_database_yet(tmp_path: Path) -> None:
    """Looking does not make one."""
    findings = await found(settings(tmp_path))
    assert wrong(findings) == set()
    assert findings["database"][0].text == f"{tmp_path / 'easel.db'} will be made at the first start."
    assert not (tmp_path / "easel.db").exists()


async def test_without_a_key_it_says_who_draws_and_why(tmp_path: Path) -> None:
    """With the way to change that."""
    [finding] = (await found(settings(tmp_path)))["drawing"]
    assert finding.health is Health.NOTE
    assert "OPENAI_API_KEY" in finding.mend


async def test_a_whole_database_is_fine(tmp_path: Path) -> None:
    """It opens, has the right version, and is not damaged."""
    house = settings(tmp_path)
    await upgrade(house.records_url)
    assert [finding.health for finding in (await found(house))["database"]] == [Health.OK, Health.OK]


async def test_a_database_of_another_version_is_told_from_a_good_one(tmp_path: Path) -> None:
    """An older one is brought up to date, a newer one must not be touched."""
    house = settings(tmp_path)
    await upgrade(house.records_url)
    for version, health, mend in (("0000", Health.NOTE, "easel db upgrade"), ("9999", Health.WRONG, "newer easel")):
        connection = sqlite3.connect(tmp_path / "easel.db")
        with connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
        connection.close()
        finding = (await found(house))["database"][0]
        assert finding.health is health
        assert mend in finding.mend


async def test_a_damaged_database_is_wrong(tmp_path: Path) -> None:
    """Somebody overwrote its middle."""
    house = settings(tmp_path)
    await upgrade(house.records_url)
    file = tmp_path / "easel.db"
    content = bytearray(file.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    file.write_bytes(content)
    assert "database" in wrong(await found(house))


async def test_a_database_that_nobody_can_write_to_is_wrong(tmp_path: Path) -> None:
    """Here somebody else holds it; a file of another user is told the same way, with its own reason."""
    house = settings(tmp_path)
    await upgrade(house.records_url)
    with contextlib.closing(sqlite3.connect(tmp_path / "easel.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        findings = await found(house)
    assert wrong(findings) == {"database"}
    assert findings["database"][-1].text == f"{tmp_path / 'easel.db'} cannot be written to: locked."


async def test_a_file_that_is_no_database_is_wrong(tmp_path: Path) -> None:
    """And the rest is looked at all the same."""
    (tmp_path / "easel.db").write_bytes(b"easel" * 5000)
    findings = await found(settings(tmp_path))
    assert wrong(findings) == {"database"}
    assert findings["pictures"]


async def test_a_folder_for_pictures_that_is_a_file_is_wrong(tmp_path: Path) -> None:
    """With its mend."""
    (tmp_path / "pictures").write_text("")
    findings = await found(settings(tmp_path))
    assert wrong(findings) == {"pictures"}
    assert findings["pictures"][0].mend


async def test_a_right_key_and_a_known_model_are_fine(tmp_path: Path, openai: FakeOpenAI) -> None:
    """Nothing was spent to find that out."""
    findings = await found(settings(tmp_path, OPENAI_API_KEY="sk-right", OPENAI_BASE_URL=openai.url))
    assert wrong(findings) == set()
    assert findings["openai: key"][0].health is Health.OK
    assert "omni-moderation-latest" in findings["guard"][0].text
    assert "gpt-image-2" in findings["models"][0].text
    assert openai.paid == []
    assert {seen.path for seen in openai.seen} == {"/v1/models", "/v1/moderations"}


async def test_a_wrong_key_is_found_and_not_repeated(tmp_path: Path, openai: FakeOpenAI) -> None:
    """It may be on somebody's screen."""
    findings = await found(settings(tmp_path, OPENAI_API_KEY="sk-wrong-one", OPENAI_BASE_URL=openai.url))
    assert "openai: key" in wrong(findings)
    assert "sk-wrong-one" not in str(findings)


async def test_a_model_that_is_shut_down_is_wrong(tmp_path: Path, openai: FakeOpenAI) -> None:
    """By the date in the service's own list."""
    openai.state.models["gpt-image-2"] = "2026-01-01"
    findings = await found(settings(tmp_path, OPENAI_API_KEY="sk-right", OPENAI_BASE_URL=openai.url))
    assert "openai: shutdown of gpt-image-2" in wrong(findings)


async def test_an_unknown_model_is_one_sentence(tmp_path: Path) -> None:
    """With those that are known."""
    findings = await found(settings(tmp_path, OPENAI_API_KEY="sk-right", EASEL_OPENAI__IMAGE_MODEL="gpt-imagine-2"))
    [finding] = findings["drawing"]
    assert finding.health is Health.WRONG
    assert "Did you mean gpt-image-2" in finding.text


async def test_what_is_off_is_noted(tmp_path: Path, openai: FakeOpenAI) -> None:
    """A gateway without moderation, and a model without a price."""
    file = tmp_path / "c.toml"
    file.write_text('[openai]\nimage_model = "own"\n[models.own]\nsizes = ["1024x1024"]\n[guard]\nmoderation_model = ""\n')
    house = load(file, environ={"EASEL_DATA_DIR": str(tmp_path), "OPENAI_API_KEY": "sk-right", "OPENAI_BASE_URL": openai.url})
    findings = await found(house)
    assert findings["guard"][0].health is Health.NOTE
    assert "if your gateway has one" in findings["guard"][0].mend
    assert [finding.health for finding in findings["models"]] == [Health.OK, Health.NOTE]
    assert '[models."own"]' in findings["models"][1].mend


async def test_who_has_no_gateway_is_not_told_to_look_for_its_moderation_model(tmp_path: Path) -> None:
    """Only ComfyUI draws, and no setting but an OpenAI key would have a model look at words."""
    home = {"EASEL_PROVIDERS__HOME__KIND": "comfyui", "EASEL_PROVIDERS__HOME__BASE_URL": "http://127.0.0.1:1"}
    findings = await found(settings(tmp_path, **home))
    assert findings["guard"][0].mend == "Set an OpenAI key to have a model look at them."


async def a_house_with_a_job(folder: Path) -> Settings:
    """Make a database whose first job is older than everything in the store."""
    house = settings(folder)
    await upgrade(house.records_url)
    database = Database(house.records_url)
    await database.open()
    clock = StoppedClock(datetime.now(UTC) - timedelta(days=30))
    account = (await SqlAccounts(database, clock, CountingIds()).get_or_create(ANN, REGISTERED)).id
    await SqlJobs(database, clock).accept(a_job("old", account, created_at=clock.now()), a_hold(account))
    await database.close()
    return house


def leave(folder: Path, count: int, size: int = 1_000_000) -> None:
    """Leave objects that are three days old in the store."""
    three_days_ago = (datetime.now(UTC) - timedelta(days=3)).timestamp()
    for number in range(count):
        path = DiskObjects(folder / "pictures").path_of(f"pictures/ab/ab{number:062x}.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
        os.utime(path, (three_days_ago, three_days_ago))


async def test_objects_that_belong_to_nothing_are_counted_and_left_where_they_are(tmp_path: Path) -> None:
    """None are not worth a word, and without a database nobody knows."""
    leave(tmp_path, 3)
    assert "orphans" not in await found(settings(tmp_path))
    house = await a_house_with_a_job(tmp_path)
    [finding] = (await found(house))["orphans"]
    assert finding.health is Health.OK
    assert finding.text == "3 objects (3.0 MB) belong to no picture; easel run removes such objects after 2 days."
    assert len(list((tmp_path / "pictures").rglob("*.png"))) == 3
    for path in (tmp_path / "pictures").rglob("*.png"):
        path.unlink()
    assert "orphans" not in await found(house)


async def test_a_store_full_of_strange_pictures_is_not_believed(tmp_path: Path) -> None:
    """It is probably another easel's."""
    leave(tmp_path, 30, size=1)
    [finding] = (await found(await a_house_with_a_job(tmp_path)))["orphans"]
    assert finding.health is Health.NOTE
    assert "They are not removed." in finding.text


async def test_pictures_that_were_left_behind_are_missed(tmp_path: Path) -> None:
    """When the records have moved and the pictures have not; a house without any has none to miss."""
    house = await a_house_with_a_job(tmp_path)
    assert wrong(await found(house)) == set()
    async with open_database(house.records_url) as database:
        jobs = SqlJobs(database, StoppedClock())
        await jobs.claim(JobId("old"), LEASE)
        await jobs.keep(JobId("old"), 1, some_pictures(JobId("old"), 2))
    store, key = DiskObjects(tmp_path / "pictures"), a_file("old-0").key
    await store.put(key, b"a fox", "image/png")
    [_, finding] = (await found(house))["pictures"]
    assert finding.health is Health.WRONG
    assert finding.text == f"Of the 2 pictures drawn last 1 cannot be found in file:{tmp_path}/pictures."
    assert "easel objects copy" in finding.mend
    await store.put(a_file("old-1").key, b"an owl", "image/png")
    assert wrong(await found(house)) == set()
