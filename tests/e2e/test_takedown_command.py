"""Asks whether an operator can take pictures down on the command line: by link, person and file, and see what is left."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli.program import main
from bot.domain.chat import MessageRef, Place
from bot.domain.jobs import Job, JobId
from bot.domain.people import REGISTERED
from bot.domain.pictures import PictureId, PictureState
from bot.domain.removals import RemovalStep, StepState
from storage.sql.accounts import SqlAccounts
from storage.sql.database import open_database
from storage.sql.jobs import SqlJobs
from storage.sql.pictures import SqlPictures
from storage.sql.removals import SqlPictureRemovals
from tests.contract.examples import ANN, DISCORD, DONE, LEASE, a_hold, a_job, some_pictures
from tests.e2e.tables import give_tables
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.unit.moderation.test_fingerprint import saved, scene
from tests.unit.moderation.test_picture_check import png_of

POSTED = MessageRef(Place(DISCORD, "1", "22"), "333")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the data folder of a house in which Ann has drawn two foxes, posted on Discord, and a hen."""
    (tmp_path / "config.toml").write_text(f'data_dir = "{tmp_path}"\n')
    monkeypatch.setenv("EASEL_CONFIG", str(tmp_path / "config.toml"))

    async def fill() -> None:
        await give_tables(tmp_path)
        async with open_database(records(tmp_path)) as database:
            jobs = SqlJobs(database, StoppedClock())
            ann = await SqlAccounts(database, StoppedClock(), CountingIds()).get_or_create(ANN, REGISTERED)
            await draw(jobs, a_job("fox", ann.id, place=POSTED.place), 2)
            await jobs.attach(JobId("fox"), POSTED)
            await draw(jobs, a_job("hen", ann.id), 1)

    asyncio.run(fill())
    return tmp_path


async def draw(jobs: SqlJobs, job: Job, count: int) -> None:
    """Keep pictures with ids as they stand in links: `fox-0` and so on."""
    await jobs.accept(job, a_hold(job.account, count))
    await jobs.claim(job.id, LEASE)
    kept = tuple(replace(one, id=PictureId(f"{job.id}-{one.position}")) for one in some_pictures(job.id, count))
    await jobs.keep(job.id, 1, kept)
    await jobs.finish(job.id, 1, DONE)


def records(folder: Path) -> str:
    """Return where the database is."""
    return f"sqlite+aiosqlite:///{folder / 'easel.db'}"


def out_of_sight(folder: Path) -> set[str]:
    """Return the pictures that nobody sees any more."""

    async def look() -> set[str]:
        async with open_database(records(folder)) as database:
            pages = SqlPictures(database)
            return {one.id for one in await pages.page(most=9) if one.state is not PictureState.VISIBLE}

    return asyncio.run(look())


def leave(folder: Path, state: StepState, detail: str) -> None:
    """Note how a running easel fared with the message of the first fox."""

    async def note() -> None:
        async with open_database(records(folder)) as database:
            removals = SqlPictureRemovals(database, StoppedClock())
            removal = await removals.get(PictureId("fox-0"))
            assert removal is not None
            step = RemovalStep(picture=removal.picture, place="message discord 22/333", state=state, detail=detail)
            await removals.note_step(removal, step)

    asyncio.run(note())


def type_in(*arguments: str) -> int:
    """Type a command and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(["takedown", *arguments])
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("what", "pictures"),
    [
        ("https://easel.example/p/fox-0.png", ["fox-0"]),
        ("fox-1", ["fox-1"]),
        ("https://discord.com/channels/1/22/333", ["fox-0", "fox-1"]),
        ("hen", ["hen-0"]),
        ("web:ann", ["fox-0", "fox-1", "hen-0"]),
    ],
)
def test_a_link_an_id_and_a_person_are_taken_down(
    folder: Path, capsys: pytest.CaptureFixture[str], what: str, pictures: list[str]
) -> None:
    """What they stand for and nothing else; a second time it is said that it was done before."""
    assert type_in(what, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (sorted(report["pictures"]), report["already"], report["blocked"]) == (pictures, 0, None)
    assert out_of_sight(folder) == set(pictures)
    assert type_in(what) == 0
    assert "had been taken down before" in capsys.readouterr().out


def test_what_was_done_and_what_follows_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For people."""
    assert type_in("hen") == 0
    assert capsys.readouterr().out == (
        "1 picture taken down:\n  hen-0\n"
        "Links are dead. A running easel removes the rest within seconds; `easel takedown` alone lists what is left.\n"
    )


def test_a_file_is_blocked_though_nobody_drew_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its hash is named, and no picture goes."""
    (folder / "claim.png").write_bytes(saved(scene(1)))
    assert type_in(str(folder / "claim.png")) == 0
    said = capsys.readouterr().out
    assert said.startswith("0 pictures taken down.\nThe file ")
    assert "cannot be drawn any more" in said
    assert out_of_sight(folder) == set()


def test_what_is_left_is_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For people and for programs."""
    assert type_in() == 0
    assert capsys.readouterr().out == "Nothing is left anywhere of pictures that were taken down, as far as easel knows.\n"
    type_in("fox")
    capsys.readouterr()
    leave(folder, StepState.FAILED, "discord: down")
    assert type_in() == 0
    assert capsys.readouterr().out == "fox-0: message discord 22/333 – not removed yet, tried again (discord: down)\n"
    leave(folder, StepState.IMPOSSIBLE, "discord: not ours")
    assert type_in("--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "picture": "fox-0",
        "place": "message discord 22/333",
        "state": "impossible",
        "detail": "discord: not ours",
    }


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("https://easel.example/p/cow.png", "I know of no picture there, so nothing was done."),
        ("https://discord.com/channels/1/22/444", "I know of no picture there, so nothing was done."),
        ("nowhere.png", "I know of no picture there, so nothing was done."),
        ("discord:99", "discord:99 has never been seen here; nothing was taken down."),
        ("{folder}/config.toml", "is no picture that can be read; nothing was taken down."),
        ("{folder}/bomb.png", "is no picture that can be read; nothing was taken down."),
    ],
)
def test_what_leads_nowhere_is_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str], what: str, sentence: str) -> None:
    """And changes nothing."""
    (folder / "bomb.png").write_bytes(png_of(50_000, 50_000))
    assert type_in(what.format(folder=folder)) == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert out_of_sight(folder) == set()
