"""How much one person may ask for at once, counted in this process."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.domain.people import AccountId
from bot.errors import Busy
from bot.ports.clock import Clock
from bot.text import duration_text

_UNTIL_ONE_IS_DONE = timedelta(minutes=1)
"""When to try again where that depends on when a picture is done."""


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """At most `wishes` of one account in any span of `within`, and `open_jobs` that run or wait."""

    wishes: int
    within: timedelta
    open_jobs: int


class LocalAdmissionLimiter:
    """Implements `bot.ports.admission.AdmissionLimiter`. It remembers accounts that wished within the span, no others."""

    def __init__(self, limits: AdmissionLimits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._locks: WeakValueDictionary[AccountId, asyncio.Lock] = WeakValueDictionary()
        self._wishes: OrderedDict[AccountId, deque[datetime]] = OrderedDict()

    @asynccontextmanager
    async def lock(self, account: AccountId) -> AsyncIterator[None]:
        """Hold the account's lock, which is forgotten when nobody waits for it."""
        lock = self._locks.get(account) or asyncio.Lock()
        self._locks[account] = lock
        async with lock:
            yield

    async def check(self, account: AccountId, open_jobs: int) -> None:
        """Look at the span that ends now."""
        limits = self._limits
        if open_jobs >= limits.open_jobs:
            raise Busy(
                f"You have {open_jobs} requests under way already, which is the most for one person; "
                "ask again in about a minute, when some of them are done. Nothing was counted.",
                retry_after=_UNTIL_ONE_IS_DONE,
            )
        recent = self._recent(account)
        if len(recent) >= limits.wishes:
            wait = recent[-limits.wishes] + limits.within - self._clock.now()
            raise Busy(
                f"One person can ask {_times(limits.wishes)} in {duration_text(limits.within)}; "
                f"ask again in {duration_text(wait)}. Nothing was counted.",
                retry_after=wait,
            )

    async def count_accepted(self, account: AccountId) -> None:
        """Add the moment, and forget accounts that have been quiet for a whole span."""
        wishes = self._wishes.setdefault(account, deque(maxlen=self._limits.wishes))
        wishes.append(self._clock.now())
        self._wishes.move_to_end(account)
        while self._wishes and not self._recent(oldest := next(iter(self._wishes))):
            del self._wishes[oldest]

    def _recent(self, account: AccountId) -> list[datetime]:
        """Return when the account wished of late; what lies in the future comes from a clock that was set back."""
        now = self._clock.now()
        return [at for at in self._wishes.get(account, ()) if now - self._limits.within < at <= now]


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
