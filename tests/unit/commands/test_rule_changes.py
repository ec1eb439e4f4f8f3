"""Asks whether every change is confirmed, on record, and can be taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.rule_changes import confirmation_post
from bot.domain.chat import Button, Post
from bot.domain.people import AccountId
from bot.domain.rules import EVERYBODY, Actor, Change, RuleKey, RuleKind
from tests.fakes.surfaces import SQUARE
from tests.unit.commands.admin_console import ALONE, ANN, BOB, ELSEWHERE, EVE, GUS, OWNER, YARD, AdminConsole

BRIDGE = "2026-03-14 2026-03-15T15:00:00+00:00"
NOT_ON_RECORD = "That change is not on record, so nothing was undone; /audit lists the last ones."


@pytest.fixture
def console() -> AdminConsole:
    """Return what commands are typed into."""
    return AdminConsole()


async def changed(console: AdminConsole, kind: RuleKind, subject: str, value: str | None, *, by: Actor | None = None) -> None:
    """Change something behind the commands' back."""
    actor = by or Actor((await console.account(ANN)).id, "Ann")
    change = Change(community=console.quotas.community(SQUARE), key=RuleKey(kind, subject), value=value, by=actor)
    await console.bench.rulebook.change(change)


async def test_a_change_is_confirmed_with_an_undo(console: AdminConsole) -> None:
    """One that changed nothing is not."""
    await console.say("/quota set guest --pictures 5")
    [entry] = console.entries
    assert confirmation_post("Done.", entry) == Post("Done.", buttons=(Button("Undo", "undo", entry.id),))
    assert confirmation_post("Done.", None) == Post("It is so already; nothing was changed.")


async def test_an_undo_can_be_undone(console: AdminConsole) -> None:
    """And that again."""
    [post] = await console.type("/quota set guest --pictures 5")
    [undone] = await console.press(post.buttons[0])
    assert undone.text == ("Undone: the limit of the tier guest is now 3 pictures a day, the default; it was 5 pictures a day.")
    assert await console.limit(GUS, YARD) == 3
    [redone] = await console.press(undone.buttons[0])
    assert redone.text == ("Undone: the limit of the tier guest is now 5 pictures a day; it was 3 pictures a day, the default.")
    assert await console.limit(GUS, YARD) == 5
    [twice] = await console.press(post.buttons[0])
    assert twice.text == "That was undone already; nothing was changed."


async def test_what_was_changed_again_since_is_not_undone(console: AdminConsole) -> None:
    """The newer word holds."""
    [post] = await console.type("/quota set guest --pictures 5")
    await console.say("/quota set guest --pictures 6")
    [refused] = await console.press(post.buttons[0])
    assert refused.text == "That has been changed again since, so nothing was undone; /audit shows how it stands now."
    assert await console.limit(GUS, YARD) == 6


async def test_only_admins_and_owners_undo(console: AdminConsole) -> None:
    """A button that somebody else sees or forges does nothing."""
    [post] = await console.type("/quota set guest --pictures 5")
    [refused] = await console.press(post.buttons[0], BOB)
    assert "is for admins only; nothing was changed." in refused.text
    assert await console.limit(GUS, YARD) == 5
    await console.press(post.buttons[0], OWNER)
    assert await console.limit(GUS, YARD) == 3


@pytest.mark.parametrize("id_", ["nothing", "", "x" * 64])
async def test_what_is_not_on_record_is_not_undone(console: AdminConsole, id_: str) -> None:
    """The sentence says where to look."""
    [refused] = await console.press(Button("Undo", "undo", id_))
    assert refused.text == NOT_ON_RECORD


async def test_an_admin_of_another_server_undoes_nothing_here() -> None:
    """They are not even told that there is such a change."""
    console = AdminConsole(parts_tenants=True)
    [post] = await console.type("/quota set registered --pictures 5")
    [refused] = await console.press(post.buttons[0], EVE, ELSEWHERE)
    assert refused.text == NOT_ON_RECORD
    assert await console.limit(BOB) == 5
    assert await console.say("/audit", EVE, ELSEWHERE) == "Nothing was changed here so far."


async def test_the_record_says_who_what_from_to_why_and_when(console: AdminConsole) -> None:
    """The newest first."""
    await console.see(BOB)
    await console.say('/quota set --person bob --pictures 50 --why "paints a lot"')
    console.bench.clock.move(timedelta(hours=1))
    [post] = await console.type("/credits grant --person bob --amount 5", OWNER)
    await console.press(post.buttons[0])
    assert await console.say("/audit") == (
        "3 changes, newest first, in the time of UTC.\n"
        "14 March 2026, 13:00 – Ann (loom:ann): undid: the balance of loom:bob, from 5 credits to 0 credits.\n"
        "14 March 2026, 13:00 – Olga (loom:olga): the balance of loom:bob, from 0 credits to 5 credits.\n"
        "14 March 2026, 12:00 – Ann (loom:ann): the limit of loom:bob, from not set to 50 pictures a day. Why: paints a lot"
    )


async def test_the_record_tells_the_time_of_the_community(console: AdminConsole) -> None:
    """Not that of the machine."""
    await changed(console, RuleKind.SETTING, "zone", "Asia/Tokyo")
    text = await console.say("/audit")
    assert text.startswith("1 change, newest first, in the time of Asia/Tokyo.\n14 March 2026, 21:00 – Ann")


@pytest.mark.parametrize(
    ("kind", "subject", "value", "says"),
    [
        (RuleKind.LIMIT, "tier:guest", "1", "the limit of the tier guest, from not set to 1 picture a day"),
        (RuleKind.LIMIT, "role:loom:town:smiths", "5", "the limit of the role smiths, from not set to 5 pictures a day"),
        (RuleKind.LIMIT, "server:loom:town", "5", "the limit of all people here together, from not set to 5 pictures a day"),
        (RuleKind.LIMIT, "server:loom:dale", "5", "the limit of all of loom:dale together, from not set to 5 pictures a day"),
        (RuleKind.ROLE_TIER, "loom:town:smiths", "premium", "the tier of the role smiths, from none to premium"),
        (RuleKind.PURCHASE_TIER, "sku-1", "premium", "the tier of the purchase sku-1, from none to premium"),
        (RuleKind.BUDGET, "month", "12500000", "the budget for a month, from not set to $12.50"),
        (RuleKind.SETTING, "zone", f"Asia/Tokyo {BRIDGE}", "“time zone”, from the default to Asia/Tokyo."),
        (RuleKind.SETTING, "channels", "loom:town:a loom:town:b", "from the default to loom:town:a, loom:town:b."),
        (RuleKind.SETTING, "channels", "", "the setting “channels for pictures”, from the default to all."),
        (RuleKind.SETTING, "retention", "30", "the setting “how long pictures are kept”, from the default to 30 days."),
        (RuleKind.SETTING, "retention", "0", "the setting “how long pictures are kept”, from the default to for ever."),
        (RuleKind.SETTING, "previews", "off", "the setting “unfinished pictures on the way”, from the default to off."),
        (RuleKind.SETTING, "mood", "calm", "the setting “mood”, from the default to calm."),
    ],
)
async def test_every_matter_has_its_words(console: AdminConsole, kind: RuleKind, subject: str, value: str, says: str) -> None:
    """Also those that other commands change."""
    await changed(console, kind, subject, value)
    assert says in await console.say("/audit")


async def test_a_zone_that_is_put_back_gives_nobody_a_second_day(console: AdminConsole) -> None:
    """The day that has begun goes on until the old zone has left it too."""
    before = (await console.quotas.effective_limits(BOB, SQUARE)).allowance
    console.bench.clock.move(timedelta(hours=4))
    await changed(console, RuleKind.SETTING, "zone", f"Asia/Tokyo {BRIDGE}")
    console.bench.clock.move(timedelta(hours=23, minutes=30))
    tomorrow = (await console.quotas.effective_limits(BOB, SQUARE)).allowance
    assert (before.day.day, tomorrow.day.day) == (14, 16)
    [undone] = await console.press(Button("Undo", "undo", console.entries[0].id))
    assert undone.text == (
        "The setting “time zone” is now UTC; it was Asia/Tokyo.\nThe day that has begun goes on; no limit starts over before."
    )
    after = await console.quotas.effective_limits(BOB, SQUARE)
    assert (after.of_community.settings.zone.key, after.allowance.day) == ("UTC", tomorrow.day)
    [twice] = await console.press(Button("Undo", "undo", console.entries[0].id))
    assert twice.text == "That has been changed again since, so nothing was undone; /audit shows how it stands now."


async def test_a_zone_is_put_back_as_it_was_where_the_day_is_the_same(console: AdminConsole) -> None:
    """And again, whichever way round."""
    await changed(console, RuleKind.SETTING, "zone", "Europe/Berlin")
    [undone] = await console.press(Button("Undo", "undo", console.entries[0].id))
    assert undone.text == "Undone: the setting “time zone” is now UTC, the default; it was Europe/Berlin."
    [redone] = await console.press(undone.buttons[0])
    assert redone.text == "Undone: the setting “time zone” is now Europe/Berlin; it was UTC, the default."


async def test_memberships_are_told_by_where_they_come_from(console: AdminConsole) -> None:
    """A grant, a registration, or what somebody pays for."""
    bob = (await console.account(BOB)).id
    for subject, value in {
        "register": "registered",
        "grant": "premium",
        "stripe:sub": "premium until 2027-01-01T00:00:00+00:00",
    }.items():
        by = Actor(EVERYBODY, "the till")
        change = Change(
            community=console.quotas.community(SQUARE), key=RuleKey(RuleKind.MEMBERSHIP, subject, bob), value=value, by=by
        )
        await console.bench.rulebook.change(change)
    lines = (await console.say("/audit")).splitlines()[1:]
    assert [line.partition(" – ")[2] for line in lines] == [
        "the till: the tier that loom:bob pays for, from none to premium until the end of 31 December 2026.",
        "the till: the tier granted to loom:bob, from none to premium.",
        "the till: the tier that loom:bob has by registering, from none to registered.",
    ]


async def test_a_name_cannot_forge_a_line(console: AdminConsole) -> None:
    """Names and reasons stay on theirs."""
    await changed(console, RuleKind.LIMIT, "tier:guest", "5", by=Actor(EVERYBODY, "Ann\n14 March 2026 – \u202eBob"))
    await console.say('/quota set guest --pictures 6 --why "a\u200b\u202eb"')
    text = await console.say("/audit")
    assert len(text.splitlines()) == 3
    assert "Ann 14 March 2026 – Bob: " in text
    assert text.splitlines()[1].endswith("Why: a b")


async def test_an_account_that_was_joined_to_another_is_named_so(console: AdminConsole) -> None:
    """It has no identity any more."""
    await console.see(BOB)
    await console.say("/quota set --person bob --pictures 5")
    await console.bench.accounts.join((await console.account(ANN)).id, (await console.account(BOB)).id)
    assert "the limit of an account that was joined to another, from" in await console.say("/audit")


async def test_somebody_is_named_by_where_the_reader_is(console: AdminConsole) -> None:
    """Whoever has two identities is called by the one that is at home there."""
    await console.see(BOB, GUS)
    await console.say("/quota set --person bob --pictures 5")
    await console.bench.accounts.join((await console.account(BOB)).id, (await console.account(GUS)).id)
    assert "the limit of loom:bob, from" in await console.say("/audit", OWNER)
    guest_admin = replace(GUS, is_admin=True)
    assert "the limit of mill:gus, from" in await console.say("/audit", guest_admin, YARD)


async def test_a_limit_of_nobody_that_is_left_is_undone_without_their_tier(console: AdminConsole) -> None:
    """There is nobody to ask for."""
    ghost = RuleKey(RuleKind.LIMIT, "person", AccountId("gone"))
    by = Actor((await console.account(ANN)).id, "Ann")
    await console.bench.rulebook.change(Change(community=console.quotas.community(SQUARE), key=ghost, value="5", by=by))
    [undone] = await console.press(Button("Undo", "undo", console.entries[0].id))
    assert undone.text == "Undone: the limit of an account that was joined to another is now not set; it was 5 pictures a day."


async def test_only_so_many_are_shown_and_older_ones_are_a_press_away(console: AdminConsole) -> None:
    """Ten, unless more are asked for."""
    for number in range(1, 26):
        await console.say(f"/quota set guest --pictures {number}")
    [first] = await console.type("/audit")
    assert first.text.startswith("10 changes, newest first")
    assert "to 25 pictures" in first.text
    [second] = await console.press(first.buttons[0])
    assert "from 14 pictures a day to 15 pictures a day." in second.text
    [third] = await console.press(second.buttons[0])
    assert third.text.startswith("5 changes")
    assert third.buttons == ()
    oldest = Button("Older", "older", console.entries[0].id)
    assert [post.text for post in await console.press(oldest)] == ["There are no older changes."]
    [three] = await console.type("/audit --count 3")
    assert (three.text.startswith("3 changes"), three.buttons[0].label) == (True, "Older")


async def test_a_long_record_is_folded_and_stays_short(console: AdminConsole) -> None:
    """No platform cuts it; what has no room is older."""
    for number in range(50):
        await console.say(f'/quota set guest --pictures {number} --why "{"because " * 20}"')
    [post] = await console.type("/audit --count 50")
    assert post.text.endswith("changes, newest first, in the time of UTC.")
    lines = post.details[0].text.splitlines()
    assert post.text.startswith(f"{len(lines)} changes")
    assert 1 < len(lines) < 50
    assert len(post.details[0].text) <= 2800
    [older] = await console.press(post.buttons[0])
    last = 50 - len(lines) - 1
    assert f"to {last} pictures a day" in older.details[0].text.splitlines()[0]


@pytest.mark.parametrize("count", ["0", "51", "-1", "2.5", "all"])
async def test_a_count_that_is_none_is_refused(console: AdminConsole, count: str) -> None:
    """One to fifty."""
    assert (await console.say(f"/audit --count {count}")).startswith("count is a whole number from 1 to 50, not ")


async def test_only_admins_and_owners_read_the_record(console: AdminConsole) -> None:
    """It names people."""
    await console.say("/quota set guest --pictures 5")
    assert await console.say("/audit", BOB) == "/audit is for admins only; nothing was changed."
    [refused] = await console.press(Button("Older", "older", console.entries[0].id), BOB)
    assert "is for admins only" in refused.text
    assert (await console.say("/audit", OWNER, ALONE)).startswith("1 change, ")
