"""Makes a repository's method one transaction."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.sql.database import Database


class Repository(Protocol):
    """Keeps something in a database."""

    _database: Database


R = TypeVar("R", bound=Repository)
P = ParamSpec("P")
T = TypeVar("T")


def transaction(
    method: Callable[Concatenate[R, AsyncConnection, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[R, P], Coroutine[Any, Any, T]]:
    """Have a method called with a connection that may write; it awaits nothing but its statements (`Database.transact`)."""

    @functools.wraps(method)
    async def run(self: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._database.transact(lambda connection: method(self, connection, *args, **kwargs))

    return run
