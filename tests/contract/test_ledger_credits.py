"""Asks of every implementation of `Jobs` and `Ledger`: are the right pictures counted: of day, credits and tenant?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.allowances import Hold, QuotaStatus, TenantQuota
from bot.domain.credits import MOST_CREDITS, CreditKind, CreditMove
from bot.domain.jobs import DrawingState, JobId
from bot.domain.people import HOUSE, REGISTERED, AccountId, CommunityId, Identity
from bot.domain.rules import Actor, RuleKey, RuleKind
from bot.errors import BadInput, LimitTooLow, QuotaExceeded, TenantQuotaExceeded
from bot.ports.accounts import Accounts, Ledger
from bot.ports.credits import Credits
from bot.ports.jobs import Jobs
from storage.schema.billing import credit_entries
from storage.sql.database import Database
from tests.contract.conftest import ON_DISK
from tests.contract.examples import CANCELLED, FAILED, LEASE, TODAY, WEB, a_drawing, a_hold, a_job, some_pictures

BOSS = Actor(AccountId("boss"), "Boss")
THREE = replace(TODAY, limit=3)
FOX = JobId("fox")
TENANT = TenantQuota("web:park", 5)
DAY = timedelta(days=1)


async def grant(credits_: Credits, account: AccountId, amount: int) -> None:
    """Let somebody have credits."""
    kind = CreditKind.GRANT
    await credits_.move(CreditMove(community=HOUSE, account=account, delta=amount, kind=kind, key="grant", by=BOSS))


async def accept(jobs: Jobs, hold: Hold, name: str = "fox") -> None:
    """Have a job accepted."""
    await jobs.accept(a_job(name, hold.account, community=hold.community), hold)


async def keep(jobs: Jobs, pictures: int, job: JobId = FOX) -> None:
    """Have so many pictures of a job come."""
    await jobs.claim(job, LEASE)
    await jobs.keep(job, 1, some_pictures(job, pictures))


@pytest.fixture
async def bob(accounts: Accounts) -> AccountId:
    """Return somebody else's account."""
    return (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id


class TestCredits:
    """They come after the day's limit."""

    async def stands(self, ledger: Ledger, account: AccountId) -> tuple[int, int, int]:
        """Return what is held, spent, and there in credits."""
        found = await ledger.quota_status(HOUSE, account, TODAY.day, 3)
        return found.held, found.spent, found.credits

    async def test_the_days_limit_is_used_up_first(self, jobs: Jobs, ledger: Ledger, credits_: Credits, ann: AccountId) -> None:
        """Then what it has not left comes from credits."""
        await grant(credits_, ann, 5)
        for name, expected in (("one", (2, 0, 5)), ("two", (3, 0, 4)), ("three", (3, 0, 2))):
            await accept(jobs, a_hold(ann, 2, THREE), name)
            assert await self.stands(ledger, ann) == expected

    async def test_a_limit_of_nothing_leaves_credits(self, jobs: Jobs, ledger: Ledger, credits_: Credits, ann: AccountId) -> None:
        """Whoever may have none a day can be granted some."""
        await grant(credits_, ann, 2)
        await accept(jobs, a_hold(ann, 2, replace(TODAY, limit=0)))
        await keep(jobs, 2)
        assert await self.stands(ledger, ann) == (0, 0, 0)

    async def test_a_wish_beyond_both_is_refused_whole(
        self, jobs: Jobs, ledger: Ledger, credits_: Credits, ann: AccountId
    ) -> None:
        """Nothing is held, and the refusal names both."""
        await grant(credits_, ann, 2)
        await accept(jobs, a_hold(ann, 2, THREE))
        with pytest.raises(QuotaExceeded, match=r"cost=4 left=1 .* credits=2"):
            await accept(jobs, a_hold(ann, 4, THREE), "two")
        assert await self.stands(ledger, ann) == (2, 0, 2)
        with pytest.raises(LimitTooLow, match="cost=6 limit=3 credits=2"):
            await accept(jobs, a_hold(ann, 6, THREE), "two")
        assert len(await credits_.history(HOUSE, ann, 10)) == 1

    @pytest.mark.parametrize(
        ("came", "spent", "credits_left"), [(0, 0, 5), (1, 1, 5), (2, 2, 5), (3, 2, 4), (4, 2, 3), (9, 2, 3)]
    )
    async def test_the_days_part_of_what_came_is_spent_first(
        self, jobs: Jobs, ledger: Ledger, credits_: Credits, ann: AccountId, *, came: int, spent: int, credits_left: int
    ) -> None:
        """Four were asked for, two of the day and two of five credits."""
        await grant(credits_, ann, 5)
        await accept(jobs, a_hold(ann, 4, replace(TODAY, limit=2)))
        await keep(jobs, came)
        assert await self.stands(ledger, ann) == (0, spent, credits_left)
        entries = await credits_.history(HOUSE, ann, 10)
        assert sum(entry.delta for entry in entries) == credits_left

    async def test_a_job_that_came_to_nothing_gives_all_credits_back_once(
        self, jobs: Jobs, ledger: Ledger, credits_: Credits, ann: AccountId
    ) -> None:
        """However it ended, and however often that is said; the history tells of both."""
        await grant(credits_, ann, 5)
        await accept(jobs, a_hold(ann, 4, THREE))
        await jobs.claim(FOX, LEASE)
        for _ in range(2):
            await jobs.finish(FOX, 1, FAILED)
            assert await self.stands(ledger, ann) == (0, 0, 5)
        await accept(jobs, a_hold(ann, 4, THREE), "two")
        for _ in range(2):
            assert await jobs.cancel(JobId("two"), CANCELLED)
            assert await self.stands(ledger, ann) == (0, 0, 5)
        kinds = [entry.kind for entry in await credits_.history(HOUSE, ann, 10)]
        assert kinds == [CreditKind.REFUND, CreditKind.SPEND] * 2 + [CreditKind.GRANT]

    @ON_DISK
    async def test_credits_for_what_was_not_drawn_after_all_are_on_record_with_their_job(
        self, jobs: Jobs, credits_: Credits, ann: AccountId, database: Database
    ) -> None:
        """Cancelled while two were drawn, which counted; then one turns out not to be. Old jobs that credits name are kept."""
        await grant(credits_, ann, 5)
        await accept(jobs, a_hold(ann, 2, replace(TODAY, limit=0)))
        running = await jobs.claim(FOX, LEASE)
        assert running is not None
        await jobs.open_drawing(a_drawing("d1", running, asked=2))
        await jobs.cancel(FOX, CANCELLED)
        assert await credits_.balance(HOUSE, ann) == 3
        await jobs.close_drawing(a_drawing("d1", running, asked=2, state=DrawingState.FAILED))
        assert await credits_.balance(HOUSE, ann) == 5
        async with database.read_transaction() as connection:
            named = (await connection.execute(select(credit_entries.c.kind, credit_entries.c.job))).all()
        assert sorted(map(tuple, named), key=str) == [("grant", None), ("refund", "fox"), ("spend", "fox")]

    async def test_what_a_job_gives_back_is_never_too_much(
        self, jobs: Jobs, ledger: Ledger, credits_: Credits, ann: AccountId
    ) -> None:
        """Whoever has the most by then has more, and can still spend it."""
        await grant(credits_, ann, MOST_CREDITS)
        await accept(jobs, a_hold(ann, 5, THREE))
        move = CreditMove(community=HOUSE, account=ann, delta=2, kind=CreditKind.GRANT, key="more", by=BOSS)
        await credits_.move(move)
        await jobs.cancel(FOX, CANCELLED)
        assert await self.stands(ledger, ann) == (0, 0, MOST_CREDITS + 2)
        await credits_.move(replace(move, delta=-1, kind=CreditKind.TAKE, key="less"))
        assert await self.stands(ledger, ann) == (0, 0, MOST_CREDITS + 1)

    async def test_credits_are_a_communitys_own(self, jobs: Jobs, credits_: Credits, ann: AccountId) -> None:
        """What was granted here is not spent there."""
        await grant(credits_, ann, 5)
        with pytest.raises(QuotaExceeded):
            await accept(jobs, replace(a_hold(ann, 4, THREE), community=CommunityId("other")))

    async def test_of_many_wishes_at_once_exactly_limit_and_credits_are_granted(
        self, jobs: Jobs, ledger: Ledger, credits_: Credits, ann: AccountId
    ) -> None:
        """Two pictures each: one wish is partly paid with credits."""
        await grant(credits_, ann, 5)
        wishes = (jobs.accept(a_job(f"fox {number}", ann), a_hold(ann, 2, THREE)) for number in range(20))
        answers = await asyncio.gather(*wishes, return_exceptions=True)
        assert sum(isinstance(answer, QuotaExceeded) for answer in answers) == 16
        assert await self.stands(ledger, ann) == (3, 0, 0)


class TestWeights:
    """A dear picture counts for more than one."""

    @pytest.mark.parametrize(("came", "spent"), [(0, 0), (1, 3), (2, 6), (5, 6)])
    async def test_each_picture_that_came_is_spent_at_its_weight(
        self, jobs: Jobs, ledger: Ledger, ann: AccountId, came: int, spent: int
    ) -> None:
        """Two pictures of three each."""
        await accept(jobs, replace(a_hold(ann, 6), each=3))
        await keep(jobs, came)
        assert await ledger.quota_status(HOUSE, ann, TODAY.day, 10) == QuotaStatus(10, 0, spent)


class TestTenants:
    """All people of a place together."""

    async def test_a_tenant_is_counted_beside_its_people(
        self, jobs: Jobs, ledger: Ledger, ann: AccountId, bob: AccountId
    ) -> None:
        """Held, spent and given back with them."""
        await accept(jobs, replace(a_hold(ann, 3), tenant_quota=TENANT))
        await accept(jobs, replace(a_hold(bob, 2), tenant_quota=TENANT), "owl")
        await keep(jobs, 2)
        await jobs.cancel(JobId("owl"), CANCELLED)
        assert await ledger.tenant_status(HOUSE, TENANT.id, TODAY.day, 5) == QuotaStatus(5, 0, 2)
        assert await ledger.quota_status(HOUSE, ann, TODAY.day, 10) == QuotaStatus(10, 0, 2)

    async def test_a_tenant_gets_back_what_came_from_credits_too(
        self, jobs: Jobs, ledger: Ledger, credits_: Credits, ann: AccountId
    ) -> None:
        """All that was held is let go, whatever it was taken from."""
        await grant(credits_, ann, 4)
        await accept(jobs, replace(a_hold(ann, 5, THREE), tenant_quota=TENANT))
        assert await ledger.tenant_status(HOUSE, TENANT.id, TODAY.day, 5) == QuotaStatus(5, 5, 0)
        await jobs.cancel(FOX, CANCELLED)
        assert await ledger.tenant_status(HOUSE, TENANT.id, TODAY.day, 5) == QuotaStatus(5, 0, 0)
        assert await ledger.quota_status(HOUSE, ann, TODAY.day, 3) == QuotaStatus(3, 0, 0, credits=4)

    async def test_a_tenant_that_has_used_its_limit_up_is_refused(
        self, jobs: Jobs, ledger: Ledger, credits_: Credits, ann: AccountId, bob: AccountId
    ) -> None:
        """Whoever asks, whatever they have left: nothing of theirs is held."""
        await grant(credits_, bob, 5)
        await accept(jobs, replace(a_hold(ann, 4), tenant_quota=TENANT))
        with pytest.raises(TenantQuotaExceeded, match="cost=2 left=1"):
            await accept(jobs, replace(a_hold(bob, 2, replace(TODAY, limit=1)), tenant_quota=TENANT), "owl")
        assert await ledger.quota_status(HOUSE, bob, TODAY.day, 10) == QuotaStatus(10, 0, 0, credits=5)
        assert await ledger.tenant_status(HOUSE, TENANT.id, TODAY.day, 5) == QuotaStatus(5, 4, 0)

    async def test_a_first_wish_beyond_a_tenants_limit_is_refused(self, jobs: Jobs, ann: AccountId) -> None:
        """Also when nobody there has asked for anything yet."""
        with pytest.raises(TenantQuotaExceeded, match="cost=6 left=5"):
            await accept(jobs, replace(a_hold(ann, 6), tenant_quota=TENANT))

    async def test_another_tenant_has_its_own_limit(self, jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
        """And people may be in both."""
        await accept(jobs, replace(a_hold(ann, 5), tenant_quota=TENANT))
        await accept(jobs, replace(a_hold(ann, 5), tenant_quota=replace(TENANT, id="web:harbour")), "owl")
        assert await ledger.tenant_status(HOUSE, "web:harbour", TODAY.day, 5) == QuotaStatus(5, 5, 0)


class TestForgiving:
    """What was spent is counted as not spent."""

    async def test_what_was_spent_can_be_had_again(self, jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
        """What is held stays held, and who forgave is on record."""
        await accept(jobs, a_hold(ann, 2, THREE))
        await keep(jobs, 2)
        await accept(jobs, a_hold(ann, 1, THREE), "owl")
        entry = await ledger.reset_usage(HOUSE, ann, TODAY.day, by=BOSS, why="our fault")
        assert entry is not None
        assert (entry.key, entry.before, entry.after) == (RuleKey(RuleKind.USAGE, TODAY.day.isoformat(), ann), "2", "0")
        assert (entry.by, entry.why) == (BOSS, "our fault")
        assert await ledger.quota_status(HOUSE, ann, TODAY.day, 3) == QuotaStatus(3, 1, 0)
        await accept(jobs, a_hold(ann, 2, THREE), "two")

    async def test_where_nothing_was_spent_nothing_is_forgiven(self, jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
        """And nothing is put on record."""
        assert await ledger.reset_usage(HOUSE, ann, TODAY.day, by=BOSS, why="") is None
        await accept(jobs, a_hold(ann, 2))
        assert await ledger.reset_usage(HOUSE, ann, TODAY.day, by=BOSS, why="") is None
        assert await ledger.quota_status(HOUSE, ann, TODAY.day, 3) == QuotaStatus(3, 2, 0)

    async def test_many_who_forgive_at_once_forgive_once(self, jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
        """Nobody gets pictures for it."""
        await accept(jobs, a_hold(ann, 2, THREE))
        await keep(jobs, 2)
        entries = await asyncio.gather(*(ledger.reset_usage(HOUSE, ann, TODAY.day, by=BOSS, why="") for _ in range(5)))
        assert sum(entry is not None for entry in entries) == 1
        assert await ledger.quota_status(HOUSE, ann, TODAY.day, 3) == QuotaStatus(3, 0, 0)


class TestClock:
    """It may be set back."""

    @pytest.mark.parametrize("ahead", [1, 2])
    async def test_what_was_counted_ahead_counts_still(self, jobs: Jobs, ledger: Ledger, ann: AccountId, ahead: int) -> None:
        """The day before has no allowance of its own any more."""
        later = replace(THREE, day=TODAY.day + ahead * DAY)
        await accept(jobs, a_hold(ann, 2, later))
        with pytest.raises(QuotaExceeded, match="cost=2 left=1"):
            await accept(jobs, a_hold(ann, 2, THREE), "owl")
        await accept(jobs, a_hold(ann, 1, THREE), "owl")
        assert await ledger.quota_status(HOUSE, ann, later.day, 3) == QuotaStatus(3, 3, 0)
        assert await ledger.quota_status(HOUSE, ann, TODAY.day, 3) == QuotaStatus(3, 0, 0)
        await keep(jobs, 1, JobId("owl"))
        assert await ledger.quota_status(HOUSE, ann, later.day, 3) == QuotaStatus(3, 2, 1)
        entry = await ledger.reset_usage(HOUSE, ann, TODAY.day, by=BOSS, why="")
        assert entry is not None
        assert entry.key.subject == later.day.isoformat()

    @pytest.mark.parametrize("days", [-2, -1, 3, 400])
    async def test_other_days_do_not_matter(self, jobs: Jobs, ledger: Ledger, ann: AccountId, days: int) -> None:
        """A clock that was years ahead once does not keep anybody from drawing for years."""
        await accept(jobs, a_hold(ann, 3, replace(THREE, day=TODAY.day + days * DAY)))
        await accept(jobs, a_hold(ann, 3, THREE), "owl")
        assert await ledger.quota_status(HOUSE, ann, TODAY.day, 3) == QuotaStatus(3, 3, 0)


class TestJoined:
    """An account that has become a part of another."""

    async def test_nothing_can_be_asked_for_in_its_name(
        self, jobs: Jobs, ledger: Ledger, accounts: Accounts, ann: AccountId, bob: AccountId
    ) -> None:
        """Whoever looked a moment before has to look again; a call that is known is answered."""
        await accept(jobs, a_hold(bob, 1), "owl")
        await accounts.join(ann, bob)
        with pytest.raises(BadInput, match="bad input") as refused:
            await accept(jobs, a_hold(bob, 1))
        assert refused.value.user_text == "Your accounts were joined a moment ago; please ask once more."
        assert not (await jobs.accept(a_job("owl", bob), a_hold(bob, 1))).is_new
        assert await ledger.quota_status(HOUSE, ann, TODAY.day, 10) == QuotaStatus(10, 1, 0)

    async def test_credits_that_a_job_gives_back_are_the_new_accounts(
        self, jobs: Jobs, credits_: Credits, accounts: Accounts, ann: AccountId, bob: AccountId
    ) -> None:
        """They were taken from one and come back to the other."""
        await grant(credits_, bob, 5)
        await accept(jobs, a_hold(bob, 4, THREE))
        await accounts.join(ann, bob)
        await jobs.cancel(FOX, CANCELLED)
        assert await credits_.balance(HOUSE, ann) == 5
