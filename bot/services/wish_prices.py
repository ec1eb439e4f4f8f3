"""What a wish would count for, and what its day has left, said before anything is asked for."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.allowances import QuotaStatus, count_percent
from bot.domain.chat import Place
from bot.domain.jobs import Draft
from bot.domain.people import Person
from bot.errors import EaselError
from bot.services.quotas import EffectiveLimits, Quotas

_ANY_WORDS = "words"
"""Stand for a prompt: no price depends on it."""


@dataclass(frozen=True, slots=True)
class WishPrice:
    """What the next wish counts for in whole pictures, and how its day stands.

    Without `pictures` it would be refused: `refusal` is the sentence.
    """

    status: QuotaStatus
    refills_at: datetime
    pictures: int | None
    refusal: str = ""

    @property
    def has_enough(self) -> bool:
        """Whether the day and the credits reach for it."""
        return (self.pictures or 0) <= self.status.left + self.status.credits


class WishPrices:
    """Says prices. Nothing is set aside or counted by asking."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas

    async def price(self, person: Person, place: Place, draft: Draft | None) -> WishPrice:
        """Return what a draft would count for, and what is left; without one, what is left.

        Raises:
            StorageFailed: Nobody knows now.
        """
        limits = await self._quotas.effective_limits(person, place)
        status = await self._quotas.quota_status(limits)
        if draft is None:
            return WishPrice(status, limits.allowance.refills_at, None)
        try:
            return WishPrice(status, limits.allowance.refills_at, self._count(limits, draft))
        except EaselError as error:
            return WishPrice(status, limits.allowance.refills_at, None, error.user_text)

    def _count(self, limits: EffectiveLimits, draft: Draft) -> int:
        draft.check()
        wish = self._quotas.fill(limits, replace(draft, prompt=_ANY_WORDS, picture=()))
        hold = self._quotas.hold(limits, wish)
        return count_percent(hold.pictures * hold.percent)
