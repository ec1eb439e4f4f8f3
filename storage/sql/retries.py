"""Does a transaction again that the database has surely not committed: a deadlock, or a connection lost before the commit.

What was lost during the commit is not done again: nobody knows whether it was
written. It is a failure like any other, and the keys of jobs, credits and
payments and the fence of attempts see to it that whoever tries again, with the
same key, changes nothing the second time.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import ParamSpec, TypeVar

import stamina

from storage.sql.failures import NotCommitted

P = ParamSpec("P")
T = TypeVar("T")

_BUDGET = timedelta(seconds=5)
"""As long as a database takes to start again, and as somebody waits for an answer."""

_FIRST_PAUSE = timedelta(milliseconds=50)
_LONGEST_PAUSE = timedelta(seconds=1)


def retry_uncommitted(act: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Wrap a function, so that it is called again where its last transaction, the only one that writes, was not committed."""

    @functools.wraps(act)
    async def retry(*args: P.args, **kwargs: P.kwargs) -> T:
        with suppress(NotCommitted):
            return await act(*args, **kwargs)
        # Not as a decorator of stamina's: that would log the arguments.
        async for attempt in stamina.retry_context(
            NotCommitted,
            attempts=None,
            timeout=_BUDGET,
            wait_initial=_FIRST_PAUSE,
            wait_max=_LONGEST_PAUSE,
            wait_jitter=_FIRST_PAUSE,
        ):
            with attempt:
                return await act(*args, **kwargs)
        raise AssertionError("the last attempt returns or raises")

    return retry


def retry_all_uncommitted(repository: type[T]) -> type[T]:
    """Wrap every public method of a class in `retry_uncommitted`."""
    for name, method in list(vars(repository).items()):
        if inspect.iscoroutinefunction(method) and not name.startswith("_"):
            setattr(repository, name, retry_uncommitted(method))
    return repository
