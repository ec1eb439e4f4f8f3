"""Is what the database has surely not written done again, and nothing else?"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest
import stamina

import storage.sql
from bot.errors import StorageFailed
from storage.sql.failures import NotCommitted
from storage.sql.leader_lock import DatabaseLeaderLock
from storage.sql.retries import retry_all_uncommitted, retry_uncommitted

TRIES = 4


@pytest.fixture(autouse=True)
def hurried() -> Iterator[None]:
    """Have stamina wait for nothing, and give up soon."""
    with stamina.set_testing(True, attempts=TRIES - 1):
        yield


class Failing:
    """Fails with these errors, one after the other, and then does what it should."""

    def __init__(self, *errors: StorageFailed) -> None:
        self._errors = list(errors)
        self.calls = 0

    @retry_uncommitted
    async def write(self, what: str, *, by: str) -> str:
        """Write, perhaps."""
        self.calls += 1
        if self._errors:
            raise self._errors.pop(0)
        return f"{what} by {by}"


async def test_what_was_not_committed_is_done_again() -> None:
    """With the same arguments, until it works."""
    failing = Failing(NotCommitted("database", "locked"), NotCommitted("database", "unreachable"))
    assert await failing.write("a line", by="Ann") == "a line by Ann"
    assert failing.calls == 3


async def test_in_the_end_it_is_a_failure_like_any_other() -> None:
    """Nobody waits for ever."""
    failing = Failing(*(NotCommitted("database", "unreachable") for _ in range(TRIES + 1)))
    with pytest.raises(StorageFailed, match="unreachable"):
        await failing.write("a line", by="Ann")
    assert failing.calls == TRIES


async def test_what_may_have_been_written_is_not_done_again() -> None:
    """As when the connection is lost during the commit."""
    failing = Failing(StorageFailed("database", "the connection was lost during the commit"))
    with pytest.raises(StorageFailed):
        await failing.write("a line", by="Ann")
    assert failing.calls == 1


def _repositories() -> Iterator[type]:
    for module in pkgutil.iter_modules(storage.sql.__path__, "storage.sql."):
        found = vars(importlib.import_module(module.name)).values()
        yield from (one for one in found if inspect.isclass(one) and one.__module__ == module.name and one.__name__[:3] == "Sql")


@pytest.mark.parametrize("repository", list(_repositories()), ids=lambda repository: str(repository.__name__))
def test_every_repository_does_so(repository: type) -> None:
    """A deadlock is nobody's fault, whichever table it is about."""
    methods = {name: method for name, method in vars(repository).items() if inspect.iscoroutinefunction(method)}
    assert methods
    assert [name for name, method in methods.items() if name[0] != "_" and not hasattr(method, "__wrapped__")] == []


@pytest.mark.parametrize("name", ["_take", "_release"])
def test_the_leader_lock_does_so_too(name: str) -> None:
    """In its transactions, as it runs for ever by itself."""
    assert hasattr(getattr(DatabaseLeaderLock, name), "__wrapped__")


def test_only_what_others_call_is_done_again() -> None:
    """A part of a transaction must not be."""

    @retry_all_uncommitted
    class RetriedRepository:
        async def write(self) -> None: ...
        async def _write_part(self) -> None: ...
        def name(self) -> str:
            return "repository"

    wrapped = {name for name, method in vars(RetriedRepository).items() if hasattr(method, "__wrapped__")}
    assert wrapped == {"write"}
