"""How much one person may ask for at once."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.domain.people import AccountId


class AdmissionLimiter(Protocol):
    """Limits how often an account may ask and how many of its jobs run at once. Its state is short-lived and need not be stored.

    A wish is taken in like this, so that a refused one uses nothing up and of
    many at the same time none slips past the count:

        async with admission.lock(account):
            await admission.check(account, open_jobs)
            ...  # accept it
            await admission.count_accepted(account)
    """

    def lock(self, account: AccountId) -> AbstractAsyncContextManager[None]:
        """Wait for the account's other wishes to be taken in; different accounts do not wait for each other."""
        ...

    async def check(self, account: AccountId, open_jobs: int) -> None:
        """See whether the account may wish once more, with so many jobs of its own waiting or running.

        Raises:
            Busy: It has wished too often of late, or too much of it waits; the error says when to try again.
        """
        ...

    async def count_accepted(self, account: AccountId) -> None:
        """Note that a wish was accepted now."""
        ...
