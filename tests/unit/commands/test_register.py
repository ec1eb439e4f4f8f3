"""Asks how a guest accepts the content policy, and what they have then."""

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.imagine import imagine
from bot.commands.register import register
from bot.domain.chat import Button
from bot.domain.people import GUEST, REGISTERED
from bot.domain.rules import RuleKind
from tests.fakes.bench import FAULT
from tests.fakes.surfaces import SQUARE
from tests.unit.commands.admin_console import ANN, BOB, GUS, YARD, AdminConsole, PlacedCall


@pytest.fixture
def console() -> AdminConsole:
    """Return what commands are typed into."""
    return AdminConsole()


async def test_a_guest_reads_the_policy_and_accepts_it(console: AdminConsole) -> None:
    """Then has more pictures a day, for good and on record."""
    [policy] = await console.type("/register", GUS, YARD)
    assert policy.text == "Registered people have 20 pictures a day; you have 3. Please read this first:\nBe kind to each other."
    assert [button.label for button in policy.buttons] == ["I accept"]
    assert await console.tier(GUS, YARD) == GUEST
    [accepted] = await console.press(policy.buttons[0], GUS, YARD)
    assert accepted.text == "You are registered: you have 20 pictures a day now; it was 3. Type /imagine to draw one."
    assert (await console.tier(GUS, YARD), await console.limit(GUS, YARD)) == (REGISTERED, 20)
    [entry] = console.entries
    assert (entry.key.kind, entry.key.subject, entry.after, entry.by.name) == (
        RuleKind.MEMBERSHIP,
        "register",
        "registered",
        "Gus",
    )
    assert entry.why.startswith("accepted the content policy ")


async def test_who_is_registered_is_told_so(console: AdminConsole) -> None:
    """In one sentence, however often they ask and press."""
    [policy] = await console.type("/register", GUS, YARD)
    await console.press(policy.buttons[0], GUS, YARD)
    already = "You are registered already, with 20 pictures a day; there is nothing more to do."
    [again] = await console.press(policy.buttons[0], GUS, YARD)
    assert again.text == await console.say("/register", GUS, YARD) == await console.say("/register", BOB) == already
    assert len(console.entries) == 1


async def test_who_has_more_needs_no_registration(console: AdminConsole) -> None:
    """Nothing is asked of them."""
    await console.say("/tier grant premium --person bob")
    assert await console.say("/register", BOB) == (
        "You are premium already, with 200 pictures a day; there is nothing more to do."
    )


async def test_registering_is_not_asked_twice_where_guests_have_as_many(console: AdminConsole) -> None:
    """An admin may let guests have more than registered people."""
    [policy] = await console.type("/register", GUS, YARD)
    await console.press(policy.buttons[0], GUS, YARD)
    await console.say("/quota set guest --pictures 30", ANN)
    assert await console.say("/register", GUS, YARD) == (
        "You are registered already, with 30 pictures a day; there is nothing more to do."
    )


async def test_a_policy_that_has_changed_is_read_again(console: AdminConsole) -> None:
    """Nobody accepts what they have not seen."""
    [old] = await console.type("/register", GUS, YARD)
    console.open(policy="Be very kind to each other.")
    [refused] = await console.press(old.buttons[0], GUS, YARD)
    assert refused.text == "The policy has changed since you read it, so nothing was accepted; please type /register again."
    [forged] = await console.press(Button("I accept", "accept", "x"), GUS, YARD)
    assert forged.text == refused.text
    assert (await console.tier(GUS, YARD), console.entries) == (GUEST, [])


async def test_a_long_policy_is_shown_whole(console: AdminConsole) -> None:
    """Where every platform has room for it."""
    console.open(policy="Be kind. " * 200)
    [policy] = await console.type("/register", GUS, YARD)
    assert policy.text == "Registered people have 20 pictures a day; you have 3. Please read this first:"
    assert [detail.text for detail in policy.details] == ["Be kind. " * 200]


async def test_an_admin_can_take_a_registration_back(console: AdminConsole) -> None:
    """With the Undo of the record; whoever was a guest is one again, and may register once more."""
    [policy] = await console.type("/register", GUS, YARD)
    await console.press(policy.buttons[0], GUS, YARD)
    undo = Button("Undo", "undo", console.entries[0].id)
    [refused] = await console.press(undo, GUS, YARD)
    assert "is for admins only" in refused.text
    [undone] = await console.press(undo, ANN, YARD)
    assert undone.text == "Undone: the tier that mill:gus has by registering is now none; it was registered."
    assert await console.tier(GUS, YARD) == GUEST
    assert "Please read this first" in await console.say("/register", GUS, YARD)


async def test_a_guest_who_has_none_left_is_offered_to_register(console: AdminConsole) -> None:
    """Where that gives more; pressing it is typing /register."""
    bench = console.bench
    drawing = Dispatcher((imagine(bench.studio), register(bench.quotas, "Be kind.")), lambda: FAULT, console.owns)
    call = PlacedCall(bench, "first", GUS, YARD)
    await drawing.dispatch_line("/imagine a fox --count 3", call)
    poor = PlacedCall(bench, "second", GUS, YARD)
    await drawing.dispatch_line("/imagine a fox", poor)
    [refused] = poor.whispers
    assert refused.text == (
        "You have no pictures left today. More at 00:00 UTC; nothing was counted. With /register you have 20 pictures a day."
    )
    [button] = refused.buttons
    await drawing.press(button.action, poor)
    assert poor.whispers[-1].text.endswith("Be kind.")


async def test_who_is_registered_already_is_not_offered_it(console: AdminConsole) -> None:
    """They wait until midnight."""
    drawing = Dispatcher((imagine(console.bench.studio),), lambda: FAULT, console.owns)
    for key, count in (("first", 4), ("second", 4), ("third", 4), ("fourth", 4), ("fifth", 4)):
        await drawing.dispatch_line(f"/imagine a fox --count {count}", PlacedCall(console.bench, key, BOB, SQUARE))
    poor = PlacedCall(console.bench, "sixth", BOB, SQUARE)
    await drawing.dispatch_line("/imagine a fox", poor)
    [refused] = poor.whispers
    assert (refused.text, refused.buttons) == ("You have no pictures left today. More at 00:00 UTC; nothing was counted.", ())


async def test_a_guest_whose_own_limit_is_lower_is_not_offered_it(console: AdminConsole) -> None:
    """Registering would give them no more."""
    await console.see(GUS)
    await console.say("/quota set --pictures 0 --person mill:gus", ANN)
    drawing = Dispatcher((imagine(console.bench.studio),), lambda: FAULT, console.owns)
    call = PlacedCall(console.bench, "first", GUS, YARD)
    await drawing.dispatch_line("/imagine a fox", call)
    [refused] = call.whispers
    answer = "That needs 1 picture; your limit is 0 a day. An admin can raise it; nothing was counted."
    assert (refused.text, refused.buttons) == (answer, ())
