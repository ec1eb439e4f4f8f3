"""Can a house move to other stores, and come back from a backup, with its pictures and with what it has counted?"""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest

from tests.e2e.program import Done, Program
from tests.e2e.serving import ServedVisitor, Serving
from tests.fakes.ports import free_port
from tests.fakes.postgres import PostgresServer
from tests.fakes.redis import RedisServer
from tests.fakes.s3 import make_bucket

_buckets = count()


@dataclass
class MovingHouse:
    """A house whose visitor may ask for three pictures, and remembers those that came."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    seen: dict[str, str] = field(default_factory=dict)
    """The hash of each picture by its path."""

    def __post_init__(self) -> None:
        self.environ |= {"EASEL_QUOTAS__TIERS__REGISTERED": "3", "EASEL_WEB__PORT": str(self.port)}
        self.visitor = ServedVisitor(f"http://127.0.0.1:{self.port}")

    @asynccontextmanager
    async def running(self, *roles: str) -> AsyncIterator[None]:
        """Run it, in as many processes as there are roles; the page has always the same address."""
        async with AsyncExitStack() as stack:
            processes = [
                await stack.enter_async_context(
                    Serving(self.folder, self.environ, port=self.port if role in {"run", "web"} else free_port(), role=role)
                )
                for role in roles
            ]
            yield
            for process in processes:
                assert (await process.running.stopped(signal.SIGTERM)).code == 0

    async def easel(self, *arguments: str) -> Done:
        """Type a command."""
        return await Program(self.folder, self.environ).run(*arguments)

    async def draw(self, prompt: str) -> None:
        """Ask for a picture and wait until it is there."""
        assert (await self.visitor.types(f"/imagine {prompt}"))["notes"] == []
        async with asyncio.timeout(60):
            while not (paths := (await self._paths()) - self.seen.keys()):  # noqa: ASYNC110 - another process draws it
                await asyncio.sleep(0.05)
        for path in paths:
            self.seen[path] = sha256(await self._fetch(path)).hexdigest()

    async def is_whole(self) -> bool:
        """Whether every picture is where it was, and as it was."""
        assert await self._paths() == self.seen.keys()
        return all([sha256(await self._fetch(path)).hexdigest() == digest for path, digest in self.seen.items()])

    async def _paths(self) -> set[str]:
        pictures = [picture for message in await self.visitor.messages() for picture in message["post"]["pictures"]]
        return {urljoin("/", picture["link"]) for picture in pictures}

    async def _fetch(self, path: str) -> bytes:
        answer = await self.visitor.get(path)
        if answer.has_redirect_location:
            async with httpx2.AsyncClient() as client:
                answer = await client.get(answer.headers["location"])
        assert answer.status_code == 200
        return answer.content


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MovingHouse]:
    """Yield one with a picture, on SQLite and a folder, that does not run."""
    house = MovingHouse(tmp_path)
    async with house.visitor:
        async with house.running("run"):
            await house.draw("a fox before the move")
        yield house


@pytest.fixture
async def bucket(s3_server: str, house: MovingHouse) -> str:
    """Return the address of an empty bucket that the house knows how to reach, but does not use."""
    name = f"moving-{next(_buckets)}"
    await make_bucket(s3_server, name)
    house.environ |= {
        "EASEL_OBJECTS__ENDPOINT_URL": s3_server,
        "EASEL_OBJECTS__PATH_STYLE": "true",
        "EASEL_OBJECTS__ACCESS_KEY": "test",
        "EASEL_OBJECTS__SECRET_KEY": "test",
    }
    return f"s3://{name}/easel"


async def move(house: MovingHouse, records: str, objects: str) -> None:
    """Move it as docs/operations.md says."""
    assert (await house.easel("db", "copy", f"sqlite+aiosqlite:///{house.folder}/data/easel.db", records)).code == 0
    copied = await house.easel("objects", "copy", "file:data/pictures", objects)
    assert (copied.code, copied.out.startswith("Copied 1 files (")) == (0, True)
    house.environ |= {"EASEL_RECORDS__URL": records, "EASEL_OBJECTS__URL": objects}


async def move_back(house: MovingHouse, records: str, objects: str) -> None:
    """Move it to one machine again, as docs/many-machines.md says."""
    assert (await house.easel("objects", "copy", objects, "file:data-back/pictures")).code == 0
    assert (await house.easel("db", "copy", records, "sqlite+aiosqlite:///data-back/easel.db")).code == 0
    for name in ("EASEL_RECORDS__URL", "EASEL_OBJECTS__URL", "EASEL_ENGINE__URL", "EASEL_ENGINE__PREFIX"):
        del house.environ[name]
    house.environ["EASEL_DATA_DIR"] = "data-back"


@pytest.mark.needs("postgresql", "redis", "s3")
async def test_one_machine_becomes_many_processes(
    house: MovingHouse, postgres: PostgresServer, redis: RedisServer, bucket: str
) -> None:
    """The old pictures are there, new ones come, what was used stays used, and the folder is not needed any more."""
    await postgres.new_database("moved")
    await move(house, postgres.url_of("moved"), bucket)
    shutil.rmtree(house.folder / "data")
    house.environ |= {"EASEL_ENGINE__URL": redis.url, "EASEL_ENGINE__PREFIX": "moved"}
    async with house.running("web", "worker"):
        assert await house.is_whole()
        await house.draw("a fox after the move")
        await house.draw("another one")
        assert await house.is_whole()
        [note] = (await house.visitor.types("/imagine one too many"))["notes"]
    assert note["text"].startswith("You have no pictures left today.")
    await move_back(house, postgres.url_of("moved"), bucket)
    async with house.running("run"):
        assert await house.is_whole()


async def test_a_backup_of_one_machine_is_brought_back(house: MovingHouse) -> None:
    """While it ran the database was copied, and then the pictures; what came after the backup is gone, and nothing else."""
    data, saved = house.folder / "data", dict(house.seen)
    async with house.running("run"):
        assert (await house.easel("db", "backup", "saved.db")).code == 0
        await asyncio.to_thread(shutil.copytree, data / "pictures", house.folder / "saved-pictures")
        await house.draw("a fox after the backup")
    shutil.rmtree(data)
    data.mkdir()
    shutil.copy(house.folder / "saved.db", data / "easel.db")
    shutil.copytree(house.folder / "saved-pictures", data / "pictures")
    house.seen = saved
    async with house.running("run"):
        assert await house.is_whole()
        await house.draw("a fox after the fire")
        await house.draw("another one")
        [note] = (await house.visitor.types("/imagine one too many"))["notes"]
    assert note["text"].startswith("You have no pictures left today.")


@pytest.mark.long
@pytest.mark.needs("postgresql", "s3")
async def test_a_backup_of_postgresql_and_a_bucket_is_brought_back(
    house: MovingHouse, postgres: PostgresServer, bucket: str
) -> None:
    """By PostgreSQL's own programs and a copy of the bucket, both made while it runs."""
    await postgres.new_database("burning")
    await move(house, postgres.url_of("burning"), bucket)
    dump, backup = str(house.folder / "easel.dump"), f"{bucket}-backup"
    async with house.running("run"):
        await house.draw("a fox before the backup")
        await postgres.run("pg_dump", "--format=custom", f"--file={dump}", "burning")
        assert (await house.easel("objects", "copy", bucket, backup)).code == 0
    restored = await postgres.new_database("restored")
    await postgres.run("pg_restore", "--dbname=restored", "--exit-on-error", dump)
    house.environ |= {"EASEL_RECORDS__URL": restored, "EASEL_OBJECTS__URL": backup}
    async with house.running("run"):
        assert await house.is_whole()
        await house.draw("a fox after the fire")
        [note] = (await house.visitor.types("/imagine one too many"))["notes"]
    assert note["text"].startswith("You have no pictures left today.")


@pytest.mark.needs("s3")
async def test_a_bucket_that_nobody_made_is_named(house: MovingHouse, bucket: str) -> None:
    """`easel doctor` knows nothing of it: it looks at the store of the settings, not at the one that was typed."""
    done = await house.easel("objects", "copy", "file:data/pictures", f"{bucket.removesuffix('/easel')}-backup/easel")
    assert done.code == 1
    assert "bucket missing (s3://moving-" in done.err
    assert "-backup). Make the bucket" in done.err


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        ("file:nowhere", "file:b", "There is no folder "),
        ("file:data/pictures", "file:data/pictures", "Both are the same store"),
        ("data/pictures", "file:b", "FROM must be file: and a folder, or s3://"),
        ("file:.", "file:b", "There are no pictures of easel's in file:."),
    ],
)
async def test_pictures_that_cannot_be_copied_are_one_sentence(tmp_path: Path, source: str, target: str, sentence: str) -> None:
    """And nothing is made."""
    (tmp_path / "data/pictures").mkdir(parents=True)
    done = await Program(tmp_path).run("objects", "copy", source, target)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(sentence)
    assert done.err.count("\n") == 1
    assert not (tmp_path / "b").exists()
