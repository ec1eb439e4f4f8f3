"""Asks whether people can join their accounts and part them from the chat, in private, and read what came of it."""

import secrets
from collections.abc import Mapping

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.linking import link, part, unlink
from bot.domain.chat import Post, Tone
from bot.domain.credits import CreditKind, CreditMove
from bot.domain.people import GUEST, HOUSE, REGISTERED, Identity, Person, Platform, Tier
from bot.domain.rules import Actor
from bot.services.account_linking import AccountLinking
from storage.limits.local import LocalRateLimiter
from tests.fakes.bench import FAULT, Bench
from tests.fakes.codes import MemoryCodes
from tests.fakes.owners import nobody
from tests.fakes.surfaces import LOOM, FakeCall, person

KILN = Platform("kiln")
FIRST_TIER: Mapping[Platform, Tier] = {LOOM: REGISTERED}


class Everywhere:
    """Somebody with accounts on two platforms."""

    def __init__(self, bench: Bench) -> None:
        linking = AccountLinking(
            accounts=bench.accounts,
            codes=MemoryCodes(bench.clock),
            rate_limiter=LocalRateLimiter(bench.clock),
            clock=bench.clock,
            first_tier=FIRST_TIER,
            random_below=secrets.randbelow,
        )
        commands = (link(linking, bench.quotas), unlink(linking), part(linking, bench.quotas))
        self._dispatcher = Dispatcher(commands, lambda: FAULT, nobody)
        self._bench = bench
        self._count = 0

    async def type(self, line: str, platform: Platform = LOOM) -> Post:
        """Type a line, and give the one thing that is whispered."""
        call = self._call(platform)
        await self._dispatcher.dispatch_line(line, call)
        [whisper] = call.whispers
        return whisper

    async def press(self, post: Post, platform: Platform = LOOM) -> Post:
        """Press the one button."""
        call = self._call(platform)
        await self._dispatcher.press(post.buttons[0].action, call)
        [whisper] = call.whispers
        return whisper

    async def joined(self) -> Post:
        """Join the two, and give what is said."""
        code = (await self.type("/link")).text.split("Your code is ")[1].split()[0].rstrip(".")
        return await self.type(f"/link {code}", KILN)

    def _call(self, platform: Platform) -> FakeCall:
        self._count += 1
        by = person() if platform == LOOM else Person(Identity(platform, "", "7"), "Ann")
        return FakeCall(self._bench.surface, f"everywhere-{self._count}", by=by)


@pytest.fixture
def ann(bench: Bench) -> Everywhere:
    """Return her."""
    return Everywhere(bench)


async def test_a_code_comes_with_what_to_do(bench: Bench, ann: Everywhere) -> None:
    """Where, within what time, and what it does; nobody else reads it."""
    whisper = await ann.type("/link")
    assert "Your code is easel-" in whisper.text
    assert "Within 10 minutes" in whisper.text
    assert "show it to nobody" in whisper.text
    assert bench.surface.posted == []


async def test_a_code_joins_and_says_how_one_stands_now(bench: Bench, ann: Everywhere) -> None:
    """What both have drawn counts together."""
    await bench.draw(count=2)
    whisper = await ann.joined()
    assert whisper.text == (
        "Your accounts on Kiln and Loom are one now: pictures, credits and limits are shared. "
        "Today you have used 2 of 20 pictures and have 18 left. /unlink separates them again."
    )
    assert len(bench.surface.posted) == 1


async def test_credits_and_what_is_being_drawn_are_told(bench: Bench, ann: Everywhere) -> None:
    """They are what is left, too."""
    await bench.imagine(count=3)
    account = await bench.quotas.account(person())
    move = CreditMove(community=HOUSE, account=account.id, delta=5, kind=CreditKind.GRANT, key="k", by=Actor(account.id, "Ann"))
    await bench.credits.move(move)
    assert "used 3 of 20 pictures and have 17 left, and 5 credits." in (await ann.joined()).text


@pytest.mark.parametrize("spelling", ["{}", "easel {}", "EASEL-{}", "--code {}"])
async def test_codes_may_be_typed_as_they_come(bench: Bench, ann: Everywhere, spelling: str) -> None:
    """As long as the eight signs are right."""
    signs = (await ann.type("/link")).text.split("easel-")[1].split(".")[0]
    whisper = await ann.type(f"/link {spelling.format(signs)}", KILN)
    assert "are one now" in whisper.text


async def test_a_wrong_code_changes_nothing(bench: Bench, ann: Everywhere) -> None:
    """And the fourth code within minutes has to wait."""
    refused = await ann.type("/link easel-0000-0000", KILN)
    assert (refused.tone, refused.kind) == (Tone.REFUSED, "bad_input")
    for _ in range(3):
        await ann.type("/link")
    assert (await ann.type("/link")).kind == "busy"
    assert len(await bench.accounts.list_linked_identities(person().identity)) == 1


async def test_unlinking_asks_first(bench: Bench, ann: Everywhere) -> None:
    """Nothing happens until the button is pressed."""
    await ann.joined()
    asked = await ann.type("/unlink")
    assert "Your accounts on Kiln and Loom are one." in asked.text
    assert [(button.label, button.is_dangerous) for button in asked.buttons] == [("Yes, separate them", True)]
    assert len(await bench.accounts.list_linked_identities(person().identity)) == 2


async def test_the_button_parts_whoever_presses_it(bench: Bench, ann: Everywhere) -> None:
    """Both keep the day as it is."""
    await bench.draw(count=2)
    await ann.joined()
    answer = await ann.press(await ann.type("/unlink", KILN), KILN)
    assert answer.text == ("Done: your account here is separate again. Today you have used 2 of 3 pictures and have 1 left.")
    parted = await bench.accounts.find(Identity(KILN, "", "7"))
    assert parted
    assert parted.tier == GUEST
    assert (await bench.quota_status()).spent == 2


async def test_the_button_pressed_again_parts_nothing(ann: Everywhere) -> None:
    """It says so."""
    await ann.joined()
    asked = await ann.type("/unlink")
    await ann.press(asked)
    assert "linked to no other" in (await ann.press(asked)).text
    assert "linked to no other" in (await ann.type("/unlink")).text
