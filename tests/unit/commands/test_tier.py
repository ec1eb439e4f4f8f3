"""Asks `/tier`: what tiers there are, and how admins give and take them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.people import PREMIUM, REGISTERED, Identity
from bot.domain.rules import RuleKind
from tests.fakes.surfaces import SQUARE
from tests.unit.commands.admin_console import ALONE, ANN, BOB, ELSEWHERE, EVE, GUS, OWNER, YARD, AdminConsole

SMITH = replace(BOB, roles=("smiths",))
BUYER = replace(BOB, entitlements=("sku-7",))
UNKNOWN = "There is no tier “gold”; it can be guest, registered or premium. Nothing was changed."


@pytest.fixture
def console() -> AdminConsole:
    """Return what commands are typed into."""
    return AdminConsole()


async def test_everybody_sees_which_tiers_there_are_and_what_gives_them(console: AdminConsole) -> None:
    """Their own first, then the least before the most."""
    await console.say("/tier role premium --role smiths")
    await console.say("/quota set --role bakers --pictures 30")
    assert await console.say("/tier list", BOB) == (
        "Yours is registered.\n"
        "guest: 3 pictures a day.\n"
        "registered: 20 pictures a day, by /register.\n"
        "premium: 200 pictures a day, with the role smiths, with the purchase sku-1.\n"
        "The role bakers: 30 pictures a day."
    )
    assert (await console.say("/tier", SMITH)).startswith("Yours is premium.")


async def test_many_roles_are_folded(console: AdminConsole) -> None:
    """No platform cuts them."""
    for number in range(40):
        await console.say(f"/tier role premium --role guild-of-painters-{number}")
    [post] = await console.type("/tier list", BOB)
    assert post.text == "Yours is registered."
    assert (post.details[0].title, "with the role guild-of-painters-39," in post.details[0].text) == ("Tiers here", True)


async def test_a_role_gives_a_tier(console: AdminConsole) -> None:
    """From the next wish on, until it does no more."""
    assert await console.say("/tier role premium --role smiths") == "The tier of the role smiths is now premium; it was none."
    assert (await console.tier(SMITH), await console.tier(BOB)) == (PREMIUM, REGISTERED)
    [cleared] = await console.type("/tier role clear --role smiths")
    assert cleared.text == "The tier of the role smiths is now none; it was premium."
    assert await console.tier(SMITH) == REGISTERED
    [undone] = await console.press(cleared.buttons[0])
    assert undone.text == "Undone: the tier of the role smiths is now premium; it was none."
    assert await console.tier(SMITH) == PREMIUM


async def test_a_role_is_some_servers(console: AdminConsole) -> None:
    """That of the call, or one that is named."""
    assert "There are no roles here" in await console.say("/tier role premium --role smiths", OWNER, ALONE)
    await console.say("/tier role premium --role loom:town:smiths", OWNER, ALONE)
    assert await console.tier(SMITH) == PREMIUM


async def test_an_admin_of_another_server_gives_none_of_its_roles_a_tier() -> None:
    """Where the house parts its servers."""
    console = AdminConsole(parts_tenants=True)
    assert "That role is another server's" in await console.say("/tier role premium --role loom:town:smiths", EVE, ELSEWHERE)
    await console.say("/tier role premium --role smiths", EVE, ELSEWHERE)
    assert (await console.tier(SMITH, SQUARE), await console.tier(SMITH, ELSEWHERE)) == (REGISTERED, PREMIUM)


async def test_a_purchase_gives_a_tier(console: AdminConsole) -> None:
    """By the id of what is sold."""
    assert (
        await console.say("/tier purchase sku-7 --tier premium") == "The tier of the purchase sku-7 is now premium; it was none."
    )
    assert await console.tier(BUYER) == PREMIUM
    assert await console.say("/tier purchase sku-7 --tier clear") == "The tier of the purchase sku-7 is now none; it was premium."
    assert await console.tier(BUYER) == REGISTERED


async def test_a_purchase_goes_back_to_what_the_house_gives_for_it(console: AdminConsole) -> None:
    """What the settings say stays below what admins do."""
    assert await console.say("/tier purchase sku-1 --tier guest") == (
        "The tier of the purchase sku-1 is now guest; it was premium, the default."
    )


@pytest.mark.parametrize("sku", ["a b", "x;drop", '"ü"'])
async def test_an_id_that_is_none_is_not_sold(console: AdminConsole, sku: str) -> None:
    """Nothing is written down for it."""
    text = await console.say(f"/tier purchase {sku} --tier premium")
    assert text == "sku is the id of what is sold, in letters and digits, such as 1234567890; nothing was changed."
    assert console.entries == []


@pytest.mark.parametrize(
    "line",
    [
        "/tier role gold --role smiths",
        "/tier purchase sku-7 --tier gold",
        "/tier grant gold --person bob",
        "/tier revoke gold --person bob",
    ],
)
async def test_an_unknown_tier_is_refused_with_all_that_there_are(console: AdminConsole, line: str) -> None:
    """So that one can be picked."""
    await console.see(BOB)
    assert await console.say(line) == UNKNOWN
    assert console.entries == []


async def test_a_tier_is_granted_for_good(console: AdminConsole) -> None:
    """With a reason on record."""
    await console.see(BOB)
    text = await console.say('/tier grant premium --person bob --why "won the contest"')
    assert text == "The tier granted to loom:bob is now premium; it was none."
    assert await console.tier(BOB) == PREMIUM
    assert (console.entries[-1].why, console.entries[-1].key.kind) == ("won the contest", RuleKind.MEMBERSHIP)


async def test_a_tier_is_granted_until_the_end_of_a_day(console: AdminConsole) -> None:
    """The whole of it."""
    await console.see(BOB)
    assert await console.say("/tier grant premium --person bob --until 2026-03-15") == (
        "The tier granted to loom:bob is now premium until the end of 15 March 2026; it was none."
    )
    console.bench.clock.move(timedelta(hours=35, minutes=59))
    assert await console.tier(BOB) == PREMIUM
    console.bench.clock.move(timedelta(minutes=1))
    assert await console.tier(BOB) == REGISTERED


async def test_a_tier_is_granted_for_a_time(console: AdminConsole) -> None:
    """A new grant takes the place of the old one."""
    await console.see(BOB)
    await console.say("/tier grant premium --person bob --until 12h")
    assert await console.say("/tier grant premium --person bob --until 30d") == (
        "The tier granted to loom:bob is now premium until 13 April 2026, 12:00 UTC; "
        "it was premium until the end of 14 March 2026."
    )


@pytest.mark.parametrize("day", ["2026-03-13", "1999-12-31"])
async def test_a_day_that_is_over_grants_nothing(console: AdminConsole, day: str) -> None:
    """Today would."""
    assert await console.say(f"/tier grant premium --person bob --until {day}") == (
        "That day is over already, so nothing was changed; please give one that is still to come."
    )
    assert console.entries == []
    await console.say("/tier grant premium --person bob --until 2026-03-14")
    assert len(console.entries) == 1


async def test_a_grant_waits_for_somebody_who_was_never_seen(console: AdminConsole) -> None:
    """Until their first wish."""
    text = await console.say("/tier grant premium --person zed --until 1w")
    assert text.endswith("\nloom:zed has not been here yet; it waits for them. If the id is wrong, press Undo.")
    assert await console.tier(replace(BOB, identity=Identity(BOB.identity.platform, "", "zed"))) == PREMIUM


async def test_a_grant_is_revoked(console: AdminConsole) -> None:
    """With an Undo for second thoughts."""
    await console.see(BOB)
    await console.say("/tier grant premium --person bob")
    [post] = await console.type("/tier revoke --person bob --why mistake")
    assert post.text == "The tier granted to loom:bob is now none; it was premium."
    assert (await console.tier(BOB), console.entries[-1].why) == (REGISTERED, "mistake")
    await console.press(post.buttons[0])
    assert await console.tier(BOB) == PREMIUM


async def test_all_that_gives_somebody_a_tier_is_revoked_by_its_name(console: AdminConsole) -> None:
    """Registration too; each can be undone by itself."""
    [policy] = await console.type("/register", GUS, YARD)
    await console.press(policy.buttons[0], GUS, YARD)
    await console.say("/tier grant registered --person mill:gus")
    posts = await console.type("/tier revoke registered --person mill:gus")
    assert [post.text for post in posts] == [
        "The tier granted to mill:gus is now none; it was registered.",
        "The tier that mill:gus has by registering is now none; it was registered.",
    ]
    assert await console.tier(GUS, YARD) == "guest"
    assert len({post.buttons[0].action for post in posts}) == 2


async def test_what_was_not_given_cannot_be_revoked(console: AdminConsole) -> None:
    """A role's tier ends with the role."""
    await console.see(BOB)
    assert await console.say("/tier revoke --person bob") == (
        "They were granted no tier, so nothing was changed. What comes by a role or a purchase ends with those."
    )
    assert await console.say("/tier revoke premium --person bob") == (
        "They were not given the tier premium, so nothing was changed. What comes by a role or a purchase ends with those."
    )
    assert "never been seen" in await console.say("/tier revoke --person zed")


@pytest.mark.parametrize(
    "line",
    [
        "/tier role premium --role smiths",
        "/tier purchase sku-7 --tier premium",
        "/tier grant premium --person bob",
        "/tier revoke --person bob",
    ],
)
async def test_only_admins_and_owners_give_tiers(console: AdminConsole, line: str) -> None:
    """Nobody gives themselves one."""
    await console.say("/tier grant registered --person bob", ANN)
    assert "is for admins only; nothing was changed." in await console.say(line, BOB)
    assert len(console.entries) == 1
    await console.say(line, OWNER)
    assert len(console.entries) == 2
