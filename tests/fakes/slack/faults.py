"""Trouble on demand: errors, rate limits, slowness, cut lines, and calls that are held back."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase

from tests.fakes.slack.errors import ApiError, RateLimited


@dataclass(eq=False)
class Fault:
    """Something that goes wrong with the next calls of a method. Everything not set is left as it is."""

    method: str
    times: int
    error: ApiError | None = None
    status: int = 0
    """A bare HTTP error, with a body that is not JSON."""
    delay: timedelta = timedelta()
    cuts_before: bool = False
    cuts_after: bool = False
    """Break the line after the call was carried out: the bot cannot know whether it was."""
    is_unanswered: bool = False
    """Answer with the error although the call was carried out."""
    gate: asyncio.Event | None = None
    met: int = 0
    """How many calls have met it."""

    def release(self) -> None:
        """Let go of what is held back, now and from now on."""
        self.times = 0
        if self.gate is not None:
            self.gate.set()


@dataclass(slots=True)
class Faults:
    """What was ordered. `method` is a Web API method (`*` allowed), `upload` for the bytes of a file, or `response_url`."""

    _ordered: list[Fault] = field(default_factory=list)

    def fail(self, method: str, error: str = "", *, status: int = 0, times: int = 1, is_carried_out: bool = False) -> Fault:
        """Answer with an error code, or with a bare HTTP status; `is_carried_out` does the thing all the same."""
        refused = ApiError(error) if error else None
        return self._order(Fault(method, times, error=refused, status=status, is_unanswered=is_carried_out))

    def rate_limit(self, method: str, *, retry_after: float = 1, times: int = 1) -> Fault:
        """Answer with a 429 of so many seconds."""
        return self._order(Fault(method, times, error=RateLimited(retry_after)))

    def delay(self, method: str, by: timedelta | float, *, times: int = 1) -> Fault:
        """Carry the call out later; a bare number is seconds."""
        wait = by if isinstance(by, timedelta) else timedelta(seconds=by)
        return self._order(Fault(method, times, delay=wait))

    def cut(self, method: str, *, times: int = 1, is_carried_out: bool = False) -> Fault:
        """Break the line: before the call is carried out, or after it but before the answer."""
        return self._order(Fault(method, times, cuts_before=not is_carried_out, cuts_after=is_carried_out))

    def hold(self, method: str, *, times: int = 1_000_000) -> Fault:
        """Hold calls back until `release` is called on what this gives."""
        return self._order(Fault(method, times, gate=asyncio.Event()))

    def clear(self) -> None:
        """Let everything work again."""
        for fault in self._ordered:
            fault.release()
        self._ordered.clear()

    def next(self, method: str) -> Fault | None:
        """Give the fault that a call meets, and count it."""
        for fault in self._ordered:
            if fault.times > 0 and fnmatchcase(method, fault.method):
                fault.times -= 1
                fault.met += 1
                return fault
        return None

    def _order(self, fault: Fault) -> Fault:
        self._ordered.append(fault)
        return fault
