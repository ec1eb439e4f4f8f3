"""Limits and settings of the deployment and of a community, and how rules of admins override them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.domain.allowances import Budget, DayExtension, Period, TenantQuota
from bot.domain.content import SCORED, USUAL_THRESHOLDS, ContentKind, Thresholds, parse_threshold
from bot.domain.images import Quality, Shape, Size, nearest_usual
from bot.domain.inputs import InputPicture, InputRole
from bot.domain.people import GUEST, CommunityId, Person, Tier
from bot.domain.prompt_text import Language
from bot.domain.rules import PERSON_SUBJECT, FilterVersion, Membership, Rule, RuleKind
from bot.domain.wishes import Draft, Rewriting, Wish


@dataclass(frozen=True, slots=True)
class GuardPolicy:
    """What a community's rules say to the guard: which words it has listed, and how sure models have to be to refuse."""

    listed: FilterVersion
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class CommunitySettings:
    """The settings of a community, as admins set them with `/settings`.

    `channels` and `review_channel` are `platform:tenant:channel`; no channels
    allow all. The days say how long pictures, prompts, messages, jobs and
    records are kept; 0 is for ever. `language` is that of `/help`.
    As many reports as `reports_to_hide` hide a picture until a moderator
    decides; with 0 only those of moderators do. `thresholds` are set one by
    one, as `threshold_<kind>`. Wishes of `relaxed_tiers` are drawn in the
    relaxed lane where nobody says otherwise; there, `relaxed_beyond` more
    pictures than the limit are drawn in a day.
    """

    zone: ZoneInfo
    day_extension: DayExtension | None = None
    channels: tuple[str, ...] = ()
    shape: Shape = Shape.SQUARE
    quality: Quality = Quality.MEDIUM
    rewriting: Rewriting = Rewriting.ON
    previews: bool = True
    review_channel: str = ""
    retention_days: int = 0
    prompt_days: int = 0
    message_days: int = 0
    job_days: int = 0
    record_days: int = 0
    reports_to_hide: int = 3
    language: Language = Language.ENGLISH
    thresholds: Thresholds = USUAL_THRESHOLDS
    relaxed_tiers: frozenset[Tier] = frozenset()
    relaxed_beyond: int = 0

    @property
    def kept_days(self) -> Mapping[str, int]:
        """Return the days by the names of their settings."""
        return {
            "retention": self.retention_days,
            "prompt_retention": self.prompt_days,
            "message_retention": self.message_days,
            "job_retention": self.job_days,
            "record_retention": self.record_days,
        }

    def fill(self, draft: Draft, inputs: tuple[InputPicture, ...] = ()) -> Wish:
        """Return the wish that a draft becomes: what it leaves open is as it is set here, if it is a setting.

        A picture that is changed keeps its shape, where none is asked for.
        """
        settings = {field.name: getattr(self, field.name) for field in fields(Wish) if hasattr(self, field.name)}
        if inputs and inputs[0].role is InputRole.BASE:
            settings["shape"] = nearest_usual(Size(inputs[0].width, inputs[0].height)).shape
        asked = {name: getattr(draft, name) for field in fields(draft) if (name := field.name) in _OF_WISH}
        return Wish(**settings | {name: value for name, value in asked.items() if value is not None}, inputs=inputs)


_OF_WISH = {field.name for field in fields(Wish)}


@dataclass(frozen=True, slots=True)
class DeploymentLimits:
    """What holds where nothing else is set. `purchases` are tiers by what platforms sell; budgets are the whole deployment's."""

    limits: Mapping[Tier, int]
    settings: CommunitySettings
    purchases: Mapping[str, Tier] = field(default_factory=dict)
    budgets: tuple[Budget, ...] = ()


@dataclass(frozen=True, slots=True)
class CommunityLimits:
    """What holds in one community, from the deployment's limits and the rules that its admins made."""

    community: CommunityId
    settings: CommunitySettings
    limits: Mapping[Tier, int]
    budgets: tuple[Budget, ...]
    rules: tuple[Rule, ...]
    purchases: Mapping[str, Tier]

    @classmethod
    def of(cls, community: CommunityId, deployment: DeploymentLimits, rules: tuple[Rule, ...]) -> "CommunityLimits":
        """Return the community's limits: the deployment's, overridden by its rules."""
        return cls(
            community=community,
            settings=apply_setting_rules(deployment.settings, rules),
            limits={**deployment.limits, **_tier_limits(rules)},
            budgets=(*deployment.budgets, *_budgets(community, rules)),
            rules=rules,
            purchases={**deployment.purchases, **_tiers_by_subject(rules, RuleKind.PURCHASE_TIER)},
        )

    def tier(self, base: Tier, person: Person, tenant: str, now: datetime) -> Tier:
        """Return the best tier that somebody has: of their account, by role, by purchase, or as a member."""
        roles = _tiers_by_subject(self.rules, RuleKind.ROLE_TIER)
        held = [
            base if base in self.limits else GUEST,
            *(member.tier for member in self.memberships() if member.is_active_at(now)),
            *(roles[key] for key in _role_keys(person, tenant) if key in roles),
            *(self.purchases[bought] for bought in person.entitlements if bought in self.purchases),
        ]
        return max((tier for tier in held if tier in self.limits), key=lambda tier: self.limits[tier])

    @property
    def filter_version(self) -> FilterVersion:
        """Return which words the community has listed."""
        revisions = (rule.value for rule in self.rules if rule.key.kind is RuleKind.FILTER_VERSION)
        return FilterVersion(self.community, next(revisions, ""))

    @property
    def guard_policy(self) -> GuardPolicy:
        """Return what its rules say to the guard."""
        return GuardPolicy(self.filter_version, self.settings.thresholds)

    def memberships(self) -> tuple[Membership, ...]:
        """Return the memberships of the account that the rules were read for."""
        return tuple(Membership.parse(rule.value) for rule in self.rules if rule.key.kind is RuleKind.MEMBERSHIP)

    def limit(self, tier: Tier, person: Person, tenant: str) -> int:
        """Return the pictures a day: what is set for the person, else the most that is for a role of theirs, else the tier's."""
        limits = {rule.key.subject: int(rule.value) for rule in self.rules if rule.key.kind is RuleKind.LIMIT}
        if PERSON_SUBJECT in limits:
            return limits[PERSON_SUBJECT]
        by_role = [limits[f"role:{key}"] for key in _role_keys(person, tenant) if f"role:{key}" in limits]
        return max(by_role) if by_role else self.limits[tier]

    def tenant_quota(self, platform: str, tenant: str) -> TenantQuota | None:
        """Return the limit that a server or workspace has for all its people together."""
        id_ = f"{platform}:{tenant}"
        limits = (
            int(rule.value) for rule in self.rules if (rule.key.kind, rule.key.subject) == (RuleKind.LIMIT, f"server:{id_}")
        )
        limit = next(limits, None)
        return None if limit is None else TenantQuota(id_, limit)


def apply_setting_rules(deployment: CommunitySettings, rules: Iterable[Rule]) -> CommunitySettings:
    """Return the deployment's settings overridden by the rules; a setting that this version does not know is left alone."""
    settings = deployment
    for rule in rules:
        read = _SETTERS.get(rule.key.subject) if rule.key.kind is RuleKind.SETTING else None
        settings = read(settings, rule.value) if read else settings
    return settings


def format_zone(zone: ZoneInfo, day_extension: DayExtension | None) -> str:
    """Return a zone, and the day that goes on after the change into it, as a rule's value."""
    return zone.key if day_extension is None else f"{zone.key} {day_extension.day.isoformat()} {day_extension.until.isoformat()}"


def parse_zone(value: str) -> tuple[ZoneInfo, DayExtension | None]:
    """Return the zone and the day extension of a rule's value."""
    name, *day_extension = value.split()
    if not day_extension:
        return ZoneInfo(name), None
    return ZoneInfo(name), DayExtension(date.fromisoformat(day_extension[0]), datetime.fromisoformat(day_extension[1]))


def _set_zone(settings: CommunitySettings, value: str) -> CommunitySettings:
    zone, day_extension = parse_zone(value)
    return replace(settings, zone=zone, day_extension=day_extension)


THRESHOLD_PREFIX = "threshold_"
"""What the names of thresholds begin with, before the kind of content."""


def _set_threshold(kind: ContentKind, settings: CommunitySettings, value: str) -> CommunitySettings:
    return replace(settings, thresholds=settings.thresholds.set(kind, parse_threshold(kind, value)))


_SETTERS: Mapping[str, Callable[[CommunitySettings, str], CommunitySettings]] = {
    "zone": _set_zone,
    "channels": lambda settings, value: replace(settings, channels=tuple(value.split())),
    "shape": lambda settings, value: replace(settings, shape=Shape(value)),
    "quality": lambda settings, value: replace(settings, quality=Quality(value)),
    "rewriting": lambda settings, value: replace(settings, rewriting=Rewriting(value)),
    "previews": lambda settings, value: replace(settings, previews=value == "on"),
    "review_channel": lambda settings, value: replace(settings, review_channel=value),
    "retention": lambda settings, value: replace(settings, retention_days=int(value)),
    "prompt_retention": lambda settings, value: replace(settings, prompt_days=int(value)),
    "message_retention": lambda settings, value: replace(settings, message_days=int(value)),
    "job_retention": lambda settings, value: replace(settings, job_days=int(value)),
    "record_retention": lambda settings, value: replace(settings, record_days=int(value)),
    "reports_to_hide": lambda settings, value: replace(settings, reports_to_hide=int(value)),
    "language": lambda settings, value: replace(settings, language=Language(value)),
    "relaxed_tiers": lambda settings, value: replace(settings, relaxed_tiers=frozenset(map(Tier, value.split()))),
    "relaxed_beyond": lambda settings, value: replace(settings, relaxed_beyond=int(value)),
    **{f"{THRESHOLD_PREFIX}{kind}": partial(_set_threshold, kind) for kind in SCORED},
}
"""How each setting's value changes a community's settings."""

SETTINGS = tuple(_SETTERS)
"""The names of all settings."""

LEAST_KEPT_DAYS = 90
"""How long jobs and records are kept at least: as far back as `/usage` looks, and longer than a budget's month."""

MOST_KEPT_DAYS = 3650


def _tier_limits(rules: Iterable[Rule]) -> dict[Tier, int]:
    return {
        Tier(rule.key.subject.removeprefix("tier:")): int(rule.value)
        for rule in rules
        if rule.key.kind is RuleKind.LIMIT and rule.key.subject.startswith("tier:")
    }


def _budgets(community: CommunityId, rules: Iterable[Rule]) -> list[Budget]:
    return [Budget(community, Period(rule.key.subject), int(rule.value)) for rule in rules if rule.key.kind is RuleKind.BUDGET]


def _tiers_by_subject(rules: Iterable[Rule], kind: RuleKind) -> dict[str, Tier]:
    return {rule.key.subject: Tier(rule.value) for rule in rules if rule.key.kind is kind}


def _role_keys(person: Person, tenant: str) -> list[str]:
    return [f"{person.identity.platform}:{tenant}:{role}" for role in person.roles]
