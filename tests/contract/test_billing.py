"""Asks Stripe's endpoint over every database: is what is paid for given, once, and in any order?

The shapes are those of Stripe's own types, which build every object that is sent.
"""

import asyncio
import itertools

import pytest

from bot.domain.billing import Purchase
from bot.domain.credits import MOST_CREDITS, CreditKind, CreditMove
from bot.domain.people import GUEST, HOUSE, PREMIUM, REGISTERED, AccountId, Identity
from bot.domain.rules import Actor, Membership
from bot.ports.accounts import Accounts
from bot.ports.billing import Billing
from bot.ports.credits import Credits
from bot.ports.rules import Rulebook
from storage.sql.accounts import SqlAccounts
from storage.sql.billing import SqlBilling
from storage.sql.database import Database
from tests.contract.conftest import ON_DISK
from tests.contract.examples import ANN, TODAY, WEB
from tests.contract.paying import GRACE, TillIds, membership, moment, reasons
from tests.contract.tables import patient_database
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.stripe_events import (
    BEGIN,
    DAY,
    PRICE,
    StripeWebhookSender,
    a_charge,
    a_checkout,
    a_sale,
    an_end,
    an_invoice,
)

pytestmark = ON_DISK

BOB = Identity(WEB, "", "bob")


class TestSubscriptions:
    """A tier that is paid for."""

    async def test_every_order_gives_the_same_membership(
        self, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """Each event comes twice; the end is on day 45."""
        for number, order in enumerate(itertools.permutations(range(4))):
            sub = f"sub_{number}"
            events = [
                a_checkout(ann, sub),
                an_invoice(BEGIN + 30 * DAY, subscription=sub),
                an_invoice(BEGIN + 60 * DAY, BEGIN + 30 * DAY, subscription=sub),
                an_end(BEGIN + 45 * DAY, subscription=sub),
            ]
            for one in (*order, *order):
                assert await till.send(events[one]) == 200
            assert await membership(rulebook, ann, sub) == Membership(PREMIUM, moment(BEGIN + 45 * DAY))

    async def test_two_processes_lose_nothing(
        self, records_url: str, clock: StoppedClock, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """One is told who pays, the other that it is paid, at the same moment."""
        second = patient_database(records_url)
        await second.open()
        async with StripeWebhookSender(SqlBilling(second, clock, CountingIds(), PREMIUM)) as other:
            for number in range(10):
                sub = f"sub_{number}"
                deliveries = [till.send(a_checkout(ann, sub)), other.send(an_invoice(BEGIN + 30 * DAY, subscription=sub))]
                assert await asyncio.gather(*deliveries) == [200, 200]
                assert await membership(rulebook, ann, sub) == Membership(PREMIUM, moment(BEGIN + 30 * DAY) + GRACE)
        await second.close()

    async def test_another_link_of_the_same_account_makes_nobody_a_member(
        self, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """A postcard a month for a dollar."""
        await till.send(a_checkout(ann, payment_link="plink_other"))
        await till.send(an_invoice(BEGIN + 30 * DAY))
        assert await membership(rulebook, ann) is None

    async def test_where_prices_are_named_only_those_count(
        self, database: Database, clock: StoppedClock, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """In the shape of today and the older one."""
        async with StripeWebhookSender(SqlBilling(database, clock, TillIds(), PREMIUM), accepts=[PRICE]) as till:
            await till.send(a_checkout(ann, payment_link=None))
            await till.send(an_invoice(BEGIN + 90 * DAY, price="price_other"))
            assert await membership(rulebook, ann) is None
            await till.send(an_invoice(BEGIN + 30 * DAY, price=PRICE))
            assert await membership(rulebook, ann) == Membership(PREMIUM, moment(BEGIN + 30 * DAY) + GRACE)
            await till.send(an_invoice(BEGIN + 60 * DAY, older_price=PRICE))
            assert await membership(rulebook, ann) == Membership(PREMIUM, moment(BEGIN + 60 * DAY) + GRACE)

    async def test_it_goes_with_whoever_pays_when_accounts_are_parted(
        self, till: StripeWebhookSender, accounts: Accounts, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """What is paid later is theirs too."""
        bob = (await accounts.get_or_create(BOB, GUEST)).id
        await till.send(a_checkout(bob))
        await accounts.join(ann, bob)
        parted = await accounts.part(BOB, GUEST, TODAY.day)
        await till.send(an_invoice(BEGIN + 30 * DAY))
        assert await membership(rulebook, ann) is None
        assert await membership(rulebook, parted.id) == Membership(PREMIUM, moment(BEGIN + 30 * DAY) + GRACE)

    async def test_an_unknown_payer_is_told_to_the_owners_once(self, till: StripeWebhookSender, rulebook: Rulebook) -> None:
        """And gets nothing that nobody could have."""
        for _ in range(2):
            assert await till.send(a_checkout(AccountId("nobody's"))) == 200
            assert await till.send(an_invoice(BEGIN + 30 * DAY)) == 200
        assert [why[:30] for why in await reasons(rulebook)] == ["The subscription sub_1 is paid"]
        assert await rulebook.rules(HOUSE, AccountId("nobody's")) == ()


class TestCredits:
    """What is sold once."""

    async def test_a_purchase_of_any_source_is_given_once(self, billing: Billing, credits_: Credits, ann: AccountId) -> None:
        """Two sources may use the same id for two sales."""
        for source in ("stripe", "stripe", "kiosk"):
            await billing.buy(Purchase(source=source, id="sale", payment=f"{source}'s", account=ann, credits=10))
        assert await credits_.balance(HOUSE, ann) == 20

    async def test_a_sale_counts_once_whatever_happens_to_the_accounts(
        self, till: StripeWebhookSender, accounts: Accounts, credits_: Credits, ann: AccountId
    ) -> None:
        """Told again after they were linked and parted."""
        bob = (await accounts.get_or_create(BOB, GUEST)).id
        await till.send(a_sale(bob, 10))
        await accounts.join(ann, bob)
        await till.send(a_sale(bob, 10))
        await accounts.part(BOB, GUEST, TODAY.day)
        assert await asyncio.gather(*(till.send(a_sale(bob, 10)) for _ in range(3))) == [200] * 3
        assert await credits_.balance(HOUSE, ann) == 10

    async def test_what_was_credited_by_an_older_version_is_not_credited_again(
        self, till: StripeWebhookSender, credits_: Credits, ann: AccountId
    ) -> None:
        """It knew no purchases, only entries; a refund takes it back all the same."""
        by, kind = Actor(AccountId(""), "Stripe"), CreditKind.PURCHASE
        await credits_.move(CreditMove(community=HOUSE, account=ann, delta=10, kind=kind, key="stripe:cs_1", by=by))
        await till.send(a_sale(ann, 10))
        assert await credits_.balance(HOUSE, ann) == 10
        await till.send(a_charge(refunded=500))
        assert await credits_.balance(HOUSE, ann) == 0

    async def test_what_is_paid_for_is_given_beyond_what_admins_may_give(
        self, till: StripeWebhookSender, credits_: Credits, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """Nobody loses what they have paid."""
        for number in (1, 2):
            assert await till.send(a_sale(ann, MOST_CREDITS, id=f"cs_{number}", payment_intent=f"pi_{number}")) == 200
        assert await credits_.balance(HOUSE, ann) == 2 * MOST_CREDITS
        assert await till.send(a_sale(ann, 5, id="cs_3")) == 200
        assert "5 credits of cs_3 are paid for and could not be given" in (await reasons(rulebook))[0]

    @pytest.mark.parametrize("payer", [None, "nobody's"])
    async def test_what_cannot_be_given_is_told_to_the_owners(
        self, till: StripeWebhookSender, rulebook: Rulebook, payer: str | None
    ) -> None:
        """Once, and a refund of it takes nothing."""
        for event in (a_sale(payer, 10), a_sale(payer, 10), a_charge(refunded=500)):
            assert await till.send(event) == 200
        [why] = await reasons(rulebook)
        assert "10 credits of cs_1 are paid for and could not be given" in why


async def test_what_could_not_be_written_down_comes_again(
    database: Database, till: StripeWebhookSender, rulebook: Rulebook
) -> None:
    """Stripe repeats what is answered with 503, and then it counts."""
    ann = (await SqlAccounts(database, StoppedClock(), CountingIds()).get_or_create(ANN, REGISTERED)).id
    events = a_checkout(ann), a_sale(ann, 10), a_charge(refunded=500)
    await database.close()
    assert [await till.send(event) for event in events] == [503] * 3
    await database.open()
    assert [await till.send(event) for event in events] == [200] * 3
    assert (await membership(rulebook, ann)) is not None
