"""A PostgreSQL, a Valkey, the fake OpenAI, and as many workers as are wanted, each a process of its own."""

import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.programs import read_until, run_fake, run_program
from bot.config import Settings
from bot.domain.people import REGISTERED
from tests.fakes.postgres import PostgresServer, postgres_server
from tests.fakes.redis import RedisServer, redis_server

_READY_WITHIN_S = 120.0
_PREFIX = "scale"

_AS_PEOPLE_RUN_IT = ("shared_buffers=128MB", "fsync=on", "synchronous_commit=on", "full_page_writes=on", "autovacuum=on")
"""PostgreSQL's own defaults, in place of what tests have."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The servers of a house, and a folder for its pictures."""

    folder: Path
    postgres: PostgresServer
    redis: RedisServer
    openai: str

    def environ(self, *, slots: int, database: str = "postgres") -> dict[str, str]:
        """Return the settings of a process of this house."""
        return {
            "EASEL_DATA_DIR": str(self.folder / "data"),
            "EASEL_RECORDS__URL": self.postgres.url_of(database),
            "EASEL_ENGINE__URL": self.redis.url,
            "EASEL_ENGINE__PREFIX": f"{_PREFIX}-{database}",
            "EASEL_WORKER__SLOTS__REGISTERED": str(slots),
            "OPENAI_API_KEY": "sk-bench",
            "OPENAI_BASE_URL": self.openai,
        }

    def settings(self, *, database: str) -> Settings:
        """Return the same for a part of it that runs in this process."""
        return Settings.model_validate(
            {
                "data_dir": self.folder / "data",
                "records": {"url": self.postgres.url_of(database)},
                "engine": {"url": self.redis.url, "prefix": f"{_PREFIX}-{database}"},
                "quotas": {"first_tier": {"terminal": REGISTERED}},
                "openai": {"api_key": "sk-bench", "base_url": self.openai},
            }
        )

    @contextmanager
    def workers(self, count: int, *, slots: int) -> Iterator[list[int]]:
        """Run so many workers while the body runs, and yield their process ids once all of them can draw."""
        with ExitStack() as stack:
            environ = self.environ(slots=slots)
            processes = [stack.enter_context(run_program("bot", "worker", **environ)) for _ in range(count)]
            for process in processes:
                _wait_until_ready(read_until(process, r"http://\S+/readyz"))
            yield [process.pid for process in processes]


@contextmanager
def run_cluster(folder: Path, *, drawing_s: float) -> Iterator[Cluster]:
    """Run the servers while the body runs; a picture takes the provider so many seconds."""
    (folder / "redis").mkdir()
    with (
        postgres_server(*_AS_PEOPLE_RUN_IT) as postgres,
        redis_server(folder / "redis") as redis,
        run_fake("tests.fakes.openai", "--delay", str(drawing_s)) as openai,
    ):
        yield Cluster(folder, postgres, redis, openai)


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310 - an address of this machine
            if reply.status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"not ready: {url}")
