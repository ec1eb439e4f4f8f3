"""Asks `/quota`: what people see of their day, and which limits admins can set for whom."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.quota import MOST_PICTURES
from bot.domain.allowances import Weights
from bot.domain.images import Quality
from bot.domain.people import REGISTERED
from bot.domain.rules import Actor, Change, Membership, RuleKey, RuleKind
from bot.errors import QuotaExceeded
from tests.fakes.surfaces import SQUARE
from tests.unit.commands.admin_console import ALONE, ANN, BOB, ELSEWHERE, EVE, GUS, OWNER, YARD, AdminConsole


@pytest.fixture
def console() -> AdminConsole:
    """Return what commands are typed into."""
    return AdminConsole()


async def test_everybody_sees_how_their_day_stands(console: AdminConsole) -> None:
    """Used, left, when it begins again, credits, tier, and how to get more."""
    await console.bench.draw("a fox", user="bob")
    await console.bench.imagine("a hare", key="call-b", user="bob")
    assert await console.say("/quota show", BOB) == (
        "You have 18 of 20 pictures left today.\n"
        "Used: 1, set aside for what is being drawn: 1.\n"
        "A new day begins at 00:00 UTC, in 12 hours.\n"
        "Credits: none.\n"
        "Tier: registered.\n"
        "More? Credits come from admins, and from others with /credits give."
    )


async def test_the_group_alone_shows_ones_own_quota(console: AdminConsole) -> None:
    """It is the first of the group."""
    assert await console.say("/quota", BOB) == await console.say("/quota show", BOB)


async def test_a_guest_is_told_how_to_register_and_has_a_button_for_it(console: AdminConsole) -> None:
    """One press away."""
    [post] = await console.type("/quota show", GUS, YARD)
    assert post.text.startswith("You have 3 of 3 pictures left today.")
    assert "More? With /register you have 20 pictures a day. Credits come" in post.text
    [button] = post.buttons
    [policy] = await console.press(button, GUS, YARD)
    assert "Be kind to each other." in policy.text


async def test_registering_is_not_praised_where_it_brings_nothing(console: AdminConsole) -> None:
    """Guests may have more here."""
    await console.say("/quota set guest --pictures 30")
    assert "/register" not in await console.say("/quota show", GUS, YARD)


async def test_how_to_get_premium_is_said_to_those_who_have_it_not() -> None:
    """The operator's words."""
    console = AdminConsole(premium="Supporters have 200 a day: see our shop.")
    assert "More? Supporters have 200 a day: see our shop. Credits" in await console.say("/quota show", BOB)
    await console.say("/tier grant premium --person bob")
    assert "shop" not in await console.say("/quota show", BOB)


async def test_what_counts_for_more_than_one_picture_is_said() -> None:
    """Before anything is spent."""
    console = AdminConsole(weights=Weights({Quality.LOW: 1, Quality.HIGH: 2}, large=3))
    text = await console.say("/quota show", BOB)
    assert "A picture of high quality counts as 2, one of more than 2,000,000 pixels counts 3 times as much." in text


async def test_credits_and_what_all_together_have_left_are_shown(console: AdminConsole) -> None:
    """Only where there are any, and where there is such a limit."""
    await console.say("/credits grant --person bob --amount 5")
    await console.say("/quota set --server yes --pictures 30")
    await console.bench.draw("a fox", user="bob")
    text = await console.say("/quota show", BOB)
    assert "Credits: 5, for when the day's pictures are gone." in text
    assert "Everybody here together has 29 of 30 pictures left today." in text
    assert "together" not in await console.say("/quota show", BOB, ALONE)


async def test_a_tier_that_ends_and_a_limit_of_ones_own_are_explained(console: AdminConsole) -> None:
    """So that nobody wonders where the number comes from."""
    await console.say("/tier grant premium --person bob --until 2026-12-31")
    assert "Tier: premium, given until the end of 31 December 2026." in await console.say("/quota show", BOB)
    await console.say("/quota set --person bob --pictures 7")
    text = await console.say("/quota show", BOB)
    assert text.startswith("You have 7 of 7 pictures left today.")
    assert "given until the end of 31 December 2026, which has 200 pictures a day; an admin has set another limit here." in text


async def test_a_tier_that_is_for_good_as_well_has_no_end(console: AdminConsole) -> None:
    """The longest counts."""
    await console.say("/tier grant registered --person bob --until 1d")
    whose = RuleKey(RuleKind.MEMBERSHIP, "register", (await console.account(BOB)).id)
    by = Actor((await console.account(ANN)).id, "Ann")
    community = console.quotas.community(SQUARE)
    await console.bench.rulebook.change(Change(community=community, key=whose, value=str(Membership(REGISTERED)), by=by))
    assert "Tier: registered.\n" in await console.say("/quota show", BOB)


async def test_the_day_is_the_communitys(console: AdminConsole) -> None:
    """In its own zone, with its own name of it."""
    key, by = RuleKey(RuleKind.SETTING, "zone"), Actor((await console.account(ANN)).id, "Ann")
    change = Change(community=console.quotas.community(SQUARE), key=key, value="Asia/Tokyo", by=by)
    await console.bench.rulebook.change(change)
    assert "A new day begins at 00:00 JST, in 3 hours." in await console.say("/quota show", BOB)
    console.bench.clock.move(timedelta(hours=2, minutes=15))
    assert "in 45 minutes." in await console.say("/quota show", BOB)


async def test_admins_and_owners_see_the_quota_of_others(console: AdminConsole) -> None:
    """Without what roles give, which only the platform knows, and only when they call."""
    await console.see(BOB)
    answer = await console.say("/quota show --person bob")
    assert answer.startswith("loom:bob has 20 of 20 pictures left today.")
    assert answer.endswith("What a role or a purchase gives is not in here: only their own /quota show includes it.")
    assert await console.say("/quota show --person bob", OWNER) == answer


async def test_nobody_else_sees_the_quota_of_others(console: AdminConsole) -> None:
    """Not even whether they were ever here."""
    no = "Only admins may see that of somebody else; leave the person out to see your own."
    assert await console.say("/quota show --person ann", BOB) == no
    assert await console.say("/quota show --person zed", BOB) == no
    assert (await console.say("/quota show --person bob", BOB)).startswith("You have")
    assert (await console.say("/quota show --person loom:bob", BOB)).startswith("You have")


async def test_somebody_who_was_never_seen_has_no_quota_to_show(console: AdminConsole) -> None:
    """And gets none by being asked for."""
    assert await console.say("/quota show --person zed") == (
        "That person has never been seen here; nothing was changed. They have to use this bot first, or the id is wrong."
    )
    assert await console.bench.accounts.find(replace(BOB.identity, user="zed")) is None


async def test_a_limit_of_one_person_is_set_and_taken_away(console: AdminConsole) -> None:
    """With the old and the new value, and from the next wish on."""
    await console.see(BOB)
    assert await console.say('/quota set --person bob --pictures 50 --why "paints a lot"') == (
        "The limit of loom:bob is now 50 pictures a day; it was 20 pictures a day, as their tier has."
    )
    assert await console.limit(BOB) == 50
    assert console.entries[-1].why == "paints a lot"
    assert await console.say("/quota set --person bob --pictures 1") == (
        "The limit of loom:bob is now 1 picture a day; it was 50 pictures a day."
    )
    assert await console.say("/quota set --person bob --pictures clear") == (
        "The limit of loom:bob is now 20 pictures a day, as their tier has; it was 1 picture a day."
    )
    assert await console.limit(BOB) == 20


async def test_a_limit_holds_from_the_next_wish_on(console: AdminConsole) -> None:
    """Without a restart, and with what was drawn before counted."""
    await console.bench.draw(user="bob")
    await console.say("/quota set --person bob --pictures 1")
    with pytest.raises(QuotaExceeded):
        await console.bench.imagine(key="call-b", user="bob")
    await console.say("/quota set --person bob --pictures 2")
    await console.bench.draw(key="call-c", user="bob")
    assert (await console.say("/quota show", BOB)).startswith("You have 0 of 2 pictures left today.")


async def test_a_limit_that_is_so_already_is_not_changed(console: AdminConsole) -> None:
    """Nor entered."""
    await console.see(BOB)
    [first] = await console.type("/quota set --person bob --pictures 50")
    [second] = await console.type("/quota set --person bob --pictures 50")
    assert second.text == "It is so already; nothing was changed."
    assert (len(first.buttons), len(second.buttons), len(console.entries)) == (1, 0, 1)


async def test_somebody_who_was_never_seen_can_have_a_limit_before_they_come(console: AdminConsole) -> None:
    """The admin reads that they are new, in case it was a slip of the pen."""
    assert await console.say("/quota set --person zed --pictures 5") == (
        "The limit of loom:zed is now 5 pictures a day; it was 20 pictures a day, as their tier has.\n"
        "loom:zed has not been here yet; it waits for them. If the id is wrong, press Undo."
    )
    assert await console.limit(replace(BOB, identity=replace(BOB.identity, user="zed"))) == 5


async def test_somebody_from_elsewhere_has_to_be_known(console: AdminConsole) -> None:
    """Nobody can check an id of another platform."""
    assert "That person has never been seen here" in await console.say("/quota set --person mill:gus --pictures 5")
    await console.see(GUS)
    assert (await console.say("/quota set --person mill:gus --pictures 5")).startswith("The limit of mill:gus is now 5 ")


async def test_a_limit_of_a_role_holds_for_who_has_it(console: AdminConsole) -> None:
    """At that server."""
    smith = replace(BOB, roles=("smiths",))
    assert await console.say("/quota set --role smiths --pictures 40") == (
        "The limit of the role smiths is now 40 pictures a day; it was not set."
    )
    assert (await console.limit(smith), await console.limit(BOB)) == (40, 20)
    assert await console.say("/quota set --role loom:town:smiths --pictures clear") == (
        "The limit of the role smiths is now not set; it was 40 pictures a day."
    )


async def test_a_limit_of_a_tier_is_laid_over_the_houses(console: AdminConsole) -> None:
    """And goes back to it."""
    assert await console.say("/quota set Guest --pictures 4") == (
        "The limit of the tier guest is now 4 pictures a day; it was 3 pictures a day, the default."
    )
    assert await console.limit(GUS, YARD) == 4
    assert await console.say("/quota set guest --pictures clear") == (
        "The limit of the tier guest is now 3 pictures a day, the default; it was 4 pictures a day."
    )


async def test_an_unknown_tier_is_refused_with_all_that_there_are(console: AdminConsole) -> None:
    """And with a guess."""
    assert await console.say("/quota set premum --pictures 4") == (
        "There is no tier “premum”; it can be guest, registered or premium. Did you mean premium? Nothing was changed."
    )


async def test_a_limit_of_a_whole_server_holds_for_all_together(console: AdminConsole) -> None:
    """It is the server of the call."""
    assert await console.say("/quota set --server yes --pictures 100") == (
        "The limit of all people here together is now 100 pictures a day; it was not set."
    )
    tenant_quota = (await console.quotas.effective_limits(BOB, SQUARE)).tenant_quota
    assert tenant_quota is not None
    assert (tenant_quota.id, tenant_quota.limit) == ("loom:town", 100)


async def test_where_there_is_no_server_none_can_be_limited(console: AdminConsole) -> None:
    """A direct message, or the page."""
    no_server = "There is no server here to set a limit for, so nothing was changed; please type that in the server."
    assert await console.say("/quota set --server yes --pictures 100", OWNER, ALONE) == no_server
    no_role = "There are no roles here, so nothing was changed; please type that in the server."
    assert await console.say("/quota set --role smiths --pictures 100", OWNER, ALONE) == no_role


@pytest.mark.parametrize("whose", ["", "--person bob --role smiths", "--person bob --tier guest", "--role smiths --server yes"])
async def test_exactly_one_is_limited_at_a_time(console: AdminConsole, whose: str) -> None:
    """Not none, and not two."""
    assert await console.say(f"/quota set --pictures 5 {whose}") == (
        "Please say whose limit it is: a person's, a role's, a tier's or the server's, one of them at a time."
    )
    assert console.entries == []


@pytest.mark.parametrize("amount", ["-1", "2.5", "1000001", "9" * 40, "many", "NaN", "1e3", "٣"])
async def test_an_amount_that_is_none_is_refused(console: AdminConsole, amount: str) -> None:
    """Negative, huge, fractional, or no number at all."""
    text = await console.say(f"/quota set --person bob --pictures {amount}")
    assert text.startswith(f"pictures is a whole number from 0 to {MOST_PICTURES:,}, or clear, not “{amount[:40]}”.")
    assert console.entries == []


async def test_nothing_and_the_most_are_amounts(console: AdminConsole) -> None:
    """Somebody may be stopped, and somebody may have all they want."""
    await console.say("/quota set --person bob --pictures 0")
    assert await console.limit(BOB) == 0
    await console.say(f"/quota set --person bob --pictures {MOST_PICTURES}")
    assert await console.limit(BOB) == MOST_PICTURES


@pytest.mark.parametrize("line", ["/quota set --person bob --pictures 50", "/quota reset --person bob"])
async def test_only_admins_and_owners_change_quotas(console: AdminConsole, line: str) -> None:
    """Whatever people know of the command."""
    await console.bench.draw(user="bob")
    assert "is for admins only; nothing was changed." in await console.say(line, BOB)
    assert console.entries == []
    await console.say(line, OWNER)
    assert len(console.entries) == 1


async def test_a_day_is_begun_anew(console: AdminConsole) -> None:
    """What is being drawn stays set aside."""
    await console.bench.draw("a fox", user="bob", count=3)
    await console.bench.imagine("a hare", key="call-b", user="bob")
    [post] = await console.type('/quota reset --person bob --why "our fault"')
    assert post.text == "What loom:bob has used on 14 March 2026 is now 0 pictures; it was 3 pictures."
    quota_status = await console.bench.quota_status("bob")
    assert (quota_status.held, quota_status.spent, console.entries[-1].why) == (1, 0, "our fault")
    [undone] = await console.press(post.buttons[0])
    assert undone.text == "Undone: what loom:bob has used on 14 March 2026 is now 3 pictures; it was 0 pictures."
    assert (await console.bench.quota_status("bob")).spent == 3


async def test_a_day_that_is_new_cannot_be_begun_anew(console: AdminConsole) -> None:
    """It says so."""
    await console.see(BOB)
    assert await console.say("/quota reset --person bob") == "loom:bob has used nothing today, so nothing was changed."
    assert "never been seen" in await console.say("/quota reset --person zed")


async def test_an_admin_of_another_server_changes_only_their_own() -> None:
    """Where the house parts its servers, each has limits of its own."""
    console = AdminConsole(parts_tenants=True)
    await console.say("/quota set --person bob --pictures 50", EVE, ELSEWHERE)
    assert (await console.limit(BOB, ELSEWHERE), await console.limit(BOB, SQUARE)) == (50, 20)
    assert await console.say("/quota set --role loom:town:smiths --pictures 9", EVE, ELSEWHERE) == (
        "That role is another server's, and only its admins can change that; nothing was changed."
    )
    assert len(console.entries) == 1
