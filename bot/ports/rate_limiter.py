"""How often something may be done, and what only one at a time may do; counted over all processes that can tell each other."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` uses in any span of `within`."""

    most: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Usage:
    """How many uses count at this moment, and how long it is until one more may be counted: nothing if it may be now."""

    used: int
    wait: timedelta


class RateLimiter(Protocol):
    """Counts uses by key, in a window that slides. Its state is short-lived and need not be stored.

    A key always has the same rate. Nothing here ever raises: while processes
    cannot count together, each of them counts for itself.
    """

    async def try_acquire(self, key: str, rate: Rate) -> timedelta:
        """Count a use, and return zero; where it would be one too many count nothing, and return how long to wait."""
        ...

    async def usage(self, key: str, rate: Rate) -> Usage:
        """Return what counts now, and count nothing."""
        ...

    async def block(self, key: str, duration: timedelta) -> None:
        """Let nothing be counted for so long. A shorter block does not end a longer one."""
        ...


class Locks(Protocol):
    """Lets one at a time do what has a key.

    It spares refusals and guards nothing: while processes cannot tell each
    other, each of them has locks of its own, and nobody is waited for longer
    than a few seconds in another process.
    """

    def lock(self, key: str) -> AbstractAsyncContextManager[None]:
        """Wait for the key, and hold it during the body. Different keys do not wait for each other."""
        ...
