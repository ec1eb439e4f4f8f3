"""Does easel work on PostgreSQL by its URL alone, and say in one sentence what keeps it from that?"""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.clock_skew import check_clock
from bot.app.system import SystemClock
from bot.config import Settings
from bot.doctor.database_checks import check_postgres
from bot.domain.health import Health
from storage.sql.database import open_database
from tests.e2e.program import Program
from tests.e2e.serving import ServedVisitor, Serving
from tests.fakes.clock import StoppedClock
from tests.fakes.openai import FakeOpenAI, Options
from tests.fakes.pgbouncer import pgbouncer
from tests.fakes.postgres import PostgresServer

pytestmark = pytest.mark.needs("postgresql")

PASSWORD = "not-shown"
WISHES = 8
DONE = "SELECT count(*) FROM jobs WHERE state = 'done'"
END_CONNECTIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'made'"
NOWHERE = f"postgresql://easel:{PASSWORD}@127.0.0.1:1/easel"


@pytest.fixture
async def made(postgres: PostgresServer) -> str:
    """Make a database without tables, and return its name."""
    await postgres.new_database("made")
    return "made"


async def test_a_house_runs_on_it(postgres: PostgresServer, made: str, tmp_path: Path) -> None:
    """From an empty database to a picture on the page, with no file of records beside it."""
    async with Serving(tmp_path, {"EASEL_RECORDS__URL": postgres.url_of(made)}) as house, ServedVisitor(house.url) as visitor:
        reply = await visitor.types("/imagine a fox in the snow")
        assert reply["notes"] == []
        await postgres.until(DONE, 1, database=made)
        [message] = await visitor.messages()
        assert (await visitor.get("/readyz")).status_code == 200
    assert "a fox in the snow" in json.dumps(message)
    [row] = await postgres.fetch("SELECT held, spent FROM usage", database=made)
    assert tuple(row) == (0, 1)


@pytest.mark.needs("pgbouncer")
async def test_a_picture_is_drawn_behind_a_pooler(postgres: PostgresServer, made: str, tmp_path: Path) -> None:
    """With the one setting that it needs."""
    with pgbouncer(postgres, connections=1) as where:
        environ = {
            "EASEL_RECORDS__URL": f"postgresql://postgres@/{made}?{where}",
            "EASEL_RECORDS__PREPARED_STATEMENTS": "false",
        }
        done = await Program(tmp_path, environ).run("imagine", "a fox in the snow")
    assert done.code == 0
    [row] = await postgres.fetch("SELECT held, spent FROM usage", database=made)
    assert tuple(row) == (0, 1)


@pytest.mark.parametrize("command", ["run", "doctor"])
async def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path, command: str) -> None:
    """Without a traceback, and without the password."""
    easel = Program(tmp_path, {"EASEL_RECORDS__URL": NOWHERE, "EASEL_WEB__PORT": "0"})
    done = await easel.run(command)
    assert done.code == 1
    said = done.out + done.err
    assert "nothing answers at 127.0.0.1:1" in said
    assert PASSWORD not in said
    assert "Traceback" not in said


async def test_the_doctor_looks_at_it(postgres: PostgresServer, made: str, tmp_path: Path) -> None:
    """Before it has tables, with them, and when they are of another version."""
    easel = Program(tmp_path, {"EASEL_RECORDS__URL": postgres.url_of(made), "EASEL_WEB__PORT": "0"})
    assert (
        f"PostgreSQL answers at {postgres.socket}; the tables will be made at the first start." in (await easel.run("doctor")).out
    )
    upgraded = await easel.run("db", "upgrade")
    assert upgraded.out.startswith("The database is made: version ")
    assert "as they should be." in (await easel.run("doctor")).out
    await postgres.execute("UPDATE alembic_version SET version_num = '9999'", database=made)
    for command in ("run", "doctor"):
        done = await easel.run(command)
        assert done.code == 1
        assert "version 9999" in done.out + done.err


@pytest.mark.parametrize(
    ("records", "health", "said"),
    [
        ({"pool_size": 10}, Health.OK, "and each easel has up to 10: enough for 9 processes."),
        ({"pool_size": 60}, Health.NOTE, "and each easel has up to 60: that is not enough for 2 processes."),
        ({"pool_size": 60, "prepared_statements": False}, None, ""),
    ],
    ids=["enough", "too few", "pooler"],
)
async def test_the_doctor_says_for_how_many_processes_its_connections_are_enough(
    postgres: PostgresServer, records: dict[str, object], health: Health | None, said: str
) -> None:
    """PostgreSQL lets a hundred in by default, three of them for those who run it; a pooler in front shares them out itself."""
    settings = Settings.model_validate({"records": {"url": await postgres.empty(), **records}})
    found = {finding.text: finding.health for finding in await check_postgres(settings)}
    assert {text: one for text, one in found.items() if "connections in" in text} == (
        {f"It lets 97 connections in, {said}": health} if health else {}
    )


async def test_while_it_is_away_the_house_says_so_and_comes_back(postgres: PostgresServer, made: str, tmp_path: Path) -> None:
    """To people in a sentence, to balancers by its readiness, which names no machine; nothing has to be started again."""
    async with Serving(tmp_path, {"EASEL_RECORDS__URL": postgres.url_of(made)}) as house, ServedVisitor(house.url) as visitor:
        assert (await visitor.types("/imagine a fox"))["notes"] == []
        await postgres.until(DONE, 1, database=made)
        await postgres.execute(f"ALTER DATABASE {made} WITH ALLOW_CONNECTIONS false; {END_CONNECTIONS}")
        [note] = (await visitor.types("/imagine a bear"))["notes"]
        readiness = await visitor.get("/readyz")
        await postgres.execute(f"ALTER DATABASE {made} WITH ALLOW_CONNECTIONS true")
        assert (await visitor.types("/imagine a wolf"))["notes"] == []
        await postgres.until(DONE, 2, database=made)
    assert "cannot reach its own storage right now" in note["text"]
    assert readiness.status_code == 503
    assert str(postgres.socket) not in readiness.text


async def test_a_house_moves_there_and_back(postgres: PostgresServer, made: str, tmp_path: Path) -> None:
    """With what it has counted; the command says what arrived, and what to do next."""
    here, there, back = (
        f"sqlite+aiosqlite:///{tmp_path}/data/easel.db",
        postgres.url_of(made),
        f"sqlite+aiosqlite:///{tmp_path}/b.db",
    )
    assert (await Program(tmp_path).run("imagine", "a fox")).code == 0
    for source, target, pictures in ((here, there, 1), (there, back, 2)):
        copied = await Program(tmp_path).run("db", "copy", source, target)
        assert copied.code == 0
        assert f"jobs: {pictures}, pictures: {pictures}, accounts: 1" in copied.out
        assert f"(held 0, spent {pictures})" in copied.out
        assert "100%" in copied.err
        assert (await Program(tmp_path, {"EASEL_RECORDS__URL": target}).run("imagine", "a fox")).code == 0
    again = await Program(tmp_path).run("db", "copy", here, there)
    assert (again.code, again.out) == (2, "")
    assert again.err.strip().endswith("name an empty database.")


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        ("easel.db", NOWHERE, "FROM must be sqlite+aiosqlite:/// and the path of a file, or postgresql://"),
        (f"postgresql://me:{PASSWORD}@host", NOWHERE, "FROM must name a host and a database"),
        ("sqlite+aiosqlite:///nothing.db", NOWHERE, "There is no database nothing.db."),
        (NOWHERE, "sqlite+aiosqlite:///new.db", "nothing answers at 127.0.0.1:1"),
    ],
)
async def test_what_cannot_be_copied_is_one_sentence(tmp_path: Path, source: str, target: str, sentence: str) -> None:
    """Without the password, and nothing is made."""
    done = await Program(tmp_path).run("db", "copy", source, target)
    assert done.code in {1, 2}
    assert sentence in done.err
    assert done.err.count("\n") == 1
    assert PASSWORD not in done.err


async def test_clocks_that_are_apart_are_named(postgres: PostgresServer) -> None:
    """Further than a lease's half they cost money; a little is worth a note; our own clock is as right as the server's."""
    async with open_database(await postgres.empty()) as database:
        assert await check_clock(database, SystemClock(), timedelta(seconds=20)) == ()
        [found] = await check_clock(database, StoppedClock(), timedelta(seconds=20))
        [noted] = await check_clock(database, StoppedClock(), timedelta(days=100_000))
    assert (found.health, noted.health) == (Health.WRONG, Health.NOTE)
    assert "pay for it twice" in found.text


async def test_jobs_go_on_after_a_restart_in_the_middle_of_work(postgres: PostgresServer, made: str, tmp_path: Path) -> None:
    """Each is drawn and paid for once, and nobody has to ask again."""
    await postgres.execute(f"ALTER DATABASE {made} SET synchronous_commit = on")
    async with FakeOpenAI(Options(delay=0.3)) as openai:
        environ = {
            "EASEL_RECORDS__URL": postgres.url_of(made),
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": openai.url,
            "EASEL_WORKER__LEASE": "2s",
            "EASEL_BURSTS__WISHES": "1000",
        }
        async with Serving(tmp_path, environ) as house, ServedVisitor(house.url) as visitor:
            for number in range(WISHES):
                assert (await visitor.types(f"/imagine wish number {number}"))["notes"] == []
                if number == WISHES // 2:
                    await postgres.until("SELECT count(*) FROM drawings", 1, database=made)
                    await postgres.crash()
            await postgres.until("SELECT count(*) FROM jobs WHERE told_at IS NOT NULL", WISHES, database=made)
            await postgres.crash()
            done = json.dumps(await visitor.messages())
    states = await postgres.fetch("SELECT state FROM jobs", database=made)
    drawn = await postgres.fetch("SELECT count(*) FROM drawings WHERE state = 'drawn' GROUP BY job", database=made)
    [usage] = await postgres.fetch("SELECT held, spent FROM usage", database=made)
    assert [row["state"] for row in states] == ["done"] * WISHES
    assert [row["count"] for row in drawn] == [1] * WISHES
    assert tuple(usage) == (0, WISHES)
    assert all(f"wish number {number}" in done for number in range(WISHES))
