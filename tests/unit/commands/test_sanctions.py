"""Asks `/sanction` and `/standing`: who may impose what on whom, where it holds, and what everybody is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.chat import Tone
from bot.domain.people import HOUSE
from bot.errors import Sanctioned
from tests.fakes.surfaces import SQUARE
from tests.unit.commands.admin_console import ALONE, BOB, ELSEWHERE, OWNER, AdminConsole

MO = replace(BOB, identity=replace(BOB.identity, user="mo"), name="Mo", is_moderator=True)
DAY = timedelta(days=1)
NOTICE = "They are told in private where that is possible."


@pytest.fixture
def console() -> AdminConsole:
    """Return a console whose tenants are communities of their own."""
    return AdminConsole(parts_tenants=True)


async def is_barred(console: AdminConsole, place: object = SQUARE) -> bool:
    """Whether Bob may ask for nothing at a place."""
    assert isinstance(place, type(SQUARE))
    try:
        await console.bench.sanctions.check((await console.account(BOB)).id, console.quotas.community(place))
    except Sanctioned:
        return True
    return False


async def test_a_moderator_warns_mutes_and_bans_here(console: AdminConsole) -> None:
    """Each is confirmed with what it is, and holds nowhere else."""
    assert await console.say("/sanction warn no floods --person bob", MO) == (
        f"loom:bob was warned. It stays on record. Why: no floods. {NOTICE}"
    )
    assert not await is_barred(console)
    assert await console.say("/sanction mute --person bob --until 1d", MO) == (
        f"loom:bob is muted here until 15 March 2026, 12:00 UTC. {NOTICE}"
    )
    assert await is_barred(console)
    assert not await is_barred(console, ELSEWHERE)
    console.bench.clock.move(DAY)
    assert not await is_barred(console)
    assert await console.say("/sanction ban --person bob --until 2026-03-16 --why again", MO) == (
        f"loom:bob is banned here until the end of 16 March 2026. What was being drawn for them has ended. Why: again. {NOTICE}"
    )
    console.bench.clock.move(2 * DAY)
    assert not await is_barred(console)


async def test_only_moderators_may(console: AdminConsole) -> None:
    """Of the place of the call."""
    [post] = await console.type("/sanction ban --person mo", BOB)
    assert (post.tone, post.text) == (Tone.REFUSED, "/sanction ban is for moderators only; nothing was changed.")
    assert not console.bench.sanction_book.by_id


async def test_only_owners_sanction_everywhere(console: AdminConsole) -> None:
    """And lift that again."""
    [refused] = await console.type("/sanction ban --person bob --scope everywhere", MO)
    assert refused.tone is Tone.REFUSED
    assert "is banned everywhere for good" in await console.say("/sanction ban --person bob --scope everywhere", OWNER)
    assert await is_barred(console, ELSEWHERE)
    [refused] = await console.type("/sanction lift --person bob", MO)
    assert refused.text == "That person is neither muted nor banned there, so nothing was changed."
    assert await console.say("/sanction lift --person bob --scope everywhere", OWNER) == "loom:bob may ask for pictures again."
    assert not await is_barred(console, ELSEWHERE)


async def test_undo_takes_it_back_once(console: AdminConsole) -> None:
    """By any moderator of the place, and by nobody of another one."""
    [post] = await console.type("/sanction ban --person bob", MO)
    [button] = post.buttons
    assert button.label == "Undo"
    for by, place in ((BOB, SQUARE), (MO, ELSEWHERE)):
        [refused] = await console.press(button, by, place)
        assert refused.tone is Tone.REFUSED
    assert await is_barred(console)
    [answer] = await console.press(button, MO)
    assert answer.text == "Taken back: the ban of loom:bob."
    [again] = await console.press(button, MO)
    assert again.text == "That has ended already, so nothing was changed."
    assert not await is_barred(console)


async def test_lifting_ends_every_mute_and_ban_and_leaves_warnings(console: AdminConsole) -> None:
    """What was said stays said."""
    for line in ("warn --person bob", "mute --person bob --until 3d", "ban --person bob"):
        await console.say(f"/sanction {line}", MO)
    assert await console.say("/sanction lift --person bob", MO) == "loom:bob may ask for pictures again."
    record = await console.bench.sanctions.read_record((await console.account(BOB)).id, console.quotas.community(SQUARE))
    assert [one.kind for one in record.active] == ["warning"]


async def test_the_same_call_twice_is_one_sanction(console: AdminConsole) -> None:
    """Whatever the platform delivers again."""
    for _ in range(2):
        assert "was warned" in await console.say("/sanction warn --person bob", MO, key="once")
    assert len(console.bench.sanction_book.by_id) == 1


async def test_nobody_bans_themselves_or_lifts_their_own(console: AdminConsole) -> None:
    """A moderator may have been banned."""
    [refused] = await console.type("/sanction ban --person mo", MO)
    assert refused.text == "Nobody can do that to themselves; nothing was changed."
    [post] = await console.type("/sanction ban --person mo", OWNER)
    [refused] = await console.press(post.buttons[0], MO)
    assert refused.text == "Nobody lifts a sanction of their own; nothing was changed. /appeal asks another moderator."


async def test_people_see_how_they_stand(console: AdminConsole) -> None:
    """Everything that was ever imposed, with why, and whether it still holds."""
    await console.see(BOB)
    assert await console.say("/standing", BOB) == "You have no warnings, mutes or bans here."
    await console.say("/sanction warn no floods --person bob", MO)
    console.bench.clock.move(DAY)
    [post] = await console.type("/sanction mute --person bob --until 1d", MO)
    await console.press(post.buttons[0], MO)
    await console.say("/sanction ban --person bob --scope everywhere", OWNER)
    assert await console.say("/standing", BOB) == (
        "You have 2 sanctions on record here and may ask for no pictures now. Newest first, in the time of UTC:\n"
        "1. 15 March 2026, 12:00: ban, everywhere.\n"
        "2. 15 March 2026, 12:00: mute until 16 March 2026, 12:00 UTC, taken back.\n"
        "3. 14 March 2026, 12:00: warning. Why: no floods."
    )
    assert await console.say("/standing", BOB, ELSEWHERE) == (
        "You have 1 sanction on record here and may ask for no pictures now. Newest first, in the time of UTC:\n"
        "1. 15 March 2026, 12:00: ban, everywhere."
    )


async def test_a_moderator_sees_how_others_stand_and_takes_back_from_there(console: AdminConsole) -> None:
    """Which others may not."""
    await console.say("/sanction warn --person bob", MO)
    [post] = await console.type("/standing --person bob", MO)
    assert [button.label for button in post.buttons] == ["Take back 1"]
    await console.press(post.buttons[0], MO)
    assert await console.say("/standing", BOB) == (
        "You have no warnings, mutes or bans here. Newest first, in the time of UTC:\n"
        "1. 14 March 2026, 12:00: warning, taken back."
    )
    [refused] = await console.type("/standing --person mo", BOB)
    assert refused.tone is Tone.REFUSED


async def test_whoever_is_refused_is_offered_an_appeal(console: AdminConsole) -> None:
    """And so is who looks at how they stand."""
    await console.say("/sanction ban --person bob", MO)
    [post] = await console.type("/standing", BOB)
    [sanction] = console.bench.sanction_book.by_id
    assert [(button.label, button.action) for button in post.buttons] == [("Appeal 1", f"contest:{sanction}")]


async def test_moderators_list_who_is_muted_or_banned(console: AdminConsole) -> None:
    """Here, and now."""
    assert await console.say("/sanction list", MO) == "Nobody is muted or banned here."
    await console.say("/sanction ban --person bob --why floods", MO)
    assert await console.say("/sanction list", MO) == (
        "Muted or banned here, newest first, in the time of UTC:\nloom:bob: 14 March 2026, 12:00: ban. Why: floods."
    )
    assert await console.say("/sanction list", MO, ELSEWHERE) == "Nobody is muted or banned here."


async def test_in_a_house_of_one_community_a_ban_holds_everywhere() -> None:
    """Its moderators have nothing else to ban from."""
    console = AdminConsole()
    await console.say("/sanction ban --person bob", MO)
    assert console.quotas.community(SQUARE) == HOUSE
    assert await is_barred(console, ALONE)
