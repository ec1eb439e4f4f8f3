"""Asks of every implementation of `Rulebook`: can credits and forgiven pictures be taken back, and given again?"""

import pytest

from bot.domain.credits import CreditKind, CreditMove
from bot.domain.people import HOUSE, REGISTERED, AccountId, Identity
from bot.domain.rules import Actor, AuditEntry
from bot.errors import BadInput
from bot.ports.accounts import Accounts, Ledger
from bot.ports.credits import Credits
from bot.ports.jobs import Jobs
from bot.ports.rules import Rulebook
from tests.contract.examples import LEASE, TODAY, WEB, a_hold, a_job, some_pictures

BOSS = Actor(AccountId("boss"), "Boss")
DEPUTY = Actor(AccountId("deputy"), "Deputy")


class TestUndoingCredits:
    """Credits are moved the other way."""

    @pytest.fixture
    async def grant(self, credits_: Credits, ann: AccountId) -> AuditEntry:
        """Grant Ann ten."""
        kind = CreditKind.GRANT
        entry = await credits_.move(CreditMove(community=HOUSE, account=ann, delta=10, kind=kind, key="call", by=BOSS))
        assert entry is not None
        return entry

    async def test_a_grant_is_taken_back(self, rulebook: Rulebook, credits_: Credits, grant: AuditEntry, ann: AccountId) -> None:
        """By an entry of its own, and what came besides stays."""
        kind = CreditKind.PURCHASE
        await credits_.move(CreditMove(community=HOUSE, account=ann, delta=3, kind=kind, key="evt", by=BOSS))
        undoing = await rulebook.undo(grant.id, DEPUTY)
        assert (undoing.key.subject, undoing.before, undoing.after, undoing.undoes) == ("take", "13", "3", grant.id)
        assert await credits_.balance(HOUSE, ann) == 3
        assert [entry.delta for entry in await credits_.history(HOUSE, ann, 10)] == [-10, 3, 10]

    async def test_taking_it_back_can_be_undone(
        self, rulebook: Rulebook, credits_: Credits, grant: AuditEntry, ann: AccountId
    ) -> None:
        """Then it is there again."""
        undoing = await rulebook.undo(grant.id, DEPUTY)
        again = await rulebook.undo(undoing.id, DEPUTY)
        assert (again.key.subject, again.before, again.after) == ("grant", "0", "10")
        assert await credits_.balance(HOUSE, ann) == 10

    async def test_credits_that_are_spent_stay_granted(
        self, rulebook: Rulebook, credits_: Credits, jobs: Jobs, grant: AuditEntry, ann: AccountId
    ) -> None:
        """Nobody ends up with less than none."""
        await jobs.accept(a_job("fox", ann), a_hold(ann, TODAY.limit + 1))
        with pytest.raises(BadInput) as refused:
            await rulebook.undo(grant.id, DEPUTY)
        assert "spent" in refused.value.user_text
        assert await credits_.balance(HOUSE, ann) == 9
        assert len(await rulebook.entries(HOUSE, 10)) == 1

    async def test_they_are_taken_from_the_account_that_has_them_now(
        self, rulebook: Rulebook, credits_: Credits, accounts: Accounts, grant: AuditEntry, ann: AccountId
    ) -> None:
        """After two became one."""
        bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
        await accounts.join(bob, ann)
        undoing = await rulebook.undo(grant.id, DEPUTY)
        assert undoing.key.account == bob
        assert await credits_.balance(HOUSE, bob) == 0


class TestUndoingForgiveness:
    """What was forgiven is counted again."""

    @pytest.fixture
    async def forgiven(self, jobs: Jobs, ledger: Ledger, ann: AccountId) -> AuditEntry:
        """Let Ann draw four, and forgive them."""
        await self.draw(jobs, ann, "fox", 4)
        entry = await ledger.reset_usage(HOUSE, ann, TODAY.day, by=BOSS, why="our fault")
        assert entry is not None
        return entry

    async def draw(self, jobs: Jobs, account: AccountId, name: str, pictures: int) -> None:
        """Have pictures drawn and kept."""
        job = (await jobs.accept(a_job(name, account), a_hold(account, pictures))).job
        await jobs.claim(job.id, LEASE)
        await jobs.keep(job.id, 1, some_pictures(job.id, pictures))

    async def spent(self, ledger: Ledger, account: AccountId) -> int:
        """Say how many are counted."""
        return (await ledger.quota_status(HOUSE, account, TODAY.day, TODAY.limit)).spent

    async def test_it_is_counted_with_what_came_besides(
        self, rulebook: Rulebook, jobs: Jobs, ledger: Ledger, forgiven: AuditEntry, ann: AccountId
    ) -> None:
        """As if nothing had been forgiven."""
        await self.draw(jobs, ann, "owl", 1)
        undoing = await rulebook.undo(forgiven.id, DEPUTY)
        assert (undoing.before, undoing.after, undoing.undoes) == ("1", "5", forgiven.id)
        assert await self.spent(ledger, ann) == 5

    async def test_it_can_be_forgiven_again(
        self, rulebook: Rulebook, ledger: Ledger, forgiven: AuditEntry, ann: AccountId
    ) -> None:
        """By undoing that."""
        undoing = await rulebook.undo(forgiven.id, DEPUTY)
        await rulebook.undo(undoing.id, DEPUTY)
        assert await self.spent(ledger, ann) == 0

    async def test_nobody_has_drawn_less_than_nothing(
        self, rulebook: Rulebook, ledger: Ledger, forgiven: AuditEntry, ann: AccountId
    ) -> None:
        """Where it was forgiven by another entry meanwhile."""
        undoing = await rulebook.undo(forgiven.id, DEPUTY)
        await ledger.reset_usage(HOUSE, ann, TODAY.day, by=BOSS, why="once more")
        with pytest.raises(BadInput):
            await rulebook.undo(undoing.id, DEPUTY)
        assert await self.spent(ledger, ann) == 0
