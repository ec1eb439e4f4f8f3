"""Records of subscriptions, purchases and refunds that a billing service reports."""

from typing import Protocol

from bot.domain.billing import FailedRefund, InvoicePayment, Purchase, Reversal, SubscriptionUpdate


class Billing(Protocol):
    """Keeps what was paid for and gives it. The same again changes nothing, and neither does the order.

    What cannot be given or taken back is logged for the owners of the house.
    May raise `StorageFailed`: the news should then be delivered again.
    """

    async def record_subscription(self, news: SubscriptionUpdate) -> None:
        """Store an update of a subscription, and set the membership of its payer in the whole house."""
        ...

    async def buy(self, purchase: Purchase) -> None:
        """Add credits that were paid for, less what has gone back of the payment already."""
        ...

    async def reverse(self, reversal: Reversal) -> None:
        """Take back what was given for money that went back, as far as it is there, or give it again.

        An invoice whose payments went back whole pays for no membership; a part of one is a discount and ends none.
        """
        ...

    async def record_payment(self, payment: InvoicePayment) -> None:
        """Store what paid an invoice, so that it is known what a reversal of that payment takes back."""
        ...

    async def record_failed_refund(self, refund: FailedRefund) -> None:
        """Give again what was taken back for a refund that failed, unless a later reversal has left it out already."""
        ...
