"""On what terms somebody draws: a community's settings over the house's, and what these make of one person's limits."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.images import Quality, Shape
from bot.domain.jobs import Draft, Rewriting, Wish
from bot.domain.people import GUEST, CommunityId, Person, Tier
from bot.domain.quotas import Bridge, Budget, Crowd, Period
from bot.domain.rules import PERSON, Matter, Membership, Rule
from bot.domain.words import Language


@dataclass(frozen=True, slots=True)
class Customs:
    """How a community draws: what admins set with `/settings`.

    `channels` and `review_channel` are `platform:tenant:channel`; no channels
    allow all. `retention_days` of 0 keeps pictures for ever. `language` is
    that of `/help`.
    """

    zone: ZoneInfo
    bridge: Bridge | None = None
    channels: tuple[str, ...] = ()
    shape: Shape = Shape.SQUARE
    quality: Quality = Quality.MEDIUM
    rewriting: Rewriting = Rewriting.ON
    previews: bool = True
    review_channel: str = ""
    retention_days: int = 0
    language: Language = Language.ENGLISH

    def fill(self, draft: Draft) -> Wish:
        """Make a wish of a draft."""
        return Wish(
            prompt=draft.prompt,
            shape=draft.shape or self.shape,
            size=draft.size,
            quality=draft.quality or self.quality,
            count=draft.count,
            rewriting=draft.rewriting or self.rewriting,
            previews=self.previews,
        )


@dataclass(frozen=True, slots=True)
class HouseTerms:
    """What holds where nothing else is set. `purchases` are tiers by what platforms sell; budgets are the whole house's."""

    limits: Mapping[Tier, int]
    customs: Customs
    purchases: Mapping[str, Tier] = field(default_factory=dict)
    budgets: tuple[Budget, ...] = ()


@dataclass(frozen=True, slots=True)
class CommunityTerms:
    """What holds in one community, from the house's terms and the rules that its admins made."""

    community: CommunityId
    customs: Customs
    limits: Mapping[Tier, int]
    budgets: tuple[Budget, ...]
    rules: tuple[Rule, ...]
    purchases: Mapping[str, Tier]

    @classmethod
    def of(cls, community: CommunityId, house: HouseTerms, rules: tuple[Rule, ...]) -> "CommunityTerms":
        """Lay the rules over the house's terms."""
        return cls(
            community=community,
            customs=customs_of(house.customs, rules),
            limits={**house.limits, **_tier_limits(rules)},
            budgets=(*house.budgets, *_budgets(community, rules)),
            rules=rules,
            purchases={**house.purchases, **_by_subject(rules, Matter.PURCHASE_TIER)},
        )

    def tier(self, base: Tier, person: Person, tenant: str, now: datetime) -> Tier:
        """Give the best tier that somebody has: of their account, by role, by purchase, or as a member."""
        roles = _by_subject(self.rules, Matter.ROLE_TIER)
        held = [
            base if base in self.limits else GUEST,
            *(member.tier for member in self.memberships() if member.holds_at(now)),
            *(roles[key] for key in _role_keys(person, tenant) if key in roles),
            *(self.purchases[bought] for bought in person.entitlements if bought in self.purchases),
        ]
        return max((tier for tier in held if tier in self.limits), key=lambda tier: self.limits[tier])

    def memberships(self) -> tuple[Membership, ...]:
        """Give the memberships of the account that the rules were read for."""
        return tuple(Membership.read(rule.value) for rule in self.rules if rule.key.matter is Matter.MEMBERSHIP)

    def limit(self, tier: Tier, person: Person, tenant: str) -> int:
        """Give the pictures a day: what is set for the person, else the most that is for a role of theirs, else the tier's."""
        limits = {rule.key.subject: int(rule.value) for rule in self.rules if rule.key.matter is Matter.LIMIT}
        if PERSON in limits:
            return limits[PERSON]
        by_role = [limits[f"role:{key}"] for key in _role_keys(person, tenant) if f"role:{key}" in limits]
        return max(by_role) if by_role else self.limits[tier]

    def crowd(self, platform: str, tenant: str) -> Crowd | None:
        """Give the limit that a server or workspace has for all its people together."""
        id_ = f"{platform}:{tenant}"
        limits = (
            int(rule.value) for rule in self.rules if (rule.key.matter, rule.key.subject) == (Matter.LIMIT, f"server:{id_}")
        )
        limit = next(limits, None)
        return None if limit is None else Crowd(id_, limit)


def customs_of(house: Customs, rules: Iterable[Rule]) -> Customs:
    """Lay the settings among the rules over the house's; one that this version does not know is left alone."""
    customs = house
    for rule in rules:
        read = _READ.get(rule.key.subject) if rule.key.matter is Matter.SETTING else None
        customs = read(customs, rule.value) if read else customs
    return customs


def zone_value(zone: ZoneInfo, bridge: Bridge | None) -> str:
    """Give a zone, and the day that goes on after the change into it, as a rule's value."""
    return zone.key if bridge is None else f"{zone.key} {bridge.day.isoformat()} {bridge.until.isoformat()}"


def read_zone(value: str) -> tuple[ZoneInfo, Bridge | None]:
    """Read a rule's value."""
    name, *bridge = value.split()
    if not bridge:
        return ZoneInfo(name), None
    return ZoneInfo(name), Bridge(date.fromisoformat(bridge[0]), datetime.fromisoformat(bridge[1]))


def _with_zone(customs: Customs, value: str) -> Customs:
    zone, bridge = read_zone(value)
    return replace(customs, zone=zone, bridge=bridge)


_READ: Mapping[str, Callable[[Customs, str], Customs]] = {
    "zone": _with_zone,
    "channels": lambda customs, value: replace(customs, channels=tuple(value.split())),
    "shape": lambda customs, value: replace(customs, shape=Shape(value)),
    "quality": lambda customs, value: replace(customs, quality=Quality(value)),
    "rewriting": lambda customs, value: replace(customs, rewriting=Rewriting(value)),
    "previews": lambda customs, value: replace(customs, previews=value == "on"),
    "review_channel": lambda customs, value: replace(customs, review_channel=value),
    "retention": lambda customs, value: replace(customs, retention_days=int(value)),
    "language": lambda customs, value: replace(customs, language=Language(value)),
}
"""How each setting's value changes customs."""

SETTINGS = tuple(_READ)
"""The names of all settings."""


def _tier_limits(rules: Iterable[Rule]) -> dict[Tier, int]:
    return {
        Tier(rule.key.subject.removeprefix("tier:")): int(rule.value)
        for rule in rules
        if rule.key.matter is Matter.LIMIT and rule.key.subject.startswith("tier:")
    }


def _budgets(community: CommunityId, rules: Iterable[Rule]) -> list[Budget]:
    return [Budget(community, Period(rule.key.subject), int(rule.value)) for rule in rules if rule.key.matter is Matter.BUDGET]


def _by_subject(rules: Iterable[Rule], matter: Matter) -> dict[str, Tier]:
    return {rule.key.subject: Tier(rule.value) for rule in rules if rule.key.matter is matter}


def _role_keys(person: Person, tenant: str) -> list[str]:
    return [f"{person.identity.platform}:{tenant}:{role}" for role in person.roles]
