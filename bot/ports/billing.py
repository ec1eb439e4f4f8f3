"""What people pay for, told by whoever bills them."""

from typing import Protocol

from bot.domain.billing import Purchase, Reversal, SubscriptionNews


class Billing(Protocol):
    """Keeps what was paid for and gives it. The same again changes nothing, and neither does the order.

    What cannot be given or taken back is put on the house's record, for the
    owners. May raise `StorageFailed`: the news should then come again.
    """

    async def note(self, news: SubscriptionNews) -> None:
        """Take in news of a subscription, and set the membership of whoever pays for it in the whole house."""
        ...

    async def buy(self, purchase: Purchase) -> None:
        """Give credits that were paid for, less what has gone back of the payment already."""
        ...

    async def reverse(self, reversal: Reversal) -> None:
        """Take back what was given for money that went back, as far as it is there, or give it again."""
        ...
