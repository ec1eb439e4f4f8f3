"""Refused words, in memory."""

from datetime import datetime

from bot.domain.people import AccountId, CommunityId
from bot.domain.refusals import KEPT_FOR, RefusalId, RefusedWords
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryRefusals:
    """Keeps refusals in a dict."""

    def __init__(self) -> None:
        self.rows: dict[RefusalId, RefusedWords] = {}
        self.failures = ScriptedFailures()

    async def add(self, refusal: RefusedWords) -> None:
        """Keep it once."""
        self.failures.raise_next("add")
        self.rows.setdefault(refusal.id, refusal)
        oldest = refusal.refused_at - KEPT_FOR
        self.rows = {id_: row for id_, row in self.rows.items() if row.refused_at >= oldest}

    async def find(self, refusal: RefusalId) -> RefusedWords | None:
        """Return it."""
        return self.rows.get(refusal)

    async def of(self, account: AccountId, community: CommunityId, *, since: datetime, most: int) -> tuple[RefusedWords, ...]:
        """Look through all of them."""
        found = [
            row for row in self.rows.values() if (row.account, row.community) == (account, community) and row.refused_at >= since
        ]
        return tuple(sorted(found, key=lambda row: (row.refused_at, row.id))[-most:])
