"""Asks what settings and rules make of one person's limits, and of a wish with gaps."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.allowances import Budget, DayExtension, Period, TenantQuota
from bot.domain.images import Quality, Shape, Size
from bot.domain.limits import CommunityLimits, CommunitySettings, DeploymentLimits, format_zone, parse_zone
from bot.domain.people import GUEST, HOUSE, PREMIUM, REGISTERED, AccountId, Identity, Person, Platform, Tier
from bot.domain.prompt_text import Language
from bot.domain.rules import PERSON_SUBJECT, Membership, Rule, RuleKey, RuleKind
from bot.domain.wishes import Draft, Rewriting, Wish
from tests.fakes.inputs import an_input

ANN = AccountId("ann")
NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
TOWN = "town"
USUAL = CommunitySettings(ZoneInfo("UTC"))
HOUSES = DeploymentLimits(
    {GUEST: 3, REGISTERED: 20, PREMIUM: 200},
    USUAL,
    purchases={"sku-1": PREMIUM},
    budgets=(Budget(HOUSE, Period.MONTH, 50),),
)


def effective_limits(*rules: tuple[RuleKind, str, str]) -> CommunityLimits:
    """Return what holds with these rules."""
    return CommunityLimits.of(HOUSE, HOUSES, tuple(Rule(RuleKey(kind, subject), value) for kind, subject, value in rules))


def somebody(*roles: str, bought: tuple[str, ...] = ()) -> Person:
    """Return a person with these roles."""
    return Person(Identity(Platform("loom"), "", "1"), "Ann", roles=roles, entitlements=bought)


def test_without_rules_the_houses_terms_hold() -> None:
    """Nobody has to set anything."""
    found = effective_limits()
    assert (found.settings, found.limits, found.budgets) == (USUAL, HOUSES.limits, HOUSES.budgets)
    assert found.tier(GUEST, somebody(), TOWN, NOW) == GUEST
    assert found.limit(GUEST, somebody(), TOWN) == 3
    assert found.tenant_quota("loom", TOWN) is None


def test_a_tier_that_was_taken_out_of_the_settings_counts_as_guest() -> None:
    """Nobody loses more than that by it, and no wish fails."""
    assert effective_limits().tier(Tier("patron"), somebody(), TOWN, NOW) == GUEST
    assert effective_limits((RuleKind.ROLE_TIER, "loom:town:7", "patron")).tier(GUEST, somebody("7"), TOWN, NOW) == GUEST


@pytest.mark.parametrize(
    ("rule", "person"),
    [
        ((RuleKind.MEMBERSHIP, "grant", "premium"), somebody()),
        ((RuleKind.MEMBERSHIP, "grant", f"premium until {(NOW + timedelta(seconds=1)).isoformat()}"), somebody()),
        ((RuleKind.ROLE_TIER, "loom:town:7", "premium"), somebody("5", "7")),
        ((RuleKind.PURCHASE_TIER, "sku-2", "premium"), somebody(bought=("sku-2",))),
        ((RuleKind.SETTING, "shape", "wide"), somebody(bought=("sku-1",))),
    ],
)
def test_a_better_tier_comes_by_membership_role_or_purchase(rule: tuple[RuleKind, str, str], person: Person) -> None:
    """Whichever gives the most."""
    assert effective_limits(rule).tier(REGISTERED, person, TOWN, NOW) == PREMIUM


@pytest.mark.parametrize(
    ("rule", "person"),
    [
        ((RuleKind.MEMBERSHIP, "grant", f"premium until {NOW.isoformat()}"), somebody()),
        ((RuleKind.ROLE_TIER, "loom:village:7", "premium"), somebody("7")),
        ((RuleKind.ROLE_TIER, "loom:town:7", "premium"), somebody("8")),
        ((RuleKind.PURCHASE_TIER, "sku-2", "premium"), somebody(bought=("sku-3",))),
    ],
)
def test_what_has_ended_or_is_elsewhere_gives_nothing(rule: tuple[RuleKind, str, str], person: Person) -> None:
    """A role of another server is another role."""
    assert effective_limits(rule).tier(REGISTERED, person, TOWN, NOW) == REGISTERED


def test_a_limit_of_the_person_goes_before_their_roles_and_these_before_the_tier() -> None:
    """The nearest rule holds, and among roles the kindest."""
    tier = (RuleKind.LIMIT, "tier:premium", "300")
    roles = ((RuleKind.LIMIT, "role:loom:town:7", "5"), (RuleKind.LIMIT, "role:loom:town:8", "9"))
    own = (RuleKind.LIMIT, PERSON_SUBJECT, "1")
    assert effective_limits(tier).limit(PREMIUM, somebody("7", "8"), TOWN) == 300
    assert effective_limits(tier, *roles).limit(PREMIUM, somebody("7", "8"), TOWN) == 9
    assert effective_limits(tier, *roles, own).limit(PREMIUM, somebody("7", "8"), TOWN) == 1


def test_a_server_may_have_a_limit_for_all() -> None:
    """Its own, and no other's."""
    found = effective_limits((RuleKind.LIMIT, "server:loom:town", "40"))
    assert found.tenant_quota("loom", TOWN) == TenantQuota("loom:town", 40)
    assert found.tenant_quota("loom", "village") is None


def test_a_community_has_budgets_beside_the_houses() -> None:
    """Both have to be kept."""
    found = effective_limits((RuleKind.BUDGET, "day", "7"))
    assert found.budgets == (Budget(HOUSE, Period.MONTH, 50), Budget(HOUSE, Period.DAY, 7))


def test_settings_lie_over_the_houses_customs() -> None:
    """Each by itself."""
    until = datetime(2026, 3, 15, 23, tzinfo=UTC)
    zone = ZoneInfo("Asia/Tokyo")
    found = effective_limits(
        (RuleKind.SETTING, "zone", format_zone(zone, DayExtension(date(2026, 3, 14), until))),
        (RuleKind.SETTING, "channels", "loom:town:1 loom:town:2"),
        (RuleKind.SETTING, "shape", "wide"),
        (RuleKind.SETTING, "quality", "low"),
        (RuleKind.SETTING, "rewriting", "off"),
        (RuleKind.SETTING, "previews", "off"),
        (RuleKind.SETTING, "review_channel", "loom:town:3"),
        (RuleKind.SETTING, "retention", "30"),
        (RuleKind.SETTING, "prompt_retention", "31"),
        (RuleKind.SETTING, "message_retention", "32"),
        (RuleKind.SETTING, "job_retention", "90"),
        (RuleKind.SETTING, "record_retention", "91"),
        (RuleKind.SETTING, "language", "de"),
        (RuleKind.SETTING, "of a later version", "?"),
    )
    assert found.settings == CommunitySettings(
        zone,
        DayExtension(date(2026, 3, 14), until),
        ("loom:town:1", "loom:town:2"),
        Shape.WIDE,
        Quality.LOW,
        Rewriting.OFF,
        previews=False,
        review_channel="loom:town:3",
        retention_days=30,
        prompt_days=31,
        message_days=32,
        job_days=90,
        record_days=91,
        language=Language.GERMAN,
    )


def test_a_zone_without_a_bridge_is_its_name_alone() -> None:
    """As an admin reads it."""
    assert format_zone(ZoneInfo("Asia/Tokyo"), None) == "Asia/Tokyo"
    assert parse_zone("Asia/Tokyo") == (ZoneInfo("Asia/Tokyo"), None)


def test_customs_fill_only_the_gaps_of_a_draft() -> None:
    """Whoever says what they want gets that."""
    settings = CommunitySettings(ZoneInfo("UTC"), shape=Shape.WIDE, quality=Quality.LOW, rewriting=Rewriting.OFF, previews=False)
    gaps = Wish(prompt="a fox", shape=Shape.WIDE, quality=Quality.LOW, rewriting=Rewriting.OFF, previews=False)
    assert settings.fill(Draft(prompt="a fox")) == gaps
    full = Draft(prompt="a fox", shape=Shape.TALL, size=Size(64, 64), quality=Quality.HIGH, count=3, rewriting=Rewriting.ON)
    assert settings.fill(full) == Wish(
        prompt="a fox", shape=Shape.TALL, size=Size(64, 64), quality=Quality.HIGH, count=3, previews=False
    )


def test_a_picture_that_is_changed_keeps_its_shape() -> None:
    """Unless somebody asks for another, whatever is usual here."""
    settings, tall = CommunitySettings(ZoneInfo("UTC"), shape=Shape.WIDE), replace(an_input("a"), width=60, height=100)
    assert settings.fill(Draft(prompt="a fox"), (tall,)) == Wish(prompt="a fox", shape=Shape.TALL, inputs=(tall,))
    assert settings.fill(Draft(prompt="a fox", shape=Shape.SQUARE), (tall,)).shape is Shape.SQUARE


@pytest.mark.parametrize("member", [Membership(PREMIUM), Membership(PREMIUM, NOW)])
def test_a_membership_survives_as_a_rules_value(member: Membership) -> None:
    """With its end, or without."""
    assert Membership.parse(str(member)) == member
