"""The sections of the settings, with their defaults. `config.example.toml` says what each line is for."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from bot.config.field_types import (
    NO_SECRET,
    Duration,
    Host,
    Hosts,
    Secret,
    Section,
    SettingsConflict,
    Slug,
    TextList,
    WebUrl,
    ZoneName,
    between,
    is_loopback,
    merge_over,
    threshold_of,
)
from bot.config.model_settings import Dollars
from bot.config.records_url import RecordsUrl
from bot.domain.allowances import Budget, Period
from bot.domain.content import SCORED, USUAL_THRESHOLDS, ContentKind, Thresholds, parse_threshold
from bot.domain.images import Quality
from bot.domain.money import MILLION
from bot.domain.people import GUEST, HOUSE, Platform, Tier

_DEFAULT_TIERS = {"guest": 3, "registered": 20, "premium": 200}
_DEFAULT_FIRST_TIER = {"web": "registered", "terminal": "premium"}
_DEFAULT_POLICY = (
    "Ask for nothing that hurts or shames real people, nothing sexual about anybody under age, and nothing against the law. "
    "What you ask for is checked, kept with your pictures, and seen by those who look after this place."
)
_DEFAULT_SLOTS = {"guest": 2, "registered": 4, "premium": 4}


class WebSettings(Section):
    """`[web]`: the page, the pictures' links, and the health checks."""

    host: Host = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8420
    public_url: WebUrl = ""
    allowed_hosts: Hosts = ()

    @property
    def reachable_url(self) -> str:
        """Return this house's address for people anywhere, without a slash at its end; empty if only this machine has one."""
        return "" if is_loopback(urlsplit(self.public_url).hostname or "") else self.public_url

    @property
    def links_base(self) -> str:
        """Return what links of ours begin with, without a slash at its end."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - read, not bound
        return self.public_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


class RecordsSettings(Section):
    """`[records]`: where jobs, accounts and quotas are written down."""

    url: RecordsUrl = NO_SECRET
    pool_size: Annotated[int, Field(ge=1, le=1000)] = 10
    statement_timeout: Annotated[Duration, between("1s", "5m")] = timedelta(seconds=10)
    prepared_statements: bool = True


def check_objects_url(url: str) -> str:
    """Return the URL; a `ValueError` says what it must be."""
    is_file = url.startswith("file:") and bool(url.removeprefix("file:").strip("/"))
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    is_s3 = url.startswith("s3://") and bool(bucket) and ".." not in prefix and "//" not in prefix
    if url and not (is_file or is_s3):
        raise ValueError("must be file: and a folder, or s3:// with a bucket and perhaps a prefix, such as s3://bucket/easel")
    return url


class ObjectsSettings(Section):
    """`[objects]`: where pictures are kept."""

    url: Annotated[str, AfterValidator(check_objects_url)] = ""
    region: str = ""
    endpoint_url: WebUrl = ""
    path_style: bool = False
    public_url: WebUrl = ""
    redirect: bool = True
    access_key: Secret = NO_SECRET
    secret_key: Secret = NO_SECRET

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        if bool(self.access_key) != bool(self.secret_key):
            raise SettingsConflict("[objects] access_key and secret_key belong together: set both, or neither.")
        return self


class WeightSettings(Section):
    """`[quotas.weights]`: what one picture counts for."""

    low: Annotated[int, Field(ge=1, le=100)] = 1
    medium: Annotated[int, Field(ge=1, le=100)] = 1
    high: Annotated[int, Field(ge=1, le=100)] = 2
    large: Annotated[int, Field(ge=1, le=100)] = 2
    large_from: Annotated[int, Field(ge=1, le=1_000_000_000)] = 2_000_000
    relaxed: Annotated[Decimal, Field(gt=0, le=1, decimal_places=2)] = Decimal("0.5")

    @property
    def by_quality(self) -> dict[Quality, int]:
        """Return the weight of each quality."""
        return {Quality.LOW: self.low, Quality.MEDIUM: self.medium, Quality.HIGH: self.high}


class BudgetSettings(Section):
    """`[budget]`: dollars that the whole deployment may spend; 0 is no limit."""

    day: Dollars = Decimal(0)
    month: Dollars = Decimal(0)

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """Return the limits that are set."""
        dollars = {Period.DAY: self.day, Period.MONTH: self.month}
        return tuple(Budget(HOUSE, period, int(amount * MILLION)) for period, amount in dollars.items() if amount)


class BurstSettings(Section):
    """`[bursts]`: how much one person may ask for at once."""

    wishes: Annotated[int, Field(ge=1, le=10_000)] = 5
    within: Annotated[Duration, between("1s", "1d")] = timedelta(minutes=1)
    running: Annotated[int, Field(ge=1, le=1000)] = 3
    queued: Annotated[int, Field(ge=0, le=10_000)] = 10


class MembershipSettings(Section):
    """`[membership]`: what Stripe bills for."""

    stripe_secret: Secret = NO_SECRET
    tier: Slug = "premium"
    accepts: TextList = ()
    checkout_url: WebUrl = ""


class QuotasSettings(Section):
    """`[quotas]`: how many pictures a day each tier may have, and who starts in which."""

    time_zone: ZoneName = "UTC"
    tiers: Annotated[Mapping[Slug, Annotated[int, Field(ge=0, le=1_000_000)]], merge_over(_DEFAULT_TIERS)] = Field(
        default_factory=dict
    )
    first_tier: Annotated[Mapping[str, str], merge_over(_DEFAULT_FIRST_TIER)] = Field(default_factory=dict)
    weights: WeightSettings = WeightSettings()
    policy: str = _DEFAULT_POLICY
    parts_tenants: bool = False
    communities: Mapping[Slug, TextList] = Field(default_factory=dict)
    purchases: Mapping[str, str] = Field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone whose midnight ends the day."""
        return ZoneInfo(self.time_zone)

    @property
    def limits(self) -> dict[Tier, int]:
        """Return the pictures a day by tier."""
        return {Tier(name): limit for name, limit in self.tiers.items()}

    def first_tier_of(self, platform: Platform) -> Tier:
        """Return the tier of somebody who is seen there for the first time."""
        return Tier(self.first_tier.get(platform, GUEST))


class DrawingTimeoutSettings(Section):
    """`[drawing.timeouts]`: how long one call to a provider may take."""

    low: Annotated[Duration, between("5s", "1h")] = timedelta(minutes=2)
    medium: Annotated[Duration, between("5s", "1h")] = timedelta(minutes=4)
    high: Annotated[Duration, between("5s", "1h")] = timedelta(minutes=8)


class DrawingSettings(Section):
    """`[drawing]`: who draws, and for how long."""

    providers: TextList = ()
    when_unknown: Literal["ask", "retry"] = "ask"
    previews: Annotated[int, Field(ge=0, le=3)] = 2
    timeouts: DrawingTimeoutSettings = DrawingTimeoutSettings()

    @property
    def timeout_by_quality(self) -> dict[Quality, timedelta]:
        """Return how long one drawing of each quality may take."""
        return {Quality.LOW: self.timeouts.low, Quality.MEDIUM: self.timeouts.medium, Quality.HIGH: self.timeouts.high}


class RewritingSettings(Section):
    """`[rewriting]`: the chat model that judges words and makes prompts of them."""

    model: str = "gpt-4o-mini"
    pin_model: bool = False


class ThresholdSettings(Section):
    """`[guard.thresholds]`: from which score of the moderation model each kind of content is refused."""

    minors: Annotated[str, threshold_of(ContentKind.MINORS)] = "0.2"
    sexual: Annotated[str, threshold_of(ContentKind.SEXUAL)] = "flagged"
    hate: Annotated[str, threshold_of(ContentKind.HATE)] = "flagged"
    harassment: Annotated[str, threshold_of(ContentKind.HARASSMENT)] = "flagged"
    violence: Annotated[str, threshold_of(ContentKind.VIOLENCE)] = "flagged"
    gore: Annotated[str, threshold_of(ContentKind.GORE)] = "flagged"
    self_harm: Annotated[str, threshold_of(ContentKind.SELF_HARM)] = "flagged"
    illicit: Annotated[str, threshold_of(ContentKind.ILLICIT)] = "flagged"

    @property
    def thresholds(self) -> Thresholds:
        """Return what holds in communities that have set nothing else."""
        thresholds = USUAL_THRESHOLDS
        for kind in SCORED:
            thresholds = thresholds.set(kind, parse_threshold(kind, getattr(self, kind)))
        return thresholds


class GuardSettings(Section):
    """`[guard]`: what may not be drawn."""

    moderation_model: str = "omni-moderation-latest"
    moderate_pictures: bool = True
    thresholds: ThresholdSettings = ThresholdSettings()
    blocked: TextList = ()
    lists: TextList = ()
    use_default_blocklist: bool = True
    free_tries: Annotated[int, Field(ge=1, le=100)] = 3


class WorkerSettings(Section):
    """`[worker]`: how much runs at once, and how it stops."""

    drain: Annotated[Duration, between("0s", "10m")] = timedelta(seconds=20)
    lease: Annotated[Duration, between("1s", "1h")] = timedelta(seconds=20)
    slots: Annotated[Mapping[Slug, Annotated[int, Field(ge=1, le=1000)]], merge_over(_DEFAULT_SLOTS)] = Field(
        default_factory=dict
    )

    @property
    def slots_by_tier(self) -> dict[Tier, int]:
        """Return how many jobs of each tier run at once when all tiers are busy."""
        return {Tier(name): slots for name, slots in self.slots.items()}


class GallerySettings(Section):
    """`[gallery]`: what becomes of deleted pictures, and who reads what a picture cost."""

    undo: Annotated[Duration, between("0s", "30d")] = timedelta(minutes=10)
    show_cost: bool = False
