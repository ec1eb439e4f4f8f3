"""Credits, in memory."""

from bot.domain.credits import MOST_CREDITS, CreditEntry, CreditKind, CreditMove
from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor, AuditEntry, AuditEntryId, RuleKey, RuleKind
from bot.errors import BadInput
from bot.ports.clock import Clock, Ids
from tests.fakes.bookkeeping import Bookkeeping
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryCredits:
    """Moves credits in the books of a house."""

    def __init__(self, books: Bookkeeping, clock: Clock, ids: Ids) -> None:
        self._books = books
        self._clock = clock
        self._ids = ids
        self.failures = ScriptedFailures()

    async def balance(self, community: CommunityId, account: AccountId) -> int:
        """Look it up."""
        self.failures.raise_next("balance")
        return self._books.balances.get((community, account), 0)

    async def move(self, move: CreditMove) -> AuditEntry | None:
        """Change the balance, and enter it twice."""
        self.failures.raise_next("move")
        _check(move.delta, least=-MOST_CREDITS)
        whose = (move.community, self._books.now_of(move.account))
        if self._books.has_moved(move.key):
            return None
        new = self._moved(whose, move.delta, kind=move.kind, key=move.key, by=move.by, why=move.why)
        entry = AuditEntry(
            id=AuditEntryId(self._ids.new()),
            community=move.community,
            at=self._clock.now(),
            by=move.by,
            key=RuleKey(RuleKind.CREDITS, move.kind, whose[1]),
            before=str(new - move.delta),
            after=str(new),
            why=move.why,
        )
        self._books.record.append(entry)
        return entry

    async def give(self, community: CommunityId, giver: Actor, taker: AccountId, amount: int, key: str) -> bool:
        """Change both balances."""
        self.failures.raise_next("give")
        _check(amount, least=1)
        source, target = self._books.now_of(giver.account), self._books.now_of(taker)
        if self._books.has_moved(f"give:{key}"):
            return False
        if source == target:
            raise BadInput("Those credits are yours already; nothing was given.")
        with self._books.transaction():
            self._moved((community, source), -amount, kind=CreditKind.GIFT, key=f"give:{key}", by=giver)
            self._moved((community, target), amount, kind=CreditKind.GIFT, key=f"get:{key}", by=giver)
        return True

    async def history(self, community: CommunityId, account: AccountId, most: int) -> tuple[CreditEntry, ...]:
        """Look back."""
        self.failures.raise_next("history")
        lines = [line.entry for line in self._books.lines if (line.community, line.account) == (community, account)]
        return tuple(lines[::-1][:most])

    def _moved(
        self, whose: tuple[CommunityId, AccountId], delta: int, *, kind: CreditKind, key: str, by: Actor, why: str = ""
    ) -> int:
        new = self._books.move(whose, delta, kind=kind, key=key, now=self._clock.now(), by=by, why=why)
        if new is None:
            there = self._books.balances.get(whose, 0)
            raise BadInput(f"There are {there} credits, which is too few or too many for that; nothing was changed.")
        return new


def _check(amount: int, *, least: int) -> None:
    if amount == 0 or not least <= amount <= MOST_CREDITS:
        raise BadInput(f"Please give a whole number of credits from 1 to {MOST_CREDITS}; nothing was changed.")
