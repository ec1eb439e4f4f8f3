"""Tickets: what a service gives for a paid call that goes on at the service after the connection ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.money import Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """All that any worker needs to collect the result of a call that another one may have made.

    `id` is the service's own, or one that was chosen for it beforehand.
    The service may have forgotten the call from `expires_at` on. `details`
    is for the provider alone, such as the address to ask at; it holds no key.
    `cost` is set when the answer to the call says what it costs.
    """

    id: str
    expires_at: datetime
    details: Mapping[str, str] = field(default_factory=dict)
    cost: Cost | None = None
