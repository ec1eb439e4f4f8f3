"""Time and new ids, handed in so that tests can control them."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Reads the time."""

    def now(self) -> datetime:
        """Return the moment, aware and in UTC."""
        ...


class Ids(Protocol):
    """Makes names that nobody can guess."""

    def new(self) -> str:
        """Return a fresh id: 22 characters of `[A-Za-z0-9_-]`, 128 random bits, never starting with `-`."""
        ...
