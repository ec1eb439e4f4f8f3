"""Works out the limits that hold for a person at a place, and the hold of a wish."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.allowances import FULL, Allowance, Hold, QuotaStatus, TenantQuota, Weights, allowance, count_percent
from bot.domain.chat import Place
from bot.domain.image_models import ImageModelOffer, ImageModels
from bot.domain.images import Lane
from bot.domain.inputs import InputPicture
from bot.domain.jobs import Drawing, Job
from bot.domain.limits import CommunityLimits, CommunitySettings, DeploymentLimits, apply_setting_rules
from bot.domain.people import GUEST, Account, AccountId, CommunityId, Person, Platform, Tier
from bot.domain.provider_accounts import provider_of
from bot.domain.rules import EVERYBODY
from bot.domain.wishes import Draft, Wish
from bot.errors import NotAllowed
from bot.ports.accounts import Accounts, Ledger
from bot.ports.clock import Clock
from bot.ports.rules import Rulebook
from bot.services.communities import Communities

_NOBODY = AccountId("nobody")
"""Stands for the account of somebody who has none: nothing is ever written for it."""

Estimate = Callable[[Wish, tuple[str, ...]], int]
"""What a wish will probably cost in micro-dollars, if it is drawn by the dearest of these providers."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What wishes cost: in pictures by `weights` and the model's own weight, in money by `estimate`.

    `first_tier` is a newcomer's, by platform.
    """

    weights: Weights
    estimate: Estimate
    first_tier: Mapping[Platform, Tier]
    models: ImageModels


@dataclass(frozen=True, slots=True)
class PictureCount:
    """What drawn pictures count for, and what they would if the model that was asked for had drawn them all.

    Of both, `percent` counts in their lane.
    """

    counted: int
    as_asked: int
    percent: int = FULL

    @property
    def in_lane(self) -> tuple[int, int]:
        """Return the two in whole pictures, as they count in their lane."""
        return count_percent(self.counted * self.percent), count_percent(self.as_asked * self.percent)

    @property
    def is_less(self) -> bool:
        """Whether they count for less than was asked for."""
        counted, as_asked = self.in_lane
        return counted < as_asked


@dataclass(frozen=True, slots=True)
class EffectiveLimits:
    """One person's terms at one place. `account.tier` is the best one that they have there now."""

    of_community: CommunityLimits
    account: Account
    allowance: Allowance
    tenant_quota: TenantQuota | None

    @property
    def community(self) -> CommunityId:
        """Return the community whose limits these are."""
        return self.of_community.community


class Quotas:
    """Applies what the operator and the admins have set to people and their wishes."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        ledger: Ledger,
        rulebook: Rulebook,
        communities: Communities,
        deployment: DeploymentLimits,
        tariff: Tariff,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._ledger = ledger
        self._rulebook = rulebook
        self._communities = communities
        self._deployment = deployment
        self._tariff = tariff
        self._clock = clock

    @property
    def weights(self) -> Weights:
        """Return what pictures count for."""
        return self._tariff.weights

    def community(self, place: Place) -> CommunityId:
        """Return the community of a place."""
        return self._communities.of(place)

    def are_joined(self, one: Place, other: Place) -> bool:
        """Return whether two places are of one server or workspace, or of several that the settings join."""
        return self._communities.are_joined(one, other)

    async def settings(self, community: CommunityId) -> CommunitySettings:
        """Return the settings of a community."""
        return apply_setting_rules(self._deployment.settings, await self._rulebook.rules(community, EVERYBODY))

    async def account(self, person: Person) -> Account:
        """Return the account behind a person, with the tier it has by itself."""
        return await self._accounts.get_or_create(person.identity, self._first_tier(person))

    async def find_account(self, person: Person) -> Account | None:
        """Return the account behind a person, if they have one; looking makes none."""
        return await self._accounts.find(person.identity)

    async def effective_limits(self, person: Person, place: Place) -> EffectiveLimits:
        """Return the terms that hold for this person's next wish."""
        return await self._limits_of(await self.account(person), person, place)

    async def prospective_limits(self, person: Person, place: Place) -> EffectiveLimits:
        """Return the same, and make no account of it: who has none is shown what a newcomer has."""
        account = await self.find_account(person) or Account(_NOBODY, self._first_tier(person))
        return await self._limits_of(account, person, place)

    def _first_tier(self, person: Person) -> Tier:
        return self._tariff.first_tier.get(person.identity.platform, GUEST)

    async def _limits_of(self, account: Account, person: Person, place: Place) -> EffectiveLimits:
        community = self._communities.of(place)
        rules = await self._rulebook.rules_with_bought(community, account.id)
        found = CommunityLimits.of(community, self._deployment, rules)
        now, settings = self._clock.now(), found.settings
        tier = found.tier(account.tier, person, place.tenant, now)
        limit = found.limit(tier, person, place.tenant)
        return EffectiveLimits(
            found,
            Account(account.id, tier),
            allowance(limit, now, settings.zone, settings.day_extension),
            found.tenant_quota(place.platform, place.tenant) if place.tenant else None,
        )

    async def quota_status(self, effective_limits: EffectiveLimits) -> QuotaStatus:
        """Return what is left of a person's day, and their credits."""
        day = effective_limits.allowance
        return await self._ledger.quota_status(effective_limits.community, effective_limits.account.id, day.day, day.limit)

    def _allowance(self, effective_limits: EffectiveLimits, lane: Lane) -> Allowance:
        """Return the person's day; in the relaxed lane it may have more pictures."""
        allowance = effective_limits.allowance
        beyond = effective_limits.of_community.settings.relaxed_beyond if lane is Lane.RELAXED else 0
        return replace(allowance, limit=allowance.limit + beyond) if beyond else allowance

    async def offered_models(self, person: Person, place: Place) -> tuple[ImageModelOffer, ...]:
        """Return the models that this person may ask for at a place; looking makes no account."""
        effective_limits = await self.prospective_limits(person, place)
        return self._tariff.models.list_for_tier(effective_limits.account.tier)

    def count_drawn(self, job: Job, drawings: Sequence[Drawing]) -> PictureCount:
        """Return what a job's pictures count for: those of a lighter model than the one that was asked for, what that weighs."""
        models, wish = self._tariff.models.able_to(job.wish), job.wish
        each = self._tariff.weights.of(wish.quality, wish.wanted_size)
        asked = models.weight(next(iter(models.order(wish.model, job.tier, wish.inputs, wish.lane)), ""))
        drawn = [(len(one.files), min(asked, models.weight(provider_of(one.provider)))) for one in drawings]
        counted = sum(pictures * weight for pictures, weight in drawn) * each
        as_asked = sum(pictures for pictures, _ in drawn) * asked * each
        return PictureCount(counted, as_asked, self._tariff.weights.percent(wish.lane))

    def fill(self, effective_limits: EffectiveLimits, draft: Draft, inputs: tuple[InputPicture, ...] = ()) -> Wish:
        """Return the wish that a draft becomes: what it leaves open is as it is set at the place, and so is its lane."""
        wish = effective_limits.of_community.settings.fill(draft, inputs)
        return replace(wish, lane=draft.lane or self._usual_lane(effective_limits, wish))

    def relax(self, effective_limits: EffectiveLimits, asked: Draft | Wish, wish: Wish) -> Wish | None:
        """Return the wish in the relaxed lane, where the day is used up, that lane goes on, and nobody chose one; else None."""
        is_open = isinstance(asked, Draft) and asked.lane is None and wish.lane is Lane.FAST
        goes_on = effective_limits.of_community.settings.relaxed_beyond > 0
        models, tier = self._tariff.models.able_to(wish), effective_limits.account.tier
        if not (is_open and goes_on and models.draws_relaxed(wish.model, tier, wish.inputs)):
            return None
        return replace(wish, lane=Lane.RELAXED)

    def _usual_lane(self, effective_limits: EffectiveLimits, wish: Wish) -> Lane:
        """Return the lane of the model that is named, or else the one that is set for the person's tier, if it is there."""
        models, tier = self._tariff.models, effective_limits.account.tier
        is_set = tier in effective_limits.of_community.settings.relaxed_tiers
        is_relaxed = is_set and models.draws_relaxed(wish.model, tier, wish.inputs)
        return Lane.RELAXED if is_relaxed else models.lane_of(wish.model)

    def hold(self, effective_limits: EffectiveLimits, wish: Wish) -> Hold:
        """Return what the wish would set aside. What waits too long in the relaxed lane is drawn at once in the end.

        Raises:
            BadInput: There is no model of the name that was asked for, or not in that lane, or it cannot begin with the
                wish's pictures, leave the background clear, or draw by a seed.
            NotAllowed: The person's tier may not use it, or none at all.
        """
        self._tariff.models.check_able_to(wish)
        models, tier, weights = self._tariff.models.able_to(wish), effective_limits.account.tier, self._tariff.weights
        chosen = models.choose(wish.model, tier, wish.inputs, wish.lane)
        each = weights.of(wish.quality, wish.wanted_size) * chosen.weight
        asked = (*models.order(wish.model, tier, wish.inputs, wish.lane), *models.order(wish.model, tier, wish.inputs))
        return Hold(
            effective_limits.community,
            effective_limits.account.id,
            wish.count * each,
            self._allowance(effective_limits, wish.lane),
            each=each,
            tenant_quota=effective_limits.tenant_quota,
            estimate=self._tariff.estimate(wish, asked),
            budgets=effective_limits.of_community.budgets,
            percent=weights.percent(wish.lane),
        )


def check_channel(effective_limits: EffectiveLimits, place: Place) -> None:
    """Check that pictures may be asked for at a place.

    Raises:
        NotAllowed: The admins have named other channels of this tenant, and neither this one nor the one that it is a thread of.
    """
    tenant = f"{place.platform}:{place.tenant}:"
    allowed = [channel for channel in effective_limits.of_community.settings.channels if channel.startswith(tenant)]
    here = {f"{tenant}{place.channel}", f"{tenant}{place.parent}"}
    if place.tenant and allowed and here.isdisjoint(allowed):
        raise NotAllowed(
            "Pictures are not drawn in this channel; /settings show says where, and an admin can change it. Nothing was counted."
        )
