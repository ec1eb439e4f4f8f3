"""The system clock, random ids and random numbers: the one place that reads them."""

import secrets
from datetime import UTC, datetime


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the moment, aware and in UTC."""
        return datetime.now(UTC)


class RandomIds:
    """Random ids that cannot be guessed."""

    def new(self) -> str:
        """Return 22 characters of `[A-Za-z0-9_-]`; the first is no dash, so that no command line takes it for an option."""
        while (name := secrets.token_urlsafe(16)).startswith("-"):
            pass
        return name


def new_fault_code() -> str:
    """Return the code that a person can quote and the log holds."""
    return secrets.token_hex(3)


def random_below(bound: int) -> int:
    """Return a number from 0 up to `bound`, without it, that cannot be guessed."""
    return secrets.randbelow(bound)
