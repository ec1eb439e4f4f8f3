"""One cache of compiled SQL for all databases of a process: each engine has its own, and each test its own engines."""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

_STATEMENTS = 2000


class _SharedCache(LRUCache[Any, Any]):
    """Takes dialects of one class for one; ours are all set up alike."""

    def get(self, key: Any, default: Any = None) -> Any:
        """Return what a statement was compiled to."""
        return super().get(_of_any_engine(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_of_any_engine(key), value)


def _of_any_engine(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *rest = key
    return type(dialect), *rest


def share_compiled_statements() -> None:
    """Have every connection from now on look there first."""
    cache = _SharedCache(_STATEMENTS)

    def use_it(connection: Connection) -> None:
        connection.execution_options(compiled_cache=cache)

    event.listen(Engine, "engine_connect", use_it)
