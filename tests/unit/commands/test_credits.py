"""Asks `/credits`: what admins give and take, what people pass on, and what everybody sees of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.chat import Tone
from bot.domain.credits import MOST_CREDITS
from bot.domain.images import Quality
from bot.provider_errors import ProviderFailed, ProviderFault
from tests.fakes.surfaces import SQUARE
from tests.unit.commands.admin_console import ANN, BOB, ELSEWHERE, EVE, OWNER, AdminConsole

CAT = replace(BOB, identity=replace(BOB.identity, user="cat"), name="Cat")


@pytest.fixture
def console() -> AdminConsole:
    """Return what commands are typed into."""
    return AdminConsole()


async def test_credits_are_granted_and_taken(console: AdminConsole) -> None:
    """With both balances, a reason, and an Undo."""
    await console.see(BOB)
    assert await console.say("/credits grant for the poster --person bob --amount 10") == (
        "The balance of loom:bob is now 10 credits; it was 0 credits."
    )
    [post] = await console.type("/credits take --person bob --amount 9")
    assert post.text == "The balance of loom:bob is now 1 credit; it was 10 credits."
    assert [entry.why for entry in console.entries] == ["for the poster", ""]
    [undone] = await console.press(post.buttons[0])
    assert undone.text == "Undone: the balance of loom:bob is now 10 credits; it was 1 credit."
    assert await console.balance(BOB) == 10


async def test_a_call_that_comes_twice_moves_once(console: AdminConsole) -> None:
    """Whatever the platform delivers again."""
    await console.see(BOB)
    again = "You asked for that already, and it was done then; nothing was moved twice."
    for line in ["/credits grant --person bob --amount 10", "/credits take --person bob --amount 3"]:
        await console.say(line, key=line)
        assert await console.say(line, key=line) == again
    assert (await console.balance(BOB), len(console.entries)) == (7, 2)
    await console.see(CAT)
    give = "/credits give --person cat --amount 2"
    await console.say(give, BOB, key=give)
    assert await console.say(give, BOB, key=give) == again
    assert (await console.balance(BOB), await console.balance(CAT)) == (5, 2)


async def test_no_more_is_taken_than_there_is(console: AdminConsole) -> None:
    """Nobody owes pictures."""
    await console.say("/credits grant --person bob --amount 2")
    [post] = await console.type("/credits take --person bob --amount 3")
    assert (post.tone, await console.balance(BOB), len(console.entries)) == (Tone.REFUSED, 2, 1)


async def test_credits_that_are_spent_are_not_taken_back_by_undo(console: AdminConsole) -> None:
    """What is drawn is drawn."""
    [post] = await console.type("/credits grant --person bob --amount 2")
    await console.say("/credits take --person bob --amount 1")
    [refused] = await console.press(post.buttons[0])
    assert refused.text == "Those credits are spent already, so they cannot be taken back; nothing was changed."
    assert await console.balance(BOB) == 1


async def test_somebody_who_was_never_seen_can_be_granted_credits(console: AdminConsole) -> None:
    """They wait; but none can be taken."""
    assert await console.say("/credits grant --person zed --amount 10") == (
        "The balance of loom:zed is now 10 credits; it was 0 credits.\n"
        "loom:zed has not been here yet; it waits for them. If the id is wrong, press Undo."
    )
    assert "That person has never been seen here; nothing was changed." in await console.say(
        "/credits take --person yak --amount 1"
    )


@pytest.mark.parametrize("amount", ["0", "-5", "1.5", "1000001", "9" * 30, "ten", "1e3"])
@pytest.mark.parametrize("verb", ["grant", "take", "give"])
async def test_an_amount_that_is_none_is_refused(console: AdminConsole, verb: str, amount: str) -> None:
    """None, less than none, half of one, or more than anybody may have."""
    await console.see(BOB)
    text = await console.say(f"/credits {verb} --person bob --amount {amount}")
    assert text.startswith(f"amount is a whole number from 1 to {MOST_CREDITS}, not ")
    assert (console.entries, await console.balance(BOB)) == ([], 0)


async def test_an_amount_in_words_is_told_what_an_amount_is(console: AdminConsole) -> None:
    """Not that one is missing."""
    text = await console.say("/credits grant <@bob> twenty")
    assert text == f"amount is a whole number from 1 to {MOST_CREDITS}, not “twenty”."


async def test_nobody_has_more_than_the_most(console: AdminConsole) -> None:
    """The balance has a ceiling."""
    await console.say(f"/credits grant --person bob --amount {MOST_CREDITS}")
    [post] = await console.type("/credits grant --person bob --amount 1")
    assert (post.tone, await console.balance(BOB)) == (Tone.REFUSED, MOST_CREDITS)


async def test_people_give_each_other_credits(console: AdminConsole) -> None:
    """Theirs, and no more than they have."""
    await console.see(CAT)
    await console.say("/credits grant --person bob --amount 7")
    assert await console.say("/credits give --person cat --amount 5", BOB) == (
        "You gave loom:cat 5 credits; you have 2 now and had 7 before."
    )
    [post] = await console.type("/credits give --person cat --amount 3", BOB)
    assert post.tone is Tone.REFUSED
    assert (await console.balance(BOB), await console.balance(CAT)) == (2, 5)


async def test_a_gift_is_not_lost_to_a_slip_of_the_pen(console: AdminConsole) -> None:
    """Only somebody who was seen gets one, and not the giver."""
    await console.say("/credits grant --person bob --amount 7")
    assert "That person has never been seen here; nothing was changed." in await console.say(
        "/credits give --person zed --amount 5", BOB
    )
    assert (
        await console.say("/credits give --person bob --amount 5", BOB) == "Those credits are yours already; nothing was given."
    )
    assert await console.balance(BOB) == 7


async def test_everybody_sees_what_came_and_went(console: AdminConsole) -> None:
    """The newest first, with who and why."""
    await console.see(CAT)
    await console.say('/credits grant --person bob --amount 7 --why "for the poster"')
    console.bench.clock.move(timedelta(hours=1))
    await console.say("/credits give --person cat --amount 2", BOB)
    assert await console.say("/credits history", BOB) == (
        "You have 5 credits. What came and went, newest first, in the time of UTC:\n"
        "14 March 2026, 13:00: -2, a gift by Bob.\n"
        "14 March 2026, 12:00: +7, granted by Ann. Why: for the poster"
    )
    assert await console.say("/credits", CAT) == (
        "You have 2 credits. What came and went, newest first, in the time of UTC:\n14 March 2026, 13:00: +2, a gift by Bob."
    )


async def test_what_pictures_cost_and_gave_back_is_there_too(console: AdminConsole) -> None:
    """A job that failed costs nothing."""
    await console.say("/quota set --person bob --pictures 0")
    await console.say("/credits grant --person bob --amount 4")
    await console.bench.draw(user="bob", quality=Quality.LOW)
    console.bench.painter.will(ProviderFailed("painter", "no", fault=ProviderFault.BAD_ANSWER))
    await console.bench.draw(key="call-b", user="bob")
    text = await console.say("/credits history", BOB)
    assert text.startswith("You have 3 credits.")
    assert "+1, given back, as no picture came of it." in text
    assert text.count("-1, spent on pictures.") == 2


async def test_who_has_none_and_never_had_is_told_so(console: AdminConsole) -> None:
    """No list of nothing."""
    assert await console.say("/credits history", BOB) == "You have 0 credits."


async def test_a_long_history_is_folded(console: AdminConsole) -> None:
    """The newest twenty."""
    for number in range(25):
        await console.say(f'/credits grant --person bob --amount 1 --why "{"for picture " * 5}{number}"')
    [post] = await console.type("/credits history", BOB)
    assert post.text == "You have 25 credits. What came and went, newest first, in the time of UTC:"
    lines = post.details[0].text.splitlines()
    assert (len(lines), lines[0].endswith("24"), lines[-1].endswith("5")) == (20, True, True)


async def test_admins_and_owners_see_the_credits_of_others(console: AdminConsole) -> None:
    """And nobody else."""
    await console.say("/credits grant --person bob --amount 7")
    seen = await console.say("/credits history --person bob", ANN)
    assert seen.startswith("loom:bob has 7 credits.")
    assert await console.say("/credits history --person bob", OWNER) == seen
    assert "Only admins may see that" in await console.say("/credits history --person bob", CAT)


async def test_credits_of_another_server_are_its_own() -> None:
    """Where the house parts its servers."""
    console = AdminConsole(parts_tenants=True)
    await console.say("/credits grant --person bob --amount 7", EVE, ELSEWHERE)
    assert (await console.balance(BOB, ELSEWHERE), await console.balance(BOB, SQUARE)) == (7, 0)


@pytest.mark.parametrize("verb", ["grant", "take"])
async def test_only_admins_and_owners_grant_and_take(console: AdminConsole, verb: str) -> None:
    """Not whoever would like to."""
    await console.say("/credits grant --person bob --amount 7")
    assert "is for admins only; nothing was changed." in await console.say(f"/credits {verb} --person bob --amount 1", BOB)
    assert len(console.entries) == 1
    await console.say(f"/credits {verb} --person bob --amount 1", OWNER)
    assert len(console.entries) == 2
