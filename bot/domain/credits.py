"""Pictures beyond the daily limit: given, bought or passed on, and spent only when the day's limit is used up."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor

MOST_CREDITS = 1_000_000
"""What one entry may move, and one account may have."""


class CreditKind(StrEnum):
    """Why credits came or went."""

    GRANT = "grant"
    TAKE = "take"
    PURCHASE = "purchase"
    GIFT = "gift"
    SPEND = "spend"
    REFUND = "refund"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMove:
    """Credits to add to an account, or to take from it if `delta` is negative. The same `key` again is the same move."""

    community: CommunityId
    account: AccountId
    delta: int
    kind: CreditKind
    key: str
    by: Actor
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditEntry:
    """One line of an account's credits, never changed; all of them add up to the balance."""

    at: datetime
    delta: int
    kind: CreditKind
    by: Actor | None
    why: str = ""
