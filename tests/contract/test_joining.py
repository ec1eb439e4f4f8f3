"""Asks of every implementation of `Accounts`: does all that one person has come together?"""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.allowances import QuotaStatus
from bot.domain.jobs import JobId
from bot.domain.people import GUEST, PREMIUM, REGISTERED, Account, AccountId, Identity
from bot.domain.pictures import PictureId
from bot.domain.reports import ReporterTrust
from bot.domain.rules import Actor
from bot.errors import BadInput, QuotaExceeded, StorageFailed
from bot.ports.accounts import Accounts, Ledger
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from bot.ports.reports import Reports
from storage.schema.accounts import accounts as accounts_table
from storage.sql.database import Database
from tests.contract.conftest import ON_DISK
from tests.contract.examples import ANN, FAILED, LEASE, TODAY, WEB, a_hold, a_job, some_pictures
from tests.contract.linked import BOB, CAT, by, draw, quota_status
from tests.fakes.clock import NOON


@pytest.fixture
async def bob(accounts: Accounts) -> AccountId:
    """Return the account that the same person has elsewhere."""
    return (await accounts.get_or_create(BOB, GUEST)).id


@pytest.fixture
async def cat(accounts: Accounts) -> AccountId:
    """Return a third one."""
    return (await accounts.get_or_create(CAT, GUEST)).id


class TestJoining:
    """Two accounts become one."""

    async def test_all_identities_are_the_one_account(self, accounts: Accounts, ann: AccountId, bob: AccountId) -> None:
        """However they ask."""
        await accounts.join(ann, bob)
        assert await accounts.get_or_create(BOB, PREMIUM) == await accounts.find(ANN) == Account(ann, REGISTERED)
        assert await accounts.identities(ann) == await accounts.list_linked_identities(BOB) == (BOB, ANN)
        assert await accounts.identities(bob) == ()

    async def test_the_better_tier_stays_whichever_way_they_join(
        self, accounts: Accounts, ann: AccountId, bob: AccountId
    ) -> None:
        """Nobody loses by it."""
        await accounts.join(bob, ann)
        assert await accounts.find(ANN) == Account(bob, REGISTERED)

    async def test_an_account_is_joined_with_itself_already(self, accounts: Accounts, ann: AccountId, ledger: Ledger) -> None:
        """Nothing changes."""
        await accounts.join(ann, ann)
        assert await accounts.identities(ann) == (ANN,)
        assert await quota_status(ledger, ann) == QuotaStatus(TODAY.limit, 0, 0)

    async def test_days_are_added_up(
        self, accounts: Accounts, jobs: Jobs, ledger: Ledger, ann: AccountId, bob: AccountId
    ) -> None:
        """What is held, and what is spent."""
        await draw(jobs, by(ANN, "fox", ann), 2)
        await draw(jobs, by(BOB, "owl", bob), 3)
        await jobs.accept(by(BOB, "elk", bob), a_hold(bob, 4))
        await accounts.join(ann, bob)
        assert await quota_status(ledger, ann) == QuotaStatus(TODAY.limit, 4, 5)
        assert await quota_status(ledger, bob) == QuotaStatus(TODAY.limit, 0, 0)

    async def test_one_person_has_one_limit(self, accounts: Accounts, jobs: Jobs, ann: AccountId, bob: AccountId) -> None:
        """Even if they had more than that apart."""
        for identity, account in ((ANN, ann), (BOB, bob)):
            await draw(jobs, by(identity, f"all of {account}", account), 10)
        await accounts.join(ann, bob)
        with pytest.raises(QuotaExceeded) as caught:
            await jobs.accept(a_job("more", ann), a_hold(ann))
        assert "no pictures left" in caught.value.user_text

    async def test_what_runs_is_settled_and_given_back_where_it_is_held_now(
        self, accounts: Accounts, jobs: Jobs, ledger: Ledger, ann: AccountId, bob: AccountId
    ) -> None:
        """The jobs end after the accounts have joined."""
        for name, pictures in (("owl", 3), ("elk", 4)):
            await jobs.accept(by(BOB, name, bob), a_hold(bob, pictures))
            await jobs.claim(JobId(name), LEASE)
        await accounts.join(ann, bob)
        await jobs.keep(JobId("owl"), 1, some_pictures(JobId("owl"), 2))
        await jobs.finish(JobId("elk"), 1, FAILED)
        assert await quota_status(ledger, ann) == QuotaStatus(TODAY.limit, 0, 2)

    async def test_jobs_and_pictures_move(
        self, accounts: Accounts, jobs: Jobs, pictures: Pictures, ann: AccountId, bob: AccountId
    ) -> None:
        """The gallery is one, and its pictures can be deleted from everywhere."""
        await draw(jobs, by(BOB, "owl", bob), 2)
        await accounts.join(ann, bob)
        moved_job = await jobs.get(JobId("owl"))
        assert moved_job
        assert moved_job.account == ann
        assert len(await pictures.latest(ann, 10)) == 2
        assert await pictures.latest(bob, 10) == ()

    async def test_nobody_asks_in_the_old_name(
        self, accounts: Accounts, jobs: Jobs, ledger: Ledger, ann: AccountId, bob: AccountId
    ) -> None:
        """Somebody looked the account up a moment before the two were joined."""
        await accounts.join(ann, bob)
        with pytest.raises(BadInput):
            await jobs.accept(by(BOB, "owl", bob), a_hold(bob))
        assert await jobs.get(JobId("owl")) is None
        assert await quota_status(ledger, ann) == QuotaStatus(TODAY.limit, 0, 0)

    async def test_wishes_at_the_same_moment_are_counted_or_refused(
        self, accounts: Accounts, jobs: Jobs, ledger: Ledger, ann: AccountId, bob: AccountId
    ) -> None:
        """Never lost between the two."""
        wishes = [jobs.accept(by(BOB, f"owl {number}", bob), a_hold(bob)) for number in range(8)]
        joining: list[Any] = [*wishes[:4], accounts.join(ann, bob), *wishes[4:]]
        results = await asyncio.gather(*joining, return_exceptions=True)
        refused = [one for one in results if isinstance(one, BadInput)]
        assert len(results) - 1 - len(refused) == (await quota_status(ledger, ann)).held
        assert (await quota_status(ledger, bob)).held == 0

    async def test_two_joins_at_once_leave_one_account(
        self, accounts: Accounts, jobs: Jobs, ledger: Ledger, ann: AccountId, bob: AccountId
    ) -> None:
        """In opposite directions."""
        await draw(jobs, by(ANN, "fox", ann), 2)
        await draw(jobs, by(BOB, "owl", bob), 3)
        await asyncio.gather(accounts.join(ann, bob), accounts.join(bob, ann), accounts.join(ann, bob))
        survivor = await accounts.find(ANN)
        assert survivor
        assert survivor == await accounts.find(BOB)
        assert (await quota_status(ledger, survivor.id)).spent == 5

    async def test_a_joined_account_stands_for_the_one_that_it_is_part_of(
        self, accounts: Accounts, ann: AccountId, bob: AccountId, cat: AccountId
    ) -> None:
        """On both sides, and over several joins."""
        await accounts.join(bob, cat)
        await accounts.join(ann, bob)
        await accounts.join(cat, ann)
        dee = await accounts.get_or_create(Identity(WEB, "", "dee"), GUEST)
        await accounts.join(cat, dee.id)
        assert len(await accounts.identities(ann)) == 4

    @ON_DISK
    async def test_whoever_pointed_at_it_points_on(
        self, accounts: Accounts, database: Database, ann: AccountId, bob: AccountId, cat: AccountId
    ) -> None:
        """So that no chain grows; memory has no such rows."""
        await accounts.join(bob, cat)
        await accounts.join(ann, bob)
        async with database.read_transaction() as connection:
            found = await connection.execute(select(accounts_table.c.id, accounts_table.c.joined_to))
            assert {row.id: row.joined_to for row in found} == {ann: None, bob: ann, cat: ann}

    @ON_DISK
    async def test_an_account_that_never_was_is_not_joined(self, accounts: Accounts, ann: AccountId) -> None:
        """That is a fault of ours, and changes nothing."""
        for one, other in ((ann, AccountId("nobody")), (AccountId("nobody"), ann)):
            with pytest.raises(StorageFailed):
                await accounts.join(one, other)
        assert await accounts.identities(ann) == (ANN,)

    @ON_DISK
    async def test_a_picture_that_both_reported_is_reported_once(
        self, accounts: Accounts, jobs: Jobs, reports: Reports, ann: AccountId, bob: AccountId, cat: AccountId
    ) -> None:
        """By one person, whatever they took back as the other; reports in memory know no accounts."""
        await draw(jobs, by(CAT, "elk", cat), 3)
        elks = [PictureId(f"elk.{position}") for position in range(3)]
        for picture, reporter in ((elks[0], ann), (elks[0], bob), (elks[1], bob), (elks[2], ann), (elks[2], bob)):
            await reports.add(picture, Actor(reporter, ""), ReporterTrust.KNOWN)
        await reports.withdraw([elks[2]], Actor(ann, ""), since=NOON)
        for picture in elks[:2]:
            await reports.complete(picture, await reports.tally(picture))
        await accounts.join(ann, bob)
        assert [[report.reporter for report in await reports.of(picture)] for picture in elks] == [[ann]] * 3
        assert set(await reports.pending(NOON + timedelta(days=1), most=9)) == {elks[0], elks[2]}, "they count for less now"
