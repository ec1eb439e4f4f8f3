"""What a batch would count for and cost, and in which lane it fits into the day."""

from dataclasses import dataclass, replace

from bot.domain.allowances import Hold, count_percent
from bot.domain.images import Lane
from bot.domain.money import Cost
from bot.domain.wishes import Draft, Wish
from bot.errors import LimitTooLow, QuotaExceeded
from bot.pipeline.batch_posts import BatchPrice
from bot.services.quotas import EffectiveLimits, Quotas


@dataclass(frozen=True, slots=True)
class PricedBatch:
    """What all prompts of a batch are drawn by, and their price."""

    draft: Draft
    price: BatchPrice


async def price_batch(quotas: Quotas, limits: EffectiveLimits, draft: Draft, prompts: tuple[str, ...]) -> PricedBatch:
    """Return what the prompts count for; where the day is used up and nobody chose a lane, in the relaxed lane, if that is open.

    Raises:
        BadInput: There is no such model.
        NotAllowed: The person may not use it.
        QuotaExceeded: They count for more than is left of the day, and of credits.
    """
    wishes = [fill(quotas, limits, draft, prompt) for prompt in prompts]
    try:
        return PricedBatch(draft, await _price(quotas, limits, wishes))
    except QuotaExceeded:
        relaxed = [quotas.relax(limits, draft, wish) for wish in wishes]
        if None in relaxed:
            raise
        price = await _price(quotas, limits, [wish for wish in relaxed if wish is not None])
        return PricedBatch(replace(draft, lane=Lane.RELAXED), price)


def fill(quotas: Quotas, limits: EffectiveLimits, draft: Draft, prompt: str) -> Wish:
    """Return the wish that a prompt of a batch is."""
    return quotas.fill(limits, replace(draft, prompt=prompt, count=1))


async def _price(quotas: Quotas, limits: EffectiveLimits, wishes: list[Wish]) -> BatchPrice:
    holds = [quotas.hold(limits, wish) for wish in wishes]
    counted = count_percent(sum(hold.pictures * hold.percent for hold in holds))
    left, credits_left = await _read_left(quotas, limits, holds[0])
    if counted > left + credits_left:
        limit = holds[0].allowance.limit
        if counted > limit + credits_left:
            raise LimitTooLow(cost=counted, limit=limit, credits_left=credits_left)
        raise QuotaExceeded(cost=counted, left=left, refills_at=holds[0].allowance.refills_at, credits_left=credits_left)
    cost = Cost(sum(hold.estimate for hold in holds), is_estimate=True)
    return BatchPrice(counted, left + credits_left, cost, is_relaxed=wishes[0].lane is Lane.RELAXED)


async def _read_left(quotas: Quotas, limits: EffectiveLimits, hold: Hold) -> tuple[int, int]:
    """Return what is left of the day in the lane of a hold, and the credits."""
    status = await quotas.quota_status(limits)
    return max(0, hold.allowance.limit - status.held - status.spent), status.credits
