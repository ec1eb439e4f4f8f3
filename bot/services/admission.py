"""How much one person may ask for at once."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.people import AccountId
from bot.errors import Busy
from bot.ports.rate_limiter import Locks, Rate, RateLimiter
from bot.text import duration_text

_UNTIL_ONE_IS_DONE = timedelta(minutes=1)
"""When to try again where that depends on when a picture is done."""


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """At most `wishes` of one account in any span of `within`, and `open_jobs` that run or wait."""

    wishes: int
    within: timedelta
    open_jobs: int


class AdmissionLimiter:
    """Limits how often an account may ask and how many of its jobs are open at once.

    A wish is taken in like this, so that a refused one uses nothing up and of
    many at the same time none slips past the count:

        async with admission.lock(account):
            await admission.check(account, open_jobs)
            ...  # accept it
            await admission.count_accepted(account)
    """

    def __init__(self, limits: AdmissionLimits, rate_limiter: RateLimiter, locks: Locks) -> None:
        self._limits = limits
        self._rate = Rate(limits.wishes, limits.within)
        self._rate_limiter = rate_limiter
        self._locks = locks

    def lock(self, account: AccountId) -> AbstractAsyncContextManager[None]:
        """Lock the account until its present wish is accepted; different accounts do not wait for each other."""
        return self._locks.lock(_key(account))

    async def check(self, account: AccountId, open_jobs: int) -> None:
        """Check that the account may wish once more, with so many of its jobs waiting or running.

        Raises:
            Busy: It has wished too often of late, or too much of it waits; the error says when to try again.
        """
        limits = self._limits
        if open_jobs >= limits.open_jobs:
            raise Busy(
                f"You have {open_jobs} requests under way already, which is the most for one person; "
                "ask again in about a minute, when some of them are done. Nothing was counted.",
                retry_after=_UNTIL_ONE_IS_DONE,
            )
        wait = (await self._rate_limiter.usage(_key(account), self._rate)).wait
        if wait > timedelta():
            raise Busy(
                f"One person can ask {_times(limits.wishes)} in {duration_text(limits.within)}; "
                f"ask again in {duration_text(wait)}. Nothing was counted.",
                retry_after=wait,
            )

    async def count_accepted(self, account: AccountId) -> None:
        """Note that a wish was accepted now."""
        await self._rate_limiter.try_acquire(_key(account), self._rate)


def _key(account: AccountId) -> str:
    return f"wishes:{account}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
