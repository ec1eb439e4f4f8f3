"""Requests of people about what is kept of them: to have it, or to have it removed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.people import AccountId, Identity

PrivacyRequestId = NewType("PrivacyRequestId", str)


class PrivacyKind(StrEnum):
    """What is asked for."""

    EXPORT = "export"
    FORGET = "forget"


class PrivacyState(StrEnum):
    """How far a request is. An export that is `DONE` can be fetched until it expires."""

    OPEN = "open"
    DONE = "done"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRequest:
    """One request. `identity` is who asked and is told, and is empty once that is over.

    It is about what was there at `requested_at`. `counts` says what was found
    or removed, by kind; `parts` and `size_bytes` how large a finished export is.
    """

    id: PrivacyRequestId
    kind: PrivacyKind
    account: AccountId
    identity: Identity | None
    requested_at: datetime
    state: PrivacyState = PrivacyState.OPEN
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    notified_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    parts: int = 0
    size_bytes: int = 0

    def counting(self, **more: int) -> dict[str, int]:
        """Return the counts with more added to them."""
        return {**self.counts, **{kind: self.counts.get(kind, 0) + number for kind, number in more.items()}}
