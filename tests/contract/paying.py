"""What tests of payments ask: whether somebody is a member, and what owners read."""

from datetime import UTC, datetime, timedelta

from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import Membership
from bot.ports.rules import Rulebook
from tests.fakes.ids import CountingIds
from tests.fakes.stripe_events import Json, StripeWebhookSender

GRACE = timedelta(days=3)


class TillIds(CountingIds):
    """Ids that are not those of accounts."""

    def new(self) -> str:
        """Return one."""
        return f"till {super().new()}"


def moment(seconds: int) -> datetime:
    """Read Stripe's seconds."""
    return datetime.fromtimestamp(seconds, UTC)


async def membership(rulebook: Rulebook, account: AccountId, id_: str = "sub_1") -> Membership | None:
    """Return somebody's membership by a subscription."""
    found = await rulebook.rules(HOUSE, account)
    values = [rule.value for rule in found if rule.key.account == account and rule.key.subject == f"stripe:{id_}"]
    return Membership.parse(values[0]) if values else None


async def reasons(rulebook: Rulebook) -> list[str]:
    """Return what owners read."""
    return [entry.why for entry in await rulebook.entries(HOUSE, 50) if entry.why]


async def send_all(till: StripeWebhookSender, *events: Json) -> None:
    """Send them, each twice."""
    for event in (*events, *events):
        assert await till.send(event) == 200
