"""Trouble on demand: errors, rate limits, slowness, cut lines, and calls that are held back."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase

from tests.fakes import faults
from tests.fakes.slack.errors import ApiError, RateLimited


@dataclass(eq=False, kw_only=True)
class Fault(faults.Fault):
    """Something that goes wrong with the next calls of a method. A bare `status` comes with a body that is not JSON."""

    method: str
    error: ApiError | None = None
    is_unanswered: bool = False
    """Answer with the error although the call was carried out."""


class Faults(faults.Ordered[Fault]):
    """What was ordered. `method` is a Web API method (`*` allowed), `upload` for the bytes of a file, or `response_url`."""

    def fail(self, method: str, error: str = "", *, status: int = 0, times: int = 1, is_carried_out: bool = False) -> Fault:
        """Answer with an error code, or with a bare HTTP status; `is_carried_out` does the thing all the same."""
        refused = ApiError(error) if error else None
        return self._order(Fault(method=method, times=times, error=refused, status=status, is_unanswered=is_carried_out))

    def rate_limit(self, method: str, *, retry_after: float = 1, times: int = 1) -> Fault:
        """Answer with a 429 of so many seconds."""
        return self._order(Fault(method=method, times=times, error=RateLimited(retry_after)))

    def delay(self, method: str, by: timedelta | float, *, times: int = 1) -> Fault:
        """Carry the call out later; a bare number is seconds."""
        wait = by if isinstance(by, timedelta) else timedelta(seconds=by)
        return self._order(Fault(method=method, times=times, delay=wait))

    def cut(self, method: str, *, times: int = 1, is_carried_out: bool = False) -> Fault:
        """Break the line: before the call is carried out, or after it but before the answer."""
        return self._order(Fault(method=method, times=times, cuts_before=not is_carried_out, cuts_after=is_carried_out))

    def hold(self, method: str, *, times: int = 1_000_000) -> Fault:
        """Hold calls back until `release` is called on what this gives."""
        return self._order(Fault(method=method, times=times, gate=asyncio.Event()))

    def next(self, method: str) -> Fault | None:
        """Return the fault that a call meets, and count it."""
        return self._met(lambda fault: fnmatchcase(method, fault.method))
