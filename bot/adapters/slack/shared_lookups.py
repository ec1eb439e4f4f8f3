"""Look-ups that are shared by all who ask for the same at once."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SharedLookups(dict[K, "asyncio.Task[V]"]):
    """The look-ups under way, by what is looked up. One goes on when nobody waits for it any more."""

    def start_or_join(self, key: K, look_up: Callable[[], Coroutine[Any, Any, V]]) -> "asyncio.Task[V]":
        """Return the look-up that is under way, or start one."""
        if key not in self:
            self[key] = asyncio.create_task(look_up())
            self[key].add_done_callback(lambda _: self.pop(key))
        return self[key]
