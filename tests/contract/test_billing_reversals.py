"""Asks Stripe's endpoint over every database: what becomes of what was given when its money goes back, or comes again?

The shapes are those of Stripe's own types, which build every object that is sent.
"""

import asyncio
import itertools
from typing import Any

import pytest
from sqlalchemy import insert

from bot.domain.credits import CreditKind, CreditMove
from bot.domain.people import HOUSE, PREMIUM, AccountId
from bot.domain.rules import Actor, Change, Membership, RuleKey, RuleKind
from bot.ports.credits import Credits
from bot.ports.rules import Rulebook
from storage.schema.billing import subscriptions
from storage.sql.billing import SqlBilling
from storage.sql.database import Database
from tests.contract.conftest import ON_DISK
from tests.contract.paying import GRACE, membership, moment, reasons, send_all
from tests.contract.tables import patient_database
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.stripe_events import (
    BEGIN,
    DAY,
    Json,
    StripeWebhookSender,
    a_charge,
    a_checkout,
    a_dispute,
    a_failed_refund,
    a_payment,
    a_sale,
    an_invoice,
)

pytestmark = ON_DISK


class TestMoneyThatWentBack:
    """Refunds and disputes."""

    async def test_every_order_comes_to_the_same(self, till: StripeWebhookSender, credits_: Credits, ann: AccountId) -> None:
        """Sold, half refunded, then all of it; each twice."""
        for number, order in enumerate(itertools.permutations(range(3))):
            own = {"id": f"ch_{number}", "payment_intent": f"pi_{number}"}
            events = [
                a_sale(ann, 11, id=f"cs_{number}", payment_intent=f"pi_{number}"),
                a_charge(refunded=250, at=BEGIN + 1, **own),
                a_charge(refunded=500, at=BEGIN + 2, **own),
            ]
            for one in (*order, *order):
                assert await till.send(events[one]) == 200
            assert await credits_.balance(HOUSE, ann) == 0

    async def test_a_part_takes_a_part(self, till: StripeWebhookSender, credits_: Credits, ann: AccountId) -> None:
        """Rounded in favour of whoever paid."""
        for event in (a_sale(ann, 11), a_charge(refunded=250), a_charge(refunded=250)):
            await till.send(event)
        assert await credits_.balance(HOUSE, ann) == 6

    async def test_what_is_spent_is_noted_and_no_balance_is_below_nothing(
        self, till: StripeWebhookSender, credits_: Credits, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """Once, however often it is told."""
        await till.send(a_sale(ann, 10))
        by = Actor(ann, "Ann")
        await credits_.move(CreditMove(community=HOUSE, account=ann, delta=-7, kind=CreditKind.TAKE, key="spent", by=by))
        for _ in range(2):
            await till.send(a_charge(refunded=500))
        assert await credits_.balance(HOUSE, ann) == 0
        assert [why for why in await reasons(rulebook) if "7 of its 10 credits were spent before" in why] != []
        entries = await credits_.history(HOUSE, ann, 10)
        assert [entry.delta for entry in entries] == [-3, -7, 10]

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    @pytest.mark.parametrize(("end", "left"), [("won", 10), ("lost", 0), ("prevented", 10)])
    async def test_a_dispute_takes_and_a_won_one_gives_again(
        self, till: StripeWebhookSender, credits_: Credits, ann: AccountId, order: tuple[int, ...], end: str, left: int
    ) -> None:
        """In any order, each event twice."""
        events = [
            a_sale(ann, 10),
            a_dispute("needs_response", at=BEGIN + 1),
            a_dispute(end, "charge.dispute.closed", at=BEGIN + 2),
        ]
        for one in (*order, *order):
            assert await till.send(events[one]) == 200
        assert await credits_.balance(HOUSE, ann) == left

    async def test_a_question_of_a_bank_takes_nothing(self, till: StripeWebhookSender, credits_: Credits, ann: AccountId) -> None:
        """Until it is a dispute."""
        await till.send(a_sale(ann, 10))
        await till.send(a_dispute("warning_needs_response"))
        assert await credits_.balance(HOUSE, ann) == 10
        await till.send(a_dispute("needs_response", "charge.dispute.updated", at=BEGIN + 9))
        assert await credits_.balance(HOUSE, ann) == 0

    async def test_sale_and_refund_at_once_in_two_processes_leave_nothing(
        self, records_url: str, clock: StoppedClock, till: StripeWebhookSender, credits_: Credits, ann: AccountId
    ) -> None:
        """Whoever comes second sees the first."""
        second = patient_database(records_url)
        await second.open()
        async with StripeWebhookSender(SqlBilling(second, clock, CountingIds(), PREMIUM)) as other:
            for number in range(10):
                payment = f"pi_{number}"
                sale = a_sale(ann, 10, id=f"cs_{number}", payment_intent=payment)
                refund = a_charge(refunded=500, id=f"ch_{number}", payment_intent=payment)
                await asyncio.gather(till.send(sale), other.send(refund))
        await second.close()
        assert await credits_.balance(HOUSE, ann) == 0

    async def test_other_payments_are_nobodys_business(self, till: StripeWebhookSender, rulebook: Rulebook) -> None:
        """The same account sells postcards."""
        for event in (a_charge(refunded=500), a_charge(refunded=5, payment_intent=None), a_dispute("lost")):
            assert await till.send(event) == 200
        assert await rulebook.entries(HOUSE, 10) == ()


def a_paid_month(number: int, *, older: bool = False) -> list[Json]:
    """Return the events of the n-th month of `sub_1`, paid by `pi_n` for `in_n`: as they come since 2025, or as before."""
    begin = BEGIN + (number - 1) * 30 * DAY
    own: Json = {"id": f"in_{number}"} | ({"payment_intent": f"pi_{number}"} if older else {})
    invoice = an_invoice(begin + 30 * DAY, begin, **own)
    return [invoice] if older else [invoice, a_payment(f"in_{number}", f"pi_{number}", at=begin)]


def a_refund(number: int, refunded: int = 500, **changes: Any) -> Json:
    """Return the refund of that month."""
    return a_charge(refunded=refunded, id=f"ch_{number}", payment_intent=f"pi_{number}", **changes)


class TestMembershipsWhoseMoneyWentBack:
    """What a payment paid for ends with it, and comes back with it."""

    @pytest.mark.parametrize("is_dispute", [False, True])
    async def test_the_first_months_money_ends_it_in_every_order(
        self, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId, is_dispute: bool
    ) -> None:
        """As if nothing had been paid, and without the days that late payers have."""
        for number, order in enumerate(itertools.permutations(range(4))):
            own: Json = {"id": f"back_{number}", "payment_intent": f"pi_{number}"}
            events = [
                a_checkout(ann, f"sub_{number}"),
                an_invoice(BEGIN + 30 * DAY, subscription=f"sub_{number}", id=f"in_{number}"),
                a_payment(f"in_{number}", f"pi_{number}"),
                a_dispute("needs_response", **own) if is_dispute else a_charge(refunded=500, **own),
            ]
            await send_all(till, *(events[one] for one in order))
            assert await membership(rulebook, ann, f"sub_{number}") == Membership(PREMIUM, moment(BEGIN))

    @pytest.mark.parametrize("older", [False, True])
    async def test_each_payment_ends_the_month_that_it_paid_for(
        self, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId, older: bool
    ) -> None:
        """Others stand; and who pays again is a member again."""
        first, second, third = (a_paid_month(number, older=older) for number in (1, 2, 3))
        await send_all(till, a_checkout(ann), *first, *second, a_refund(2, at=BEGIN + 31 * DAY))
        assert await membership(rulebook, ann) == Membership(PREMIUM, moment(BEGIN + 30 * DAY))
        await send_all(till, *third)
        assert await membership(rulebook, ann) == Membership(PREMIUM, moment(BEGIN + 90 * DAY) + GRACE)
        await send_all(till, a_refund(1, at=BEGIN + 70 * DAY))
        assert await membership(rulebook, ann) == Membership(PREMIUM, moment(BEGIN + 90 * DAY) + GRACE)

    async def test_a_part_of_the_money_ends_nothing_until_it_is_all(
        self, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """It is a discount."""
        await send_all(till, a_checkout(ann), *a_paid_month(1), a_refund(1, 499))
        assert await membership(rulebook, ann) == Membership(PREMIUM, moment(BEGIN + 30 * DAY) + GRACE)
        await send_all(till, a_refund(1, 500, at=BEGIN + 1))
        assert await membership(rulebook, ann) == Membership(PREMIUM, moment(BEGIN))

    async def test_of_an_invoice_with_two_payments_both_have_to_go(
        self, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """One of them is a part."""
        await send_all(till, a_checkout(ann), *a_paid_month(1), a_payment("in_1", "pi_other"), a_refund(1))
        assert await membership(rulebook, ann) == Membership(PREMIUM, moment(BEGIN + 30 * DAY) + GRACE)
        await send_all(till, a_charge(refunded=500, id="ch_other", payment_intent="pi_other"))
        assert await membership(rulebook, ann) == Membership(PREMIUM, moment(BEGIN))

    async def test_a_won_dispute_brings_it_back_and_owners_read_why(
        self, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """Both are on record, once."""
        await send_all(till, a_checkout(ann), *a_paid_month(1), a_dispute("needs_response"))
        await send_all(till, a_dispute("won", "charge.dispute.closed", at=BEGIN + DAY))
        assert await membership(rulebook, ann) == Membership(PREMIUM, moment(BEGIN + 30 * DAY) + GRACE)
        assert await reasons(rulebook) == ["A payment for sub_1 was refunded or is disputed."]

    async def test_what_admins_set_since_is_not_undone_by_a_repeat(
        self, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """What is told again changes nothing, whatever was set since."""
        await send_all(till, a_checkout(ann), *a_paid_month(1), a_refund(1))
        key, by = RuleKey(RuleKind.MEMBERSHIP, "stripe:sub_1", ann), Actor(ann, "Ann")
        await rulebook.change(Change(community=HOUSE, key=key, value=None, by=by))
        await send_all(till, a_checkout(ann), *a_paid_month(1), a_refund(1))
        assert await membership(rulebook, ann) is None

    async def test_what_went_back_of_an_unsold_subscription_makes_nobody_a_member(
        self, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """A postcard a month."""
        await send_all(till, a_checkout(ann, payment_link="plink_other"), *a_paid_month(1), a_refund(1))
        assert await membership(rulebook, ann) is None

    async def test_what_an_older_version_heard_of_stays_paid(
        self, database: Database, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """It kept no invoices, so nobody can tell what a refund is of."""
        known = {"source": "stripe", "id": "sub_1", "account": ann, "begun_at": moment(BEGIN), "is_accepted": True}
        async with database.write_transaction() as connection:
            await connection.execute(insert(subscriptions), {**known, "paid_until": moment(BEGIN + 30 * DAY), "ended_at": None})
        await send_all(till, *a_paid_month(2), a_refund(2))
        assert await membership(rulebook, ann) == Membership(PREMIUM, moment(BEGIN + 30 * DAY))

    async def test_two_processes_come_to_the_same(
        self, records_url: str, clock: StoppedClock, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId
    ) -> None:
        """Every event goes to both of them at once."""
        second = patient_database(records_url)
        await second.open()
        async with StripeWebhookSender(SqlBilling(second, clock, CountingIds(), PREMIUM)) as other:
            for number in range(6):
                sub, payment = f"sub_{number}", f"pi_{number}"
                refund = a_charge(refunded=500, id=f"ch_{number}", payment_intent=payment)
                invoice = an_invoice(BEGIN + 30 * DAY, subscription=sub, id=f"in_{number}", payment_intent=payment)
                failed = a_failed_refund(500, at=BEGIN + 2, id=f"re_{number}", charge=f"ch_{number}", payment_intent=payment)
                events = [a_checkout(ann, sub), invoice, refund, *([failed] if number % 2 else [])]
                deliveries = [one.send(event) for event in events for one in (till, other)]
                assert await asyncio.gather(*deliveries) == [200] * len(deliveries)
                until = moment(BEGIN + 30 * DAY) + GRACE if number % 2 else moment(BEGIN)
                assert await membership(rulebook, ann, sub) == Membership(PREMIUM, until)
        await second.close()


class TestRefundsThatFailed:
    """Whoever had paid did not get the money."""

    async def test_credits_are_given_again_once_in_every_order(
        self, till: StripeWebhookSender, credits_: Credits, ann: AccountId
    ) -> None:
        """However many kinds of events tell of it."""
        for number, order in enumerate(itertools.permutations(range(4)), 1):
            paid: Json = {"payment_intent": f"pi_{number}"}
            failed: Json = {"id": f"re_{number}", "charge": f"ch_{number}", **paid}
            events = [
                a_sale(ann, 10, id=f"cs_{number}", **paid),
                a_charge(refunded=500, at=BEGIN + 1, id=f"ch_{number}", **paid),
                a_failed_refund(500, at=BEGIN + 2, **failed),
                a_failed_refund(500, "charge.refund.updated", at=BEGIN + 3, **failed),
            ]
            await send_all(till, *(events[one] for one in order))
            assert await credits_.balance(HOUSE, ann) == 10 * number

    async def test_of_two_refunds_the_other_stays_taken(
        self, till: StripeWebhookSender, credits_: Credits, ann: AccountId
    ) -> None:
        """A later one counts by what Stripe says is refunded then, which leaves out what had failed."""
        await send_all(till, a_sale(ann, 10), a_charge(refunded=250, at=BEGIN + 1), a_charge(refunded=500, at=BEGIN + 2))
        await send_all(till, a_failed_refund(250, at=BEGIN + 3))
        assert await credits_.balance(HOUSE, ann) == 5
        await send_all(till, a_charge(refunded=500, at=BEGIN + 4), a_failed_refund(250, "refund.updated", at=BEGIN + 5))
        assert await credits_.balance(HOUSE, ann) == 0

    async def test_a_membership_comes_back(self, till: StripeWebhookSender, rulebook: Rulebook, ann: AccountId) -> None:
        """It is paid after all."""
        await send_all(till, a_checkout(ann), *a_paid_month(1), a_refund(1), a_failed_refund(500, at=BEGIN + DAY))
        assert await membership(rulebook, ann) == Membership(PREMIUM, moment(BEGIN + 30 * DAY) + GRACE)

    @pytest.mark.parametrize("status", ["pending", "requires_action", "succeeded"])
    async def test_one_that_is_under_way_takes_all_the_same(
        self, till: StripeWebhookSender, credits_: Credits, ann: AccountId, status: str
    ) -> None:
        """Only a failure, or one that was cancelled, gives again."""
        await send_all(till, a_sale(ann, 10), a_charge(refunded=500), a_failed_refund(500, "refund.updated", status=status))
        assert await credits_.balance(HOUSE, ann) == 0
        await send_all(till, a_failed_refund(500, "refund.updated", at=BEGIN + 9, status="canceled"))
        assert await credits_.balance(HOUSE, ann) == 10
