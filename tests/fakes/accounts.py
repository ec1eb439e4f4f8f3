"""Accounts in memory, and how they stand."""

from datetime import date

from bot.domain.people import Account, AccountId, CommunityId, Identity, Tier
from bot.domain.quotas import Standing
from bot.ports.clock import Ids
from tests.fakes.jobs import MemoryJobs
from tests.fakes.trouble import Trouble


class MemoryAccounts:
    """Knows whose identity is whose."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._accounts: dict[Identity, Account] = {}
        self.trouble = Trouble()

    async def of(self, identity: Identity, first_tier: Tier) -> Account:
        """Look the account up, and make it when there is none."""
        self.trouble.strike("of")
        if identity not in self._accounts:
            self._accounts[identity] = Account(AccountId(self._ids.new()), first_tier)
        return self._accounts[identity]


class MemoryLedger:
    """Tells how accounts stand by the holds in `MemoryJobs`."""

    def __init__(self, jobs: MemoryJobs) -> None:
        self._jobs = jobs

    async def standing(self, community: CommunityId, account: AccountId, day: date, limit: int) -> Standing:
        """Add the holds up."""
        return self._jobs.stands(community, account, day, limit)
