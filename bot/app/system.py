"""The real clock, and real randomness."""

import secrets
from datetime import UTC, datetime


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the moment, aware and in UTC."""
        return datetime.now(UTC)


class RandomIds:
    """Names that nobody can guess."""

    def new(self) -> str:
        """Return 22 characters of `[A-Za-z0-9_-]`; the first is no dash, so that no command line takes it for an option."""
        while (name := secrets.token_urlsafe(16)).startswith("-"):
            pass
        return name


def fault_code() -> str:
    """Return the code that a person can quote and the log holds."""
    return secrets.token_hex(3)
