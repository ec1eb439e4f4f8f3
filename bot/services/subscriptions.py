"""Memberships that somebody else bills: what we are told of them in any order, any number of times, and the tier they give."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.people import HOUSE, AccountId, CommunityId, Tier
from bot.domain.rules import NOBODY, Actor, Change, Matter, Membership, RuleKey
from bot.ports.rules import Rulebook

log = structlog.get_logger(__name__)

_FIRST_DAYS = timedelta(days=3)
"""How long one is a member before the first payment is heard of, and after the last paid day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionNews:
    """What one message says of a subscription: whose it is, until when it is paid, that it has ended.

    What it does not say is None. `source` names who bills, `at` is when it happened there.
    """

    source: str
    id: str
    at: datetime
    account: AccountId | None = None
    paid_until: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _State:
    """All that is known of a subscription. Two of them make one whatever their order: later dates win, an end stays."""

    account: str = ""
    begun_at: str = ""
    paid_until: str = ""
    ended_at: str = ""

    def with_(self, news: SubscriptionNews) -> "_State":
        return _State(
            news.account or self.account,
            min(filter(None, (self.begun_at, news.at.isoformat()))),
            max(self.paid_until, _text(news.paid_until)),
            min(filter(None, (self.ended_at, _text(news.ended_at))), default=""),
        )

    @property
    def until(self) -> datetime:
        """When the membership ends, as far as is known."""
        last = datetime.fromisoformat(self.paid_until or self.begun_at) + _FIRST_DAYS
        return min(last, datetime.fromisoformat(self.ended_at)) if self.ended_at else last


class Subscriptions:
    """Keeps what is known of each subscription, and the membership of whoever pays for it in the whole house."""

    def __init__(self, rulebook: Rulebook, tier: Tier) -> None:
        self._rulebook = rulebook
        self._tier = tier
        self._turn = asyncio.Lock()

    async def note(self, news: SubscriptionNews) -> None:
        """Take news in. The same again changes nothing, and neither does the order.

        Raises:
            StorageFailed: It could not be written down; whoever brings the news should bring them again.
        """
        async with self._turn:
            await self._note(news)

    async def _note(self, news: SubscriptionNews) -> None:
        by, shelf = Actor(NOBODY, news.source.capitalize()), CommunityId(f"{news.source} subscriptions")
        key = RuleKey(Matter.MEMBERSHIP, news.id)
        known = (await self._rulebook.everywhere(key.matter, key.subject)).get(shelf)
        state = (_State(*json.loads(known)) if known else _State()).with_(news)
        value = json.dumps([state.account, state.begun_at, state.paid_until, state.ended_at])
        await self._rulebook.change(Change(community=shelf, key=key, value=value, by=by))
        if state.account:
            member = RuleKey(Matter.MEMBERSHIP, f"{news.source}:{news.id}", AccountId(state.account))
            value = str(Membership(self._tier, state.until))
            await self._rulebook.change(Change(community=HOUSE, key=member, value=value, by=by))
            log.info("membership.noted", source=news.source, account=state.account, has_ended=bool(state.ended_at))


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
