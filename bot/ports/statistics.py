"""Statistics of what was drawn."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.domain.people import AccountId, CommunityId


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageLine:
    """What one account had one model draw on one day of the community's: whole pictures, and micro-dollars with all that failed.

    Of the `microusd`, `estimated` were never billed in so many words: nobody saw the end of a call, or was told its cost.
    `name` is what the person went by last, and empty where nobody ever told
    it: programs ask without a name. `model` is empty where no
    provider was asked, and only words were paid for, or descriptions.
    """

    day: date
    account: AccountId
    name: str
    model: str
    pictures: int
    microusd: int
    estimated: int = 0


class Statistics(Protocol):
    """Adds up from the records themselves. May raise `StorageFailed`."""

    async def usage(self, community: CommunityId, first: date, last: date) -> tuple[UsageLine, ...]:
        """Return what was drawn from `first` to `last`, both included, by day, account and model."""
        ...
