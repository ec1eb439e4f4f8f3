"""Asks on what terms people draw, and what their wishes set aside."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.allowances import Allowance, Budget, Hold, Period, QuotaStatus, TenantQuota, Weights
from bot.domain.chat import Place
from bot.domain.images import Quality, Size
from bot.domain.limits import CommunitySettings, DeploymentLimits
from bot.domain.people import GUEST, HOUSE, PREMIUM, REGISTERED, Account, Identity, Person, Platform, Tier
from bot.domain.rules import EVERYBODY, PERSON_SUBJECT, Actor, Change, RuleKey, RuleKind
from bot.domain.wishes import Wish
from bot.errors import NotAllowed
from bot.services.communities import Communities
from bot.services.quotas import Quotas, Tariff, check_channel
from tests.fakes.bench import Bench
from tests.fakes.image_models import ONE_MODEL
from tests.fakes.images import PRICE
from tests.fakes.surfaces import LOOM, SQUARE, person

ADMIN = Actor(EVERYBODY, "Ada")


@pytest.fixture
def bench() -> Bench:
    """Set up a house where high quality counts double."""
    return Bench(weights=Weights({Quality.HIGH: 2}))


async def rule(bench: Bench, key: RuleKey, value: str) -> None:
    """Have an admin set something."""
    await bench.rulebook.change(Change(community=HOUSE, key=key, value=value, by=ADMIN))


async def test_a_newcomer_has_the_tier_and_the_limit_of_their_platform(bench: Bench) -> None:
    """By the day of the community's zone."""
    effective_limits = await bench.quotas.effective_limits(person(), SQUARE)
    assert effective_limits.account == Account(effective_limits.account.id, REGISTERED)
    today = bench.clock.now().date()
    assert effective_limits.allowance == Allowance(20, today, datetime(today.year, today.month, today.day + 1, tzinfo=UTC))
    assert (effective_limits.community, effective_limits.tenant_quota) == (HOUSE, None)


async def test_somebody_of_a_platform_without_a_first_tier_is_a_guest(bench: Bench) -> None:
    """A careful beginning."""
    stranger = Person(Identity(Platform("kiln"), "", "7"), "Sly")
    assert (await bench.quotas.account(stranger)).tier == GUEST


async def test_what_an_admin_sets_holds_for_the_next_wish(bench: Bench) -> None:
    """No restart, no waiting."""
    account = (await bench.quotas.account(person())).id
    await rule(bench, RuleKey(RuleKind.LIMIT, PERSON_SUBJECT, account), "2")
    await rule(bench, RuleKey(RuleKind.LIMIT, "server:loom:town"), "9")
    effective_limits = await bench.quotas.effective_limits(person(), SQUARE)
    assert (effective_limits.allowance.limit, effective_limits.tenant_quota) == (2, TenantQuota("loom:town", 9))
    assert (await bench.quotas.effective_limits(person("bea"), SQUARE)).allowance.limit == 20
    await rule(bench, RuleKey(RuleKind.MEMBERSHIP, "grant", account), "premium")
    assert (await bench.quotas.effective_limits(person(), SQUARE)).account.tier == PREMIUM


@pytest.mark.parametrize(("subject", "tier"), [("grant", REGISTERED), ("stripe:sub_1", PREMIUM)])
async def test_only_what_was_bought_of_the_house_holds_in_other_communities(bench: Bench, subject: str, tier: Tier) -> None:
    """What admins of one place grant stays there."""
    parted = Quotas(
        accounts=bench.accounts,
        ledger=bench.ledger,
        rulebook=bench.rulebook,
        communities=Communities(parts_tenants=True, joined={}),
        deployment=DeploymentLimits({REGISTERED: 20, PREMIUM: 200}, CommunitySettings(ZoneInfo("UTC"))),
        tariff=Tariff(Weights({}), lambda *_: 0, {LOOM: REGISTERED}, ONE_MODEL),
        clock=bench.clock,
    )
    account = (await parted.account(person())).id
    await rule(bench, RuleKey(RuleKind.MEMBERSHIP, subject, account), "premium")
    assert parted.community(SQUARE) != HOUSE
    assert (await parted.effective_limits(person(), SQUARE)).account.tier == tier


async def test_a_place_without_a_tenant_has_no_crowd(bench: Bench) -> None:
    """In a direct message everybody is alone."""
    await rule(bench, RuleKey(RuleKind.LIMIT, "server:loom:"), "9")
    assert (await bench.quotas.effective_limits(person(), Place(LOOM, "", "dm"))).tenant_quota is None


async def test_a_hold_says_all_that_a_wish_sets_aside(bench: Bench) -> None:
    """Pictures by weight, money by estimate, and whose limits to keep."""
    await rule(bench, RuleKey(RuleKind.BUDGET, "day"), "500000")
    effective_limits = await bench.quotas.effective_limits(person(), SQUARE)
    wish = Wish(prompt="a fox", count=3, quality=Quality.HIGH, size=Size(64, 64))
    assert bench.quotas.hold(effective_limits, wish) == Hold(
        HOUSE,
        effective_limits.account.id,
        6,
        effective_limits.allowance,
        each=2,
        estimate=3 * PRICE.microusd,
        budgets=(Budget(HOUSE, Period.DAY, 500_000),),
    )


async def test_a_standing_is_told_by_the_day_of_the_terms(bench: Bench) -> None:
    """With what is being drawn held."""
    await bench.imagine(count=2)
    effective_limits = await bench.quotas.effective_limits(person(), SQUARE)
    assert await bench.quotas.quota_status(effective_limits) == QuotaStatus(20, held=2, spent=0)


@pytest.mark.parametrize(
    ("channels", "is_allowed"),
    [
        ("loom:town:market square", True),
        ("loom:village:elsewhere", True),
        ("loom:town:elsewhere", False),
    ],
)
async def test_pictures_are_drawn_in_allowed_channels_only(bench: Bench, channels: str, is_allowed: bool) -> None:
    """What one server allows itself says nothing about another."""
    await rule(bench, RuleKey(RuleKind.SETTING, "channels"), channels.replace(" ", "_"))
    place = Place(LOOM, "town", "market_square")
    effective_limits = await bench.quotas.effective_limits(person(), place)
    if is_allowed:
        check_channel(effective_limits, place)
        check_channel(effective_limits, Place(LOOM, "", "dm"))
    else:
        with pytest.raises(NotAllowed):
            check_channel(effective_limits, place)


async def test_people_are_offered_the_models_of_their_tier(bench: Bench) -> None:
    """As it is at that place."""
    assert [offer.name for offer in await bench.quotas.offered_models(person(), SQUARE)] == [bench.painter.name]
