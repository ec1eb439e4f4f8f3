"""Asks of every implementation of `Credits`: is every credit accounted for, and none moved twice?"""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.credits import MOST_CREDITS, CreditEntry, CreditKind, CreditMove
from bot.domain.people import HOUSE, REGISTERED, AccountId, CommunityId, Identity
from bot.domain.rules import Actor, RuleKey, RuleKind
from bot.errors import BadInput
from bot.ports.accounts import Accounts
from bot.ports.credits import Credits
from bot.ports.rules import Rulebook
from storage.sql.credits import SqlCredits
from tests.contract.conftest import ON_DISK
from tests.contract.examples import ANN, WEB
from tests.contract.tables import patient_database
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.ids import CountingIds

OTHER = CommunityId("other")
BOSS = Actor(AccountId("boss"), "Boss")


def a_move(account: AccountId, delta: int = 10, key: str = "grant 1") -> CreditMove:
    """Return an admin's grant."""
    kind = CreditKind.GRANT if delta > 0 else CreditKind.TAKE
    return CreditMove(community=HOUSE, account=account, delta=delta, kind=kind, key=key, by=BOSS, why="a prize")


@pytest.fixture
async def bob(accounts: Accounts) -> AccountId:
    """Return somebody else's account."""
    return (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id


async def total(credits_: Credits, account: AccountId) -> int:
    """Add an account's entries up."""
    return sum(entry.delta for entry in await credits_.history(HOUSE, account, 1000))


class TestMoving:
    """An admin's grants and takings, and purchases."""

    async def test_who_never_had_any_has_none(self, credits_: Credits) -> None:
        """And no history."""
        assert await credits_.balance(HOUSE, AccountId("new")) == 0
        assert await credits_.history(HOUSE, AccountId("new"), 10) == ()

    async def test_a_grant_adds_credits_and_a_taking_takes_them(self, credits_: Credits, ann: AccountId) -> None:
        """In this community alone, and the history tells of both."""
        await credits_.move(a_move(ann, 10))
        await credits_.move(a_move(ann, -4, "take 1"))
        assert await credits_.balance(HOUSE, ann) == 6
        assert await credits_.balance(OTHER, ann) == 0
        assert await credits_.history(HOUSE, ann, 10) == (
            CreditEntry(at=NOON, delta=-4, kind=CreditKind.TAKE, by=BOSS, why="a prize"),
            CreditEntry(at=NOON, delta=10, kind=CreditKind.GRANT, by=BOSS, why="a prize"),
        )

    async def test_the_history_is_as_long_as_one_likes(self, credits_: Credits, ann: AccountId) -> None:
        """Newest first."""
        for number in range(1, 4):
            await credits_.move(a_move(ann, number, f"grant {number}"))
        assert [entry.delta for entry in await credits_.history(HOUSE, ann, 2)] == [3, 2]

    async def test_a_move_is_put_on_record(self, credits_: Credits, rulebook: Rulebook, ann: AccountId) -> None:
        """With what there was and is."""
        await credits_.move(a_move(ann, 10))
        entry = await credits_.move(a_move(ann, 5, "grant 2"))
        assert entry is not None
        assert (entry.key, entry.before, entry.after) == (RuleKey(RuleKind.CREDITS, "grant", ann), "10", "15")
        assert (entry.by, entry.why, entry.at, entry.community) == (BOSS, "a prize", NOON, HOUSE)
        assert await rulebook.find(entry.id) == entry

    async def test_the_same_key_again_is_the_same_move(self, credits_: Credits, rulebook: Rulebook, ann: AccountId) -> None:
        """Whatever it says the second time."""
        await credits_.move(a_move(ann, 10))
        assert await credits_.move(a_move(ann, 10)) is None
        assert await credits_.move(a_move(ann, -99)) is None
        assert await credits_.balance(HOUSE, ann) == await total(credits_, ann) == 10
        assert len(await rulebook.entries(HOUSE, 10)) == 1

    async def test_the_same_key_is_the_same_move_whoever_has_the_account_by_now(
        self, credits_: Credits, accounts: Accounts, ann: AccountId, bob: AccountId
    ) -> None:
        """An event that comes again after the accounts were joined or parted is still the same event."""
        assert await credits_.move(a_move(bob)) is not None
        await accounts.join(ann, bob)
        for account in (ann, bob):
            assert await credits_.move(a_move(account)) is None
        parted = await accounts.part(Identity(WEB, "", "bob"), REGISTERED, NOON.date())
        assert await credits_.move(a_move(parted.id)) is None
        await accounts.join(ann, parted.id)
        assert await credits_.move(a_move(parted.id)) is None
        assert await credits_.balance(HOUSE, ann) == 10

    async def test_many_who_say_one_event_for_two_accounts_move_it_once(
        self, credits_: Credits, ann: AccountId, bob: AccountId
    ) -> None:
        """At the same moment, as a redelivery while accounts are parted would."""
        entries = await asyncio.gather(*(credits_.move(a_move(account)) for account in (ann, bob) * 5))
        assert sum(entry is not None for entry in entries) == 1
        assert await credits_.balance(HOUSE, ann) + await credits_.balance(HOUSE, bob) == 10

    @pytest.mark.parametrize("delta", [-11, MOST_CREDITS - 9])
    async def test_a_move_beyond_the_bounds_is_refused_and_may_come_again(
        self, credits_: Credits, ann: AccountId, delta: int
    ) -> None:
        """Nothing is written, not even its key."""
        await credits_.move(a_move(ann, 10))
        with pytest.raises(BadInput, match="bad input") as refused:
            await credits_.move(a_move(ann, delta, "second"))
        assert "10" in refused.value.user_text
        assert await credits_.balance(HOUSE, ann) == await total(credits_, ann) == 10
        assert await credits_.move(a_move(ann, -10, "second")) is not None
        assert await credits_.balance(HOUSE, ann) == 0

    @pytest.mark.parametrize("delta", [0, MOST_CREDITS + 1, -MOST_CREDITS - 1, 10**30])
    async def test_amounts_that_make_no_sense_are_refused(self, credits_: Credits, ann: AccountId, delta: int) -> None:
        """Whoever typed them is told what would do."""
        with pytest.raises(BadInput):
            await credits_.move(a_move(ann, delta))
        assert await credits_.history(HOUSE, ann, 10) == ()

    async def test_the_most_can_be_had(self, credits_: Credits, ann: AccountId) -> None:
        """And not one more."""
        await credits_.move(a_move(ann, MOST_CREDITS))
        with pytest.raises(BadInput):
            await credits_.move(a_move(ann, 1, "grant 2"))
        assert await credits_.balance(HOUSE, ann) == MOST_CREDITS

    async def test_credits_follow_an_account_that_was_joined(
        self, credits_: Credits, accounts: Accounts, ann: AccountId, bob: AccountId
    ) -> None:
        """A purchase that is on its way at that moment is not lost."""
        await accounts.join(ann, bob)
        entry = await credits_.move(a_move(bob))
        assert entry is not None
        assert entry.key.account == ann
        assert await credits_.balance(HOUSE, ann) == 10


class TestGiving:
    """One person passes credits on."""

    @pytest.fixture
    async def giver(self, credits_: Credits, ann: AccountId) -> Actor:
        """Let Ann have ten."""
        await credits_.move(a_move(ann, 10))
        return Actor(ann, "Ann")

    async def test_a_gift_moves_credits(self, credits_: Credits, giver: Actor, bob: AccountId) -> None:
        """Both see who gave it."""
        assert await credits_.give(HOUSE, giver, bob, 4, "call 1")
        for account, delta, balance in ((giver.account, -4, 6), (bob, 4, 4)):
            newest = (await credits_.history(HOUSE, account, 1))[0]
            assert newest == CreditEntry(at=NOON, delta=delta, kind=CreditKind.GIFT, by=giver)
            assert await credits_.balance(HOUSE, account) == await total(credits_, account) == balance

    async def test_a_gift_is_no_admins_business(
        self, credits_: Credits, rulebook: Rulebook, giver: Actor, bob: AccountId
    ) -> None:
        """It is not in their record."""
        await credits_.give(HOUSE, giver, bob, 4, "call 1")
        assert [entry.key.subject for entry in await rulebook.entries(HOUSE, 10)] == ["grant"]

    async def test_a_gift_is_given_once(self, credits_: Credits, giver: Actor, bob: AccountId) -> None:
        """However often the call is delivered, and whoever it names then."""
        assert await credits_.give(HOUSE, giver, bob, 4, "call 1")
        assert not await credits_.give(HOUSE, giver, bob, 4, "call 1")
        assert not await credits_.give(HOUSE, giver, AccountId("aaa"), 4, "call 1")
        assert await credits_.history(HOUSE, AccountId("aaa"), 10) == ()
        assert await credits_.balance(HOUSE, giver.account) == 6

    async def test_what_one_has_not_cannot_be_given(self, credits_: Credits, giver: Actor, bob: AccountId) -> None:
        """All or none."""
        with pytest.raises(BadInput):
            await credits_.give(HOUSE, giver, bob, 11, "call 1")
        assert await credits_.balance(HOUSE, giver.account) == await total(credits_, giver.account) == 10
        assert await credits_.history(HOUSE, bob, 10) == ()
        assert await credits_.give(HOUSE, giver, bob, 10, "call 1")

    async def test_who_has_the_most_can_be_given_nothing(self, credits_: Credits, giver: Actor, bob: AccountId) -> None:
        """And the giver keeps it."""
        await credits_.move(a_move(bob, MOST_CREDITS, "bob's"))
        with pytest.raises(BadInput):
            await credits_.give(HOUSE, giver, bob, 1, "call 1")
        assert await credits_.balance(HOUSE, giver.account) == 10

    @pytest.mark.parametrize("amount", [0, -4, MOST_CREDITS + 1, 10**30])
    async def test_a_gift_is_at_least_one_credit(self, credits_: Credits, giver: Actor, bob: AccountId, amount: int) -> None:
        """Less than nothing would be a theft."""
        await credits_.move(a_move(bob, 10, "bob's"))
        with pytest.raises(BadInput):
            await credits_.give(HOUSE, giver, bob, amount, "call 1")
        assert await credits_.balance(HOUSE, bob) == 10

    async def test_nobody_gives_themselves_anything(
        self, credits_: Credits, accounts: Accounts, giver: Actor, bob: AccountId
    ) -> None:
        """Not under another name either."""
        for taker in (giver.account, bob):
            await accounts.join(giver.account, bob)
            with pytest.raises(BadInput):
                await credits_.give(HOUSE, giver, taker, 4, "call 1")
        assert await credits_.balance(HOUSE, giver.account) == 10

    async def test_a_gift_that_is_told_again_after_both_became_one_is_given_already(
        self, credits_: Credits, accounts: Accounts, giver: Actor, bob: AccountId
    ) -> None:
        """And again after they were parted."""
        assert await credits_.give(HOUSE, giver, bob, 4, "call 1")
        await accounts.join(bob, giver.account)
        assert not await credits_.give(HOUSE, giver, bob, 4, "call 1")
        parted = await accounts.part(ANN, REGISTERED, NOON.date())
        assert not await credits_.give(HOUSE, Actor(parted.id, "Ann"), bob, 4, "call 1")
        assert await credits_.balance(HOUSE, bob) == 10

    async def test_who_gave_and_who_got_can_become_one(
        self, credits_: Credits, accounts: Accounts, giver: Actor, bob: AccountId
    ) -> None:
        """Their credits are together what they were."""
        await credits_.give(HOUSE, giver, bob, 4, "call 1")
        await accounts.join(giver.account, bob)
        assert await credits_.balance(HOUSE, giver.account) == 10


class TestAtOnce:
    """Of many at the same moment."""

    async def test_two_can_give_each_other_at_once(self, credits_: Credits, ann: AccountId, bob: AccountId) -> None:
        """Neither waits for the other for ever, and nothing is lost."""
        for account in (ann, bob):
            await credits_.move(a_move(account, 10, f"grant {account}"))
        pairs = [(Actor(ann, "Ann"), bob), (Actor(bob, "Bob"), ann)] * 10
        gifts = (credits_.give(HOUSE, giver, taker, 1, f"call {number}") for number, (giver, taker) in enumerate(pairs))
        assert all(await asyncio.gather(*gifts))
        for account in (ann, bob):
            assert await credits_.balance(HOUSE, account) == await total(credits_, account) == 10

    @ON_DISK
    async def test_no_credit_is_taken_twice(
        self, credits_: Credits, ann: AccountId, records_url: str, clock: StoppedClock
    ) -> None:
        """Two processes take from the same balance."""
        second = patient_database(records_url)
        await second.open()
        await credits_.move(a_move(ann, 5))
        others = SqlCredits(second, clock, _OtherIds())
        takings = [replace(a_move(ann, -1), key=f"take {number}") for number in range(20)]
        acts = ((credits_, others)[number % 2].move(taking) for number, taking in enumerate(takings))
        answers = await asyncio.gather(*acts, return_exceptions=True)
        await second.close()
        assert sum(isinstance(answer, BadInput) for answer in answers) == 15
        assert await credits_.balance(HOUSE, ann) == await total(credits_, ann) == 0


class _OtherIds(CountingIds):
    """Gives ids that nobody else gives."""

    def new(self) -> str:
        return f"other {super().new()}"
