"""What a wish would count for, and what is left of the day, before anything is asked for."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.allowances import QuotaStatus, count_percent
from bot.domain.chat import Place
from bot.domain.inputs import InputPicture, InputRole
from bot.domain.people import Person
from bot.domain.wishes import Draft
from bot.errors import EaselError
from bot.services.quotas import EffectiveLimits, Quotas

_ANY_WORDS = "words"
"""Stand for a prompt: no price depends on it."""

_ANY_PICTURE = InputPicture(key="", role=InputRole.REFERENCE, source="", media_type="image/png", width=1, height=1, size_bytes=0)
"""Stands for a picture that is brought: which model draws depends on how many there are, and on nothing else of them."""


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
        """Whether the day and the credits cover it."""
        return (self.pictures or 0) <= self.status.left + self.status.credits


class WishPrices:
    """Computes prices. Nothing is set aside or counted by asking."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas

    async def price(self, person: Person, place: Place, draft: Draft | None, *, pictures: int = 0) -> WishPrice:
        """Return what a draft would count for that begins with so many pictures, and what is left; without one, what is left.

        Raises:
            StorageFailed: Nobody knows now.
        """
        limits = await self._quotas.prospective_limits(person, place)
        status = await self._quotas.quota_status(limits)
        if draft is None:
            return WishPrice(status, limits.allowance.refills_at, None)
        try:
            return WishPrice(status, limits.allowance.refills_at, self._count(limits, draft, pictures))
        except EaselError as error:
            return WishPrice(status, limits.allowance.refills_at, None, error.user_text)

    def _count(self, limits: EffectiveLimits, draft: Draft, pictures: int) -> int:
        draft.check()
        inputs = (replace(_ANY_PICTURE, role=InputRole.BASE), *(_ANY_PICTURE,) * (pictures - 1)) if pictures else ()
        wish = self._quotas.fill(limits, replace(draft, prompt=_ANY_WORDS, picture=()), inputs)
        hold = self._quotas.hold(limits, wish)
        return count_percent(hold.pictures * hold.percent)
