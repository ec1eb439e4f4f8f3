"""Trouble on demand: errors, rate limits, slowness, cut lines, and requests that are held back."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase

from tests.fakes.discord.errors import TooManyRequests


@dataclass(eq=False)
class Fault:
    """Something that goes wrong with the next requests of a kind. Everything not set is left as it is."""

    method: str
    path: str
    times: int
    status: int = 0
    too_many: TooManyRequests | None = None
    has_via: bool = True
    """A 429 without a `Via` header comes from the firewall in front, and clients give up on it."""
    delay: timedelta = timedelta()
    cuts_after: bool = False
    """Break the line after the request was carried out: the bot cannot know whether it was."""
    cuts_before: bool = False
    gate: asyncio.Event | None = None
    met: int = 0
    """How many requests have met it."""

    def fits(self, method: str, path: str) -> bool:
        """Whether it is meant for such a request, and not used up."""
        return self.times > 0 and self.method in ("*", method) and fnmatchcase(path, self.path)

    def release(self) -> None:
        """Let go of what is held back, now and from now on."""
        self.times = 0
        if self.gate is not None:
            self.gate.set()


@dataclass(slots=True)
class Faults:
    """What was ordered. `path` begins after `/api/v10` and may hold `*`; `method` may be `*`."""

    _ordered: list[Fault] = field(default_factory=list)

    def fail(self, method: str, path: str, *, status: int, times: int = 1) -> Fault:
        """Answer with a bare error status, and do nothing."""
        return self._order(Fault(method, path, times, status=status))

    def rate_limit(
        self, method: str, path: str, *, retry_after: float, is_global: bool = False, times: int = 1, has_via: bool = True
    ) -> Fault:
        """Answer with a 429 of so many seconds."""
        error = TooManyRequests(retry_after, scope="global" if is_global else "shared")
        return self._order(Fault(method, path, times, too_many=error, has_via=has_via))

    def delay(self, method: str, path: str, by: timedelta, *, times: int = 1) -> Fault:
        """Carry the request out later."""
        return self._order(Fault(method, path, times, delay=by))

    def cut(self, method: str, path: str, *, times: int = 1, is_carried_out: bool = False) -> Fault:
        """Break the line: before the request is carried out, or after it but before the answer."""
        return self._order(Fault(method, path, times, cuts_before=not is_carried_out, cuts_after=is_carried_out))

    def hold(self, method: str, path: str, *, times: int = 1_000_000) -> Fault:
        """Hold requests back until `release` is called on what this gives."""
        return self._order(Fault(method, path, times, gate=asyncio.Event()))

    def clear(self) -> None:
        """Let everything work again."""
        for fault in self._ordered:
            fault.release()
        self._ordered.clear()

    def next(self, method: str, path: str) -> Fault | None:
        """Give the fault that a request meets, and count it."""
        for fault in self._ordered:
            if fault.fits(method, path):
                fault.times -= 1
                fault.met += 1
                return fault
        return None

    def _order(self, fault: Fault) -> Fault:
        self._ordered.append(fault)
        return fault
