"""Trouble on demand: errors, rate limits, slowness, cut lines, and requests that are held back."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase

from tests.fakes import faults
from tests.fakes.discord.errors import TooManyRequests


@dataclass(eq=False, kw_only=True)
class Fault(faults.Fault):
    """Something that goes wrong with the next requests of a kind."""

    method: str
    path: str
    too_many: TooManyRequests | None = None
    has_via: bool = True
    """A 429 without a `Via` header comes from the firewall in front, and clients give up on it."""

    def fits(self, method: str, path: str) -> bool:
        """Whether it is meant for such a request."""
        return self.method in ("*", method) and fnmatchcase(path, self.path)


class Faults(faults.Ordered[Fault]):
    """What was ordered. `path` begins after `/api/v10` and may hold `*`; `method` may be `*`."""

    def fail(self, method: str, path: str, *, status: int, times: int = 1) -> Fault:
        """Answer with a bare error status, and do nothing."""
        return self._order(Fault(method=method, path=path, times=times, status=status))

    def rate_limit(
        self, method: str, path: str, *, retry_after: float, is_global: bool = False, times: int = 1, has_via: bool = True
    ) -> Fault:
        """Answer with a 429 of so many seconds."""
        error = TooManyRequests(retry_after, scope="global" if is_global else "shared")
        return self._order(Fault(method=method, path=path, times=times, too_many=error, has_via=has_via))

    def delay(self, method: str, path: str, by: timedelta, *, times: int = 1) -> Fault:
        """Carry the request out later."""
        return self._order(Fault(method=method, path=path, times=times, delay=by))

    def cut(self, method: str, path: str, *, times: int = 1, is_carried_out: bool = False) -> Fault:
        """Break the line: before the request is carried out, or after it but before the answer."""
        fault = Fault(method=method, path=path, times=times, cuts_before=not is_carried_out, cuts_after=is_carried_out)
        return self._order(fault)

    def hold(self, method: str, path: str, *, times: int = 1_000_000) -> Fault:
        """Hold requests back until `release` is called on what this gives."""
        return self._order(Fault(method=method, path=path, times=times, gate=asyncio.Event()))

    def next(self, method: str, path: str) -> Fault | None:
        """Return the fault that a request meets, and count it."""
        return self._met(lambda fault: fault.fits(method, path))
