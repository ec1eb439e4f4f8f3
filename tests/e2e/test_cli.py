"""Does the command line do what it says, as a program that a person or a script starts?"""

import asyncio
import hashlib
import json
import signal
import socket
import sqlite3
import urllib.request
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.terminal import TerminalSurface
from bot.cli.imagine_command import draw
from bot.config import load
from tests.e2e.program import Program
from tests.e2e.tables import give_tables
from tests.fakes.openai import Endpoint, FakeOpenAI, Kind, Options
from tests.fakes.ports import free_port
from tests.fakes.s3 import keys_in, make_bucket, moto_server

KEY = "sk-not-shown"


@pytest.fixture
async def new_easel(tmp_path: Path) -> AsyncIterator[Program]:
    """Yield a command line whose working folder and data are new."""
    program = Program(tmp_path)
    yield program
    await program.clear()


@pytest.fixture
async def easel(new_easel: Program) -> Program:
    """Return one that has been there before: it has its tables."""
    await give_tables(new_easel.data)
    return new_easel


@pytest.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    """Run a fake OpenAI."""
    async with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
async def slow_openai() -> AsyncIterator[FakeOpenAI]:
    """Run one that takes longer than anybody waits."""
    async with FakeOpenAI(Options(delay=120.0)) as fake:
        yield fake


async def test_without_a_command_there_is_help(easel: Program) -> None:
    """It names all of them."""
    done = await easel.run()
    assert done.code == 0
    assert all(command in done.out for command in ("run", "imagine", "doctor", "db"))
    for command in (["run", "--help"], ["imagine", "--help"], ["doctor", "--help"], ["db"], ["db", "upgrade", "--help"]):
        done = await easel.run(*command)
        assert (done.code, done.err) == (0, "")
        assert "Usage: easel" in done.out


async def test_the_version_is_told(easel: Program) -> None:
    """On one line."""
    easel.is_new = True
    done = await easel.run("--version")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("easel ")


async def test_a_wish_becomes_a_file_and_one_object(new_easel: Program) -> None:
    """The object is all of the standard output, and the log has nothing to say."""
    done = await new_easel.run("imagine", "a fox in the snow", "--shape", "wide", "--json")
    assert (done.code, done.err) == (0, "")
    report = json.loads(done.out)
    [picture] = report["pictures"]
    content = await asyncio.to_thread(Path(picture["path"]).read_bytes)
    assert report["state"] == "done"
    assert report["prompt"] == "a fox in the snow"
    assert report["drawn_prompt"]
    assert (report["provider"], report["cost_microusd"]) == ("offline", 0)
    assert report["error"] is None
    assert hashlib.sha256(content).hexdigest() == picture["sha256"]
    assert len(content) == picture["size_bytes"]
    assert (picture["width"], picture["height"]) == (1536, 1024)
    assert picture["url"].startswith("http://127.0.0.1:8420/p/")
    assert new_easel.data in Path(picture["path"]).parents


async def test_people_read_where_it_is_and_how_it_came_about(easel: Program) -> None:
    """Words need no quotes, and every option has a short way."""
    done = await easel.run("imagine", "a", "fox", "--quality=low", "--count", "2", "--rewriting", "off")
    assert done.code == 0
    paths = [line for line in done.out.splitlines() if line.startswith("/")]
    assert len(paths) == 2
    assert all([await asyncio.to_thread(Path(path).is_file) for path in paths])
    assert "asked  a fox\n" in done.out
    assert "drawn  a fox\n" in done.out
    assert "model  " in done.out
    assert "cost   free\n" in done.out
    assert "offline previews" in done.err
    assert "✓ a fox" in done.err


async def test_pictures_are_written_where_they_are_wanted(easel: Program) -> None:
    """One to the file, several to numbered ones; nothing that is there already is overwritten, or drawn for."""
    one = await easel.run("imagine", "a fox", "-o", "fox.png")
    assert (one.code, one.out.splitlines()[0]) == (0, str(easel.folder / "fox.png"))
    two = await easel.run("imagine", "a fox", "--count", "2", "-o", "fox.png", "--json")
    report = json.loads(two.out)
    assert [picture["path"] for picture in report["pictures"]] == [str(easel.folder / f"fox-{number}.png") for number in (1, 2)]
    for picture in report["pictures"]:
        assert hashlib.sha256(await asyncio.to_thread(Path(picture["path"]).read_bytes)).hexdigest() == picture["sha256"]
    for taken, says in (("fox.png", "is there already"), (str(easel.folder), "is a folder"), ("no/fox.png", "no folder")):
        refused = await easel.run("imagine", "a fox", "-o", taken)
        assert (refused.code, refused.out) == (2, "")
        assert says in refused.err
        assert "Nothing was drawn." in refused.err


async def test_a_model_draws_when_there_is_a_key(easel: Program, openai: FakeOpenAI) -> None:
    """The object says which, in what words, and what it cost."""
    easel.environ.update(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=openai.url)
    done = await easel.run("imagine", "a fox", "--json")
    report = json.loads(done.out)
    assert (done.code, report["provider"], report["model"]) == (0, "openai", "gpt-image-2")
    assert report["cost_microusd"] > 0
    assert report["drawn_prompt"] == openai.paid[0].prompt != report["prompt"]
    assert KEY not in done.out + done.err


@pytest.mark.needs("s3")
async def test_a_picture_in_a_bucket_has_a_link_and_no_path(easel: Program) -> None:
    """It is not on this machine."""
    with moto_server() as server:
        await make_bucket(server, "easel")
        easel.environ.update(
            EASEL_OBJECTS__URL="s3://easel/pictures",
            EASEL_OBJECTS__ENDPOINT_URL=server,
            EASEL_OBJECTS__PATH_STYLE="true",
            EASEL_OBJECTS__ACCESS_KEY="test",
            EASEL_OBJECTS__SECRET_KEY="test",
        )
        done = await easel.run("imagine", "a fox", "--json")
        [picture] = json.loads(done.out)["pictures"]
        assert (done.code, picture["path"]) == (0, None)
        assert picture["sha256"] in await keys_in(server, "easel")


@pytest.mark.parametrize(
    ("typed", "environ", "kind"),
    [
        ([], {}, "bad_input"),
        (["\u200b\u2060"], {}, "bad_input"),
        (["a fox", "--shape", "round"], {}, "bad_input"),
        (["a fox", "--colour", "red"], {}, "bad_input"),
        (["our mascot dancing"], {"EASEL_GUARD__BLOCKED": "our mascot"}, "prompt_refused"),
        (["a fox", "--count", "2"], {"EASEL_QUOTAS__TIERS__PREMIUM": "1"}, "quota_exceeded"),
    ],
)
async def test_a_refusal_is_one_object_and_ends_with_2(
    easel: Program, typed: list[str], environ: dict[str, str], kind: str
) -> None:
    """With a kind for the program and a sentence for whoever reads its log."""
    easel.environ.update(environ)
    done = await easel.run("imagine", *typed, "--json")
    report = json.loads(done.out)
    assert (done.code, report["error"]["kind"], report["pictures"]) == (2, kind, [])
    assert report["error"]["text"]


async def test_a_refusal_is_one_sentence_for_people(easel: Program) -> None:
    """It says what would do."""
    done = await easel.run("imagine", "a fox", "--shape", "wied")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1] == "shape can be square, wide or tall, not “wied”. Did you mean wide?"
    done = await easel.run("imagine")
    assert (done.code, "/imagine" in done.err) == (2, False)
    assert done.err.splitlines()[-1].startswith("There is nothing to draw yet")


async def test_a_wrong_setting_is_one_sentence_and_ends_with_1(easel: Program) -> None:
    """For every command that reads settings."""
    easel.environ["EASEL_WEB__PROT"] = "1"
    sentence = "EASEL_WEB__PROT is not a setting. Did you mean EASEL_WEB__PORT?"
    for command in (["run"], ["imagine", "a fox"], ["db", "upgrade"]):
        done = await easel.run(*command)
        assert (done.code, done.out, done.err) == (1, "", f"{sentence}\n")
    done = await easel.run("imagine", "a fox", "--json")
    assert done.code == 1
    assert json.loads(done.out)["error"] == {"kind": "config_error", "text": sentence}


async def test_an_unknown_model_is_one_sentence(easel: Program) -> None:
    """With those that are known."""
    easel.environ.update(OPENAI_API_KEY=KEY, EASEL_OPENAI__IMAGE_MODEL="gpt-imagine-2")
    done = await easel.run("imagine", "a fox")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("[openai] image_model “gpt-imagine-2” is not known")
    assert len(done.err.splitlines()) == 1


async def test_a_data_folder_that_cannot_be_one_is_one_sentence(new_easel: Program) -> None:
    """A file is in the way; the sentence names the folder, the reason and the mend."""
    await asyncio.to_thread(new_easel.data.write_text, "")
    new_easel.environ["EASEL_WEB__PORT"] = "0"
    done = await new_easel.run("run")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"The data folder {new_easel.data} cannot be used: file exists. ")
    assert "EASEL_DATA_DIR" in done.err


@pytest.mark.needs("s3")
async def test_nobody_waits_for_ever_for_a_store_that_is_away(tmp_path: Path) -> None:
    """What is drawn is safe on this machine, and the job is left for the next start."""
    endpoint = f"http://127.0.0.1:{free_port()}"
    environ = {
        "EASEL_DATA_DIR": str(tmp_path),
        "EASEL_OBJECTS__URL": "s3://easel/pictures",
        "EASEL_OBJECTS__ENDPOINT_URL": endpoint,
        "EASEL_OBJECTS__ACCESS_KEY": "test",
        "EASEL_OBJECTS__SECRET_KEY": "test",
    }
    surface = TerminalSurface(quiet=True)
    report = await draw(load(environ=environ), {"prompt": "a fox"}, surface, is_quiet=True, patience=timedelta(0))
    assert report.problem
    assert (report.problem.kind, report.problem.code) == ("storage_failed", 1)
    assert "not lost" in report.problem.text
    with closing(sqlite3.connect(tmp_path / "easel.db")) as database:
        [job] = database.execute("SELECT state FROM jobs").fetchall()
        [drawing] = database.execute("SELECT state FROM drawings").fetchall()
    assert job[0] in {"queued", "running"}
    assert drawing == ("drawn",)
    assert any((tmp_path / "spool").rglob("*"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("as_json", [True, False])
async def test_stopping_a_wish_that_is_drawn_already_cancels_it_and_counts_it(
    easel: Program, slow_openai: FakeOpenAI, number: signal.Signals, code: int, *, as_json: bool
) -> None:
    """The provider has to be paid, so the only picture of the day is gone, and the sentence says so."""
    easel.environ.update(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=slow_openai.url, EASEL_QUOTAS__TIERS__PREMIUM="1")
    running = await easel.start("imagine", "a fox", *(["--json"] if as_json else []))
    await slow_openai.until(lambda state: bool(state.paid))
    done = await running.stopped(number)
    sentence = "“a fox” – cancelled. It was being drawn already, so 1 picture was counted."
    assert done.code == code
    assert "Traceback" not in done.err
    assert KEY not in done.out + done.err
    if as_json:
        report = json.loads(done.out)
        assert report["error"] == {"kind": "cancelled", "text": sentence}
        assert report["state"] == "cancelled"
    else:
        assert (done.out, done.err.splitlines()[-1]) == ("", sentence)
    easel.environ["EASEL_DRAWING__PROVIDERS"] = "offline"
    assert (await easel.run("imagine", "a fox")).code == 2


@pytest.mark.parametrize(
    ("kind", "code", "state", "error"),
    [(Kind.BAD_KEY, 1, "failed", "provider_failed"), (Kind.MODERATION_BLOCKED, 2, "refused", "prompt_refused")],
)
async def test_a_job_that_ends_without_a_picture_says_why(
    easel: Program, openai: FakeOpenAI, *, kind: Kind, code: int, state: str, error: str
) -> None:
    """A failure ends with 1, a refusal with 2; nothing is counted for either, and no key is shown."""
    openai.fail(Endpoint.IMAGES, kind)
    easel.environ.update(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=openai.url)
    done = await easel.run("imagine", "a fox", "--json")
    report = json.loads(done.out)
    assert (done.code, report["state"], report["error"]["kind"]) == (code, state, error)
    assert "counted" in report["error"]["text"]
    assert report["pictures"] == []
    assert KEY not in done.out + done.err


async def test_people_are_told_once_why_there_is_no_picture(easel: Program, openai: FakeOpenAI) -> None:
    """By the line of progress or by the command, and not by both."""
    openai.fail(Endpoint.IMAGES, Kind.MODERATION_BLOCKED)
    easel.environ.update(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=openai.url)
    done = await easel.run("imagine", "a fox")
    assert (done.code, done.out) == (2, "")
    assert sum("counted" in line for line in done.err.splitlines() if not line.startswith("{")) == 1


async def test_the_database_is_brought_up_to_date(new_easel: Program) -> None:
    """Once."""
    first, second = await new_easel.run("db", "upgrade"), await new_easel.run("db", "upgrade")
    assert (first.code, first.err, second.code, second.err) == (0, "", 0, "")
    assert first.out.startswith("The database is made: version ")
    assert second.out.startswith("The database is up to date: version ")


async def findings(easel: Program, *options: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    """Return the doctor's exit code, and what is not well by subject."""
    done = await easel.run("doctor", "--json", *options)
    report: dict[str, Any] = json.loads(done.out)
    assert report["healthy"] == (done.code == 0)
    by_subject: dict[str, list[dict[str, str]]] = {}
    for finding in report["findings"]:
        by_subject.setdefault(finding["subject"], []).append(finding)
    return done.code, by_subject


async def test_a_newcomers_easel_is_healthy(new_easel: Program) -> None:
    """And the doctor leaves nothing behind."""
    new_easel.environ["EASEL_WEB__PORT"] = "0"
    code, found = await findings(new_easel)
    assert code == 0
    assert {"python", "settings", "data_dir", "database", "pictures", "drawing", "web", "links", "quotas", "discord"} <= set(
        found
    )
    done = await new_easel.run("doctor")
    assert done.code == 0
    assert "✓ python" in done.out
    assert "! drawing" in done.out
    assert "→ Set OPENAI_API_KEY" in done.out
    assert done.out.endswith("Nothing is wrong.\n")


async def test_the_doctor_finds_what_is_wrong_and_goes_on(easel: Program) -> None:
    """A damaged database, a taken port, an unknown model: each by itself."""
    await easel.run("db", "upgrade")
    await asyncio.to_thread((easel.data / "easel.db").write_bytes, b"not a database" * 1000)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        easel.environ.update(EASEL_WEB__PORT=str(port), OPENAI_API_KEY=KEY, EASEL_OPENAI__IMAGE_MODEL="gpt-imagine-2")
        code, found = await findings(easel)
    assert code == 1
    wrong = {subject for subject, those in found.items() if any(finding["health"] == "wrong" for finding in those)}
    assert wrong == {"database", "drawing", "web"}
    assert KEY not in str(found)


async def test_the_doctor_sees_a_database_of_a_newer_easel(easel: Program) -> None:
    """It must not be touched."""
    await easel.run("db", "upgrade")
    with sqlite3.connect(easel.data / "easel.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    _, found = await findings(easel)
    assert found["database"][0]["health"] == "wrong"
    assert "newer easel" in found["database"][0]["mend"]


async def test_the_doctor_tells_what_is_wrong_with_the_settings(easel: Program) -> None:
    """One finding for each mistake."""
    file = easel.folder / "my.toml"
    await asyncio.to_thread(file.write_text, '[web]\nprot = 1\nport = "x"\n')
    code, found = await findings(easel, "--config", str(file))
    assert code == 1
    assert [finding["text"] for finding in found["settings"]] == [
        f"[web] port in {file} must be a whole number.",
        f"[web] prot in {file} is not a setting. Did you mean port?",
    ]


async def test_easel_runs_until_it_is_told_to_stop(new_easel: Program) -> None:
    """It says where it is, answers there, and goes quietly."""
    new_easel.is_new = True
    new_easel.environ["EASEL_WEB__PORT"] = "0"
    running = await new_easel.start("run")
    url = await running.said(r"ready at (http://\S+)")
    answer = await asyncio.to_thread(_fetched, f"{url}/healthz")
    assert answer["status"] == "ok"
    beside = await new_easel.run("imagine", "a fox", "--json")
    assert beside.code == 0
    done = await running.stopped(signal.SIGTERM)
    assert done.code == 0
    assert "Traceback" not in done.err
    assert done.out.splitlines()[-1].startswith("Stopped.")


async def test_a_second_easel_on_the_same_port_is_told_so(easel: Program) -> None:
    """In one sentence."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        easel.environ["EASEL_WEB__PORT"] = str(listener.getsockname()[1])
        done = await easel.run("run")
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert f"port {easel.environ['EASEL_WEB__PORT']} (Address already in use): is easel running already?" in done.err
    assert "EASEL_WEB__PORT" in done.err


async def test_a_part_of_easel_by_itself_is_told_what_it_needs(easel: Program) -> None:
    """A place where processes meet; then a port that is free."""
    done = await easel.run("worker")
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "[engine] url" in done.err
    with socket.create_server(("127.0.0.1", 0)) as listener:
        easel.environ["EASEL_ENGINE__URL"] = "redis://127.0.0.1:1/0"
        port = str(listener.getsockname()[1])
        done = await easel.run("worker", "--port", port)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert f"port {port} (Address already in use)" in done.err
    assert done.err.strip().endswith("choose another --health-port.")


def _fetched(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own address
        facts: dict[str, Any] = json.load(answer)
    return facts


async def test_a_backup_is_a_file_and_a_sentence(easel: Program) -> None:
    """A second one does not take its place."""
    assert (await easel.run("db", "upgrade")).code == 0
    done = await easel.run("db", "backup", "backup.db")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("The database is copied to backup.db (")
    again = await easel.run("db", "backup", "backup.db")
    assert (again.code, again.err) == (2, "backup.db is there already: name a new file.\n")
