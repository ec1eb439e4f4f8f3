"""Asks whether memberships are the same whatever order their news come in, and however often."""

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import HOUSE, PREMIUM, AccountId
from bot.domain.rules import Matter, Membership, RuleKey
from bot.errors import StorageFailed
from bot.services.subscriptions import SubscriptionNews, Subscriptions
from tests.fakes.books import Books
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.rules import MemoryRulebook
from tests.unit.commands.office import BOB, Office

ANNS = AccountId("ann-s_account")
DAY, GRACE = timedelta(days=1), timedelta(days=3)


def news(at: datetime = NOON, **said: object) -> SubscriptionNews:
    """Give news of one subscription."""
    return SubscriptionNews(source="till", id="sub_1", at=at, **said)  # type: ignore[arg-type]  # what a test says


BEGUN = news(account=ANNS)
PAID = news(paid_until=NOON + 30 * DAY)
PAID_AGAIN = news(NOON + 30 * DAY, paid_until=NOON + 60 * DAY)
ENDED = news(NOON + 45 * DAY, ended_at=NOON + 45 * DAY)


class Till:
    """Subscriptions, and the rules that they make."""

    def __init__(self) -> None:
        self.books = Books()
        self.rulebook = MemoryRulebook(self.books, StoppedClock(), CountingIds())
        self.subscriptions = Subscriptions(self.rulebook, PREMIUM)

    async def hear(self, many: Iterable[SubscriptionNews]) -> Membership | None:
        """Take news in, and give Ann's membership."""
        for one in many:
            await self.subscriptions.note(one)
        return self.membership()

    def membership(self, account: AccountId = ANNS, id_: str = "sub_1") -> Membership | None:
        """Give somebody's membership."""
        value = self.rulebook.by_key.get((HOUSE, RuleKey(Matter.MEMBERSHIP, f"till:{id_}", account)))
        return None if value is None else Membership.read(value)


@pytest.mark.parametrize(
    ("heard", "until"),
    [
        ((BEGUN,), NOON + GRACE),
        ((BEGUN, PAID), NOON + 30 * DAY + GRACE),
        ((BEGUN, PAID, PAID_AGAIN), NOON + 60 * DAY + GRACE),
        ((BEGUN, PAID, PAID_AGAIN, ENDED), NOON + 45 * DAY),
        ((BEGUN, ENDED), NOON + GRACE),
    ],
)
async def test_a_membership_lasts_as_long_as_is_paid_for(heard: tuple[SubscriptionNews, ...], until: datetime) -> None:
    """And three days more, in which a payment may come; an end is an end."""
    for order in itertools.permutations(heard):
        assert await Till().hear(order) == Membership(PREMIUM, until)


async def test_nobody_is_a_member_before_it_is_known_who_pays() -> None:
    """What was heard before is not lost."""
    till = Till()
    assert await till.hear([PAID, PAID_AGAIN]) is None
    assert await till.hear([BEGUN]) == Membership(PREMIUM, NOON + 60 * DAY + GRACE)


async def test_the_same_again_is_not_even_put_on_record() -> None:
    """The record is for changes."""
    till = Till()
    await till.hear([BEGUN, PAID])
    known = len(till.books.record)
    await till.hear([PAID, BEGUN, PAID])
    assert len(till.books.record) == known


MOMENTS = st.integers(0, 400).map(lambda days: NOON + days * DAY)
NEWS = st.one_of(
    st.builds(news, MOMENTS, account=st.just(ANNS)),
    st.builds(news, MOMENTS, paid_until=MOMENTS),
    st.builds(news, MOMENTS, ended_at=MOMENTS),
)


@given(heard=st.lists(NEWS, min_size=1, max_size=8), data=st.data())
async def test_any_order_gives_the_same(heard: list[SubscriptionNews], data: st.DataObject) -> None:
    """With anything heard twice."""
    jumbled = data.draw(st.permutations([*heard, *data.draw(st.lists(st.sampled_from(heard), max_size=4))]))
    assert await Till().hear(jumbled) == await Till().hear(heard)


async def test_subscriptions_do_not_know_each_other() -> None:
    """One person may have two, and two people one each."""
    till = Till()
    other = AccountId("other")
    await till.hear([BEGUN, PAID])
    await till.subscriptions.note(SubscriptionNews(source="till", id="sub_2", at=NOON, account=other))
    await till.subscriptions.note(SubscriptionNews(source="till", id="sub_2", at=NOON, ended_at=NOON + DAY))
    assert till.membership() == Membership(PREMIUM, NOON + 30 * DAY + GRACE)
    assert till.membership(other, "sub_2") == Membership(PREMIUM, NOON + DAY)


async def test_what_could_not_be_written_down_can_come_again() -> None:
    """Whichever of the two rules it was."""
    for fails_first in (0, 1):
        till = Till()
        await till.hear([BEGUN] if fails_first else [])
        till.rulebook.trouble.comes("change", StorageFailed("rules", "locked"))
        with pytest.raises(StorageFailed):
            await till.subscriptions.note(PAID if fails_first else BEGUN)
        assert await till.hear([BEGUN, PAID]) == Membership(PREMIUM, NOON + 30 * DAY + GRACE)


async def test_a_member_has_the_tier_everywhere_and_until_the_end() -> None:
    """In each community of the house, and on the next wish after the end no more."""
    office = Office(parts_tenants=True)
    guest = await office.account(BOB)
    till = Subscriptions(office.bench.rulebook, PREMIUM)
    begun = office.bench.clock.now()
    await till.note(SubscriptionNews(source="till", id="sub_1", at=begun, account=guest.id, paid_until=begun + DAY))
    assert await office.tier(BOB) == PREMIUM
    office.bench.clock.move(DAY + GRACE)
    assert await office.tier(BOB) == guest.tier != PREMIUM
