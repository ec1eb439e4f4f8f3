"""What all tests share: services that may be missing here.

`@pytest.mark.needs("s3")` skips a test, with the reason, where its service is
missing. With `EASEL_TEST_REQUIRE_SERVICES=1`, as CI sets it, that is a failure.
"""

import contextlib
import functools
import gc
import importlib.util
import itertools
import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator

import hypothesis
import pytest
import structlog

from tests.fakes.compiled_statements import share_compiled_statements
from tests.fakes.kafka import KafkaServer, why_no_kafka
from tests.fakes.pgbouncer import why_no_pgbouncer
from tests.fakes.postgres import PostgresServer, postgres_server, why_no_postgres
from tests.fakes.rabbitmq import RabbitServer, rabbit_server, why_no_rabbitmq
from tests.fakes.redis import RedisServer, redis_server, why_no_redis
from tests.fakes.s3 import moto_server
from tests.fakes.shared_work import share_word_filters

# How long an example takes is the machine's business: speed is asked by benchmarks, never by a test.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

share_compiled_statements()
share_word_filters()

# A program that runs in the tests' process would have loggers keep the form it gives them, and later tests would read no log.
_configure = structlog.configure
structlog.configure = lambda **options: _configure(**options | {"cache_logger_on_first_use": False})

_FRAMES = 1
_MEMORY = "/dev/shm"  # noqa: S108 - pytest makes a folder there that nobody else may read
_ROOM_FOR_FILES = 4 * 1024**3


@pytest.fixture(autouse=True)
def unset_logging() -> Iterator[None]:
    """Put back how logs are written where a program ran in the tests' process: later tests would miss what it filters out."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()


def pytest_configure(config: pytest.Config) -> None:
    """Keep files in memory, look for no garbage yet, and have asyncio's debug mode note less of the stack.

    All of it for every future, with its lines, takes most of its time.
    """
    _keep_files_in_memory()
    gc.disable()  # until all tests are imported, which makes next to no garbage
    if config.getini("asyncio_debug"):
        walk_stack = traceback.walk_stack
        traceback.walk_stack = lambda f: itertools.islice(walk_stack(f), _FRAMES)


def _keep_files_in_memory() -> None:
    """Have databases and servers of tests write where no disk is waited for: they sync thousands of small transactions."""
    with contextlib.suppress(OSError):
        if "TMPDIR" not in os.environ and shutil.disk_usage(_MEMORY).free > _ROOM_FOR_FILES:
            os.environ["TMPDIR"] = tempfile.tempdir = _MEMORY


def pytest_collection_finish() -> None:
    """Keep what is there when the first test begins out of garbage collections: it is most of the heap, and stays."""
    gc.freeze()
    gc.enable()


def find_chromium() -> str | None:
    """Return the path of a Chromium that the system has, if it has one; that without windows takes half as long."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name)) is not None), None)


def _why_no_s3() -> str | None:
    missing = [name for name in ("aioboto3", "moto", "flask") if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else None


def _why_no_chromium() -> str | None:
    return None if find_chromium() else "no chromium on the PATH"


def _why_no_axe() -> str | None:
    return None if importlib.util.find_spec("axe_playwright_python") else "axe-playwright-python is not installed"


SERVICES: dict[str, Callable[[], str | None]] = {
    "s3": _why_no_s3,
    "chromium": _why_no_chromium,
    "axe": _why_no_axe,
    "postgresql": why_no_postgres,
    "pgbouncer": why_no_pgbouncer,
    "redis": why_no_redis,
    "rabbitmq": why_no_rabbitmq,
    "kafka": why_no_kafka,
}
"""Each service's way to say why it cannot be had; None when it can."""


def is_required() -> bool:
    """Whether a missing service is a failure."""
    return os.environ.get("EASEL_TEST_REQUIRE_SERVICES", "") not in {"", "0"}


def why_missing(item: pytest.Item) -> list[str]:
    """Say what this test needs and cannot have."""
    reasons = []
    for service in (name for mark in item.iter_markers("needs") for name in mark.args):
        if service not in SERVICES:
            pytest.fail(f"needs({service!r}): tests/conftest.py does not know that service", pytrace=False)
        reason = SERVICES[service]()
        if reason is not None:
            reasons.append(f"needs {service}: {reason}")
    return reasons


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail, before any fixture of the test starts something."""
    reasons = why_missing(item)
    if reasons and is_required():
        pytest.fail("; ".join(reasons), pytrace=False)
    if reasons:
        pytest.skip("; ".join(reasons))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Yield the address of an S3 server that all tests share; tests that use it are marked `needs("s3")`.

    botocore parses its own data once for all clients from here on, and now: for
    each anew, that is half of what a test of a bucket costs, and longer than the
    patience of some.
    """
    import botocore.session  # noqa: PLC0415 - tests that need it are skipped where it is missing
    from botocore.loaders import JSONFileLoader  # noqa: PLC0415 - as above

    with pytest.MonkeyPatch.context() as patch, moto_server() as address:
        patch.setattr(JSONFileLoader, "load_file", staticmethod(functools.cache(JSONFileLoader().load_file)))
        botocore.session.get_session().create_client("s3", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b").close()
        yield address


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Yield a PostgreSQL that all tests share; tests that use it are marked `needs("postgresql")`."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Yield a Redis that all tests share, each under a prefix of its own; tests that use it are marked `needs("redis")`."""
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    """Yield a RabbitMQ that all tests share, each under a prefix of its own; tests that use it are marked `needs("rabbitmq")`."""
    with rabbit_server(tmp_path_factory.mktemp("rabbitmq")) as server:
        yield server


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaServer]:
    """Yield a Kafka that all tests share, each under a prefix of its own; tests that use it are marked `needs("kafka")`."""
    server = KafkaServer()
    yield server
    server.close()


@pytest.fixture
def no_aws_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide this machine's own AWS files, environment and role from boto."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
