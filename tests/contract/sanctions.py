"""Sanctions to fill tables with."""

from typing import Any

from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction, SanctionId, SanctionKind
from tests.fakes.clock import NOON

MOD = Actor(AccountId("mod"), "Mo")


def a_sanction(name: str, account: AccountId, **changes: Any) -> Sanction:
    """Return a ban for good of an account."""
    fields: dict[str, Any] = {
        "id": SanctionId(name),
        "key": f"key of {name}",
        "account": account,
        "community": HOUSE,
        "kind": SanctionKind.BAN,
        "imposed_at": NOON,
        "by": MOD,
        "reason": "floods",
    }
    return Sanction(**fields | changes)
