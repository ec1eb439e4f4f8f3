"""How much each account may draw today."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.domain.people import GUEST, HOUSE, Account, Platform, Tier
from bot.domain.quotas import Allowance, Hold, allowance
from bot.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class Limits:
    """Pictures a day by tier, the tier a newcomer of each platform gets (guest, if not named), and where midnight is."""

    by_tier: Mapping[Tier, int]
    first_tier: Mapping[Platform, Tier]
    zone: ZoneInfo


class Allowances:
    """Applies the limits to accounts."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock

    def first_tier(self, platform: Platform) -> Tier:
        """Give the tier of somebody seen for the first time."""
        return self._limits.first_tier.get(platform, GUEST)

    def today(self, account: Account) -> Allowance:
        """Give what the account may draw today; a tier that was taken out of the settings counts as guest."""
        by_tier = self._limits.by_tier
        limit = by_tier.get(account.tier, by_tier[GUEST])
        return allowance(limit, self._clock.now(), self._limits.zone)

    def hold(self, account: Account, pictures: int) -> Hold:
        """Give the hold that would set so many pictures aside."""
        return Hold(HOUSE, account.id, pictures, self.today(account))
