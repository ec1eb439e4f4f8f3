"""Nobody reads a clock, chance or the environment behind the caller's back: what is not listed here is handed in.

Monotonic time measures waits and is no fact about the world, so adapters, storage and tools may read it.
"""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

READERS = {
    "wall clock": {
        "datetime.now",
        "datetime.today",
        "datetime.utcnow",
        "date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
    },
    "monotonic time": {"time.monotonic", "time.monotonic_ns", "time.perf_counter", "loop.time", "get_running_loop().time"},
    "randomness": {"secrets.*", "uuid.*", "os.urandom", "random.*"},
    "environment": {"os.environ", "os.getenv", "os.getuid", "getpass.getuser"},
}

ALLOWED = {
    "wall clock": {"bot/app/system.py"},
    "monotonic time": {
        "bot/adapters/shared/persistent_connection.py",
        "bot/adapters/discord/interaction_client.py",
        "bot/adapters/monitoring/prometheus.py",
        "bot/adapters/slack/rate_limits.py",
        "bot/adapters/slack/socket_mode.py",
        "bot/adapters/slack/uploads.py",
        "bot/adapters/slack/user_profiles.py",
        "bot/cli/imagine_command.py",
        "bot/doctor/house_checks.py",
        "bot/adapters/shared/message_updates.py",
        "storage/engines/queue_workers.py",
        "storage/limits/redis.py",
        "storage/redis_link.py",
        "storage/sql/sqlite.py",
    },
    "randomness": {
        "bot/app/system.py",
        "storage/objects/disk.py",  # names of files that are being written
        "storage/objects/object_keys.py",  # the name of a check-up's trial object
    },
    "environment": {
        "bot/config/loading.py",
        "bot/cli/system_user.py",  # who uses this system
    },
}


def _reads(path: Path) -> Iterator[str]:
    """Yield what a file reads of the world, by kind. A generator with a seed, `random.Random`, is no chance."""
    tree = ast.parse(path.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = _imported(node)
        elif isinstance(node, ast.Attribute) and (ast.unparse(node.value) != "random" or "random" in imported):
            names = {f"{ast.unparse(node.value).removeprefix('asyncio.').removeprefix('datetime.')}.{node.attr}"}
        else:
            continue
        for kind, readers in READERS.items():
            if any(_matches(name, reader) for name in names for reader in readers):
                yield kind


def _imported(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Return what `from random import choice` and its like bring in; a plain `import random` reads nothing yet."""
    return {f"{node.module}.{alias.name}" for alias in node.names} if isinstance(node, ast.ImportFrom) else set()


def _matches(name: str, reader: str) -> bool:
    if name == "random.Random":
        return False
    return name.startswith(reader.removesuffix("*")) if reader.endswith("*") else name == reader


@functools.cache
def _reads_by_file() -> dict[str, set[str]]:
    paths = [path for room in ("bot", "storage") for path in (ROOT / room).rglob("*.py")]
    return {str(path.relative_to(ROOT)): set(_reads(path)) for path in paths}


def _find(kind: str) -> set[str]:
    return {path for path, kinds in _reads_by_file().items() if kind in kinds}


@pytest.mark.parametrize("kind", READERS)
def test_only_listed_files_read_it(kind: str) -> None:
    """Whoever needs it takes a `Clock`, `Ids` or a function; the list holds nobody who has stopped either."""
    assert _find(kind) == ALLOWED[kind]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("x = datetime.now(UTC)", "wall clock"),
        ("x = datetime.datetime.now()", "wall clock"),
        ("from time import monotonic", "monotonic time"),
        ("x = asyncio.get_running_loop().time()", "monotonic time"),
        ("x = secrets.token_hex(3)", "randomness"),
        ("from uuid import uuid4", "randomness"),
        ("import random; x = random.choice(y)", "randomness"),
        ("x = os.environ['HOME']", "environment"),
        ("from os import environ", "environment"),
        ("x = os.getuid()", "environment"),
    ],
)
def test_each_way_to_read_it_is_seen(tmp_path: Path, line: str, kind: str) -> None:
    """A watch that sees nothing would pass for ever."""
    file = tmp_path / "module.py"
    file.write_text(line)
    assert list(_reads(file)) == [kind]


def test_a_seed_is_no_chance(tmp_path: Path) -> None:
    """The painter draws the same picture from the same words."""
    file = tmp_path / "module.py"
    file.write_text("from random import Random\nimport random\nx = random.Random(7)\n")
    assert list(_reads(file)) == []
