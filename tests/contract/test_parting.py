"""Asks of every implementation of `Accounts`: does an identity leave with its own, and does nobody gain by that?"""

import asyncio
import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from bot.domain.allowances import QuotaStatus
from bot.domain.credits import CreditKind
from bot.domain.jobs import JobId
from bot.domain.people import GUEST, HOUSE, PREMIUM, REGISTERED, Account, AccountId, Identity
from bot.domain.rules import PERSON_SUBJECT, Actor, Change, RuleKey, RuleKind
from bot.errors import QuotaExceeded
from bot.ports.accounts import Accounts, Ledger
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from bot.ports.rules import Rulebook
from storage.schema.quotas import rules
from storage.sql.accounts import SqlAccounts
from storage.sql.credits import CreditBooking, move_credits
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from tests.contract.conftest import ON_DISK
from tests.contract.examples import ANN, DISCORD, FAILED, LEASE, TODAY, WEB, a_hold, some_pictures
from tests.contract.linked import BOB, SLACK, by, draw, quota_status
from tests.fakes.clock import NOON, StoppedClock

DAY = timedelta(days=1)
LONG_AGO = date(1999, 1, 1)


@pytest.fixture
async def bob(accounts: Accounts) -> AccountId:
    """Return the account that the same person has elsewhere."""
    return (await accounts.get_or_create(BOB, GUEST)).id


@pytest.fixture
async def one(accounts: Accounts, jobs: Jobs, ann: AccountId, bob: AccountId) -> AccountId:
    """Return an account of two identities, one of which has asked for six pictures, and the other for two."""
    await accounts.join(ann, bob)
    await draw(jobs, by(ANN, "fox", ann), 2)
    await draw(jobs, by(BOB, "owl", ann), 3)
    await jobs.accept(by(BOB, "elk", ann), a_hold(ann, 3))
    await jobs.claim(JobId("elk"), LEASE)
    return ann


class TestParting:
    """An identity gets an account of its own."""

    async def test_it_is_on_its_own_in_the_tier_of_a_newcomer(self, accounts: Accounts, one: AccountId) -> None:
        """As `of` says from now on."""
        parted = await accounts.part(BOB, GUEST, TODAY.day)
        assert parted.tier == GUEST
        assert parted == await accounts.get_or_create(BOB, PREMIUM) != await accounts.find(ANN)
        assert (await accounts.list_linked_identities(BOB), await accounts.identities(one)) == ((BOB,), (ANN,))

    async def test_both_begin_with_the_whole_day(self, accounts: Accounts, ledger: Ledger, one: AccountId) -> None:
        """What was held counts as spent for the one that goes."""
        parted = await accounts.part(BOB, GUEST, TODAY.day)
        assert await quota_status(ledger, parted.id) == QuotaStatus(TODAY.limit, 0, 8)
        assert await quota_status(ledger, one) == QuotaStatus(TODAY.limit, 3, 5)

    async def test_later_days_come_along_and_earlier_ones_do_not(
        self, accounts: Accounts, jobs: Jobs, ledger: Ledger, one: AccountId
    ) -> None:
        """A clock may have been ahead."""
        tomorrow = replace(TODAY, day=TODAY.day + DAY)
        await jobs.accept(by(ANN, "later", one), a_hold(one, 4, tomorrow))
        parted = await accounts.part(BOB, GUEST, tomorrow.day)
        assert (await ledger.quota_status(HOUSE, parted.id, tomorrow.day, 10)).spent == 4
        assert (await quota_status(ledger, parted.id)).spent == 0

    async def test_its_own_jobs_and_pictures_go_along(
        self, accounts: Accounts, jobs: Jobs, pictures: Pictures, one: AccountId
    ) -> None:
        """And the others stay."""
        parted = await accounts.part(BOB, GUEST, TODAY.day)
        assert len(await pictures.latest(parted.id, 10)) == 3
        assert len(await pictures.latest(one, 10)) == 2
        owners = {name: job.account for name in ("fox", "owl", "elk") if (job := await jobs.get(JobId(name)))}
        assert owners == {"fox": one, "owl": parted.id, "elk": parted.id}

    @pytest.mark.parametrize(
        "like_bob", [Identity(SLACK, "T2", "U7"), Identity(DISCORD, "T1", "U7"), Identity(SLACK, "T1", "u7")]
    )
    async def test_jobs_of_somebody_alike_stay(self, accounts: Accounts, jobs: Jobs, one: AccountId, like_bob: Identity) -> None:
        """Another workspace, another platform, other letters."""
        await jobs.accept(by(like_bob, "ape", one), a_hold(one))
        await accounts.part(BOB, GUEST, TODAY.day)
        stayed = await jobs.get(JobId("ape"))
        assert stayed
        assert stayed.account == one

    async def test_what_runs_is_given_back_where_it_was_taken_from(
        self, accounts: Accounts, jobs: Jobs, pictures: Pictures, ledger: Ledger, one: AccountId
    ) -> None:
        """A refund is nobody's gain; the pictures are whose the job is."""
        await jobs.accept(by(BOB, "ape", one), a_hold(one, 1))
        await jobs.claim(JobId("ape"), LEASE)
        parted = await accounts.part(BOB, GUEST, TODAY.day)
        await jobs.finish(JobId("elk"), 1, FAILED)
        await jobs.keep(JobId("ape"), 1, some_pictures(JobId("ape")))
        assert await quota_status(ledger, one) == QuotaStatus(TODAY.limit, 0, 6)
        assert await quota_status(ledger, parted.id) == QuotaStatus(TODAY.limit, 0, 9)
        assert {picture.job for picture in await pictures.latest(parted.id, 10)} == {"owl", "ape"}

    async def test_an_identity_that_is_alone_stays_as_it_is(
        self, accounts: Accounts, jobs: Jobs, ledger: Ledger, ann: AccountId
    ) -> None:
        """Account, tier and day."""
        await draw(jobs, by(ANN, "fox", ann), 2)
        assert await accounts.part(ANN, GUEST, LONG_AGO) == Account(ann, REGISTERED)
        assert (await quota_status(ledger, ann)).spent == 2

    async def test_a_stranger_gets_an_account(self, accounts: Accounts) -> None:
        """There is nothing to part it from."""
        assert await accounts.part(BOB, GUEST, TODAY.day) == await accounts.find(BOB)

    async def test_two_who_part_at_once_from_each_other_are_two(self, accounts: Accounts, one: AccountId) -> None:
        """One of them keeps the account."""
        parted = await asyncio.gather(*(accounts.part(identity, GUEST, TODAY.day) for identity in (ANN, BOB, ANN, BOB)))
        assert len({account.id for account in parted}) == 2
        assert one in {account.id for account in parted}

    @ON_DISK
    async def test_credits_and_rules_stay(self, accounts: Accounts, database: Database, ledger: Ledger, one: AccountId) -> None:
        """Memory has none that would know the account."""
        async with database.write_transaction() as connection:
            await move_credits(connection, CreditBooking(HOUSE, one, 7, CreditKind.GRANT, "grant", NOON))
            rule = {"community": HOUSE, "account": one, "matter": RuleKind.LIMIT, "subject": PERSON_SUBJECT, "value": "50"}
            await connection.execute(insert(rules).values(rule))
        parted = await accounts.part(BOB, GUEST, TODAY.day)
        assert (await quota_status(ledger, one)).credits == 7
        assert (await quota_status(ledger, parted.id)).credits == 0
        async with database.read_transaction() as connection:
            assert (await connection.execute(select(rules.c.account))).scalars().all() == [one]

    async def test_joining_again_works(self, accounts: Accounts, one: AccountId) -> None:
        """As often as they like."""
        for _ in range(3):
            parted = await accounts.part(BOB, GUEST, TODAY.day)
            await accounts.join(one, parted.id)
        assert await accounts.find(BOB) == await accounts.find(ANN)


WISHES = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.booleans()), max_size=6)
CHANGES = st.lists(st.tuples(st.sampled_from(["join", "part"]), st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=8)


class TestDayAfterRejoining:
    """What was used is used once, however often accounts are joined and parted."""

    async def test_linking_again_does_not_count_the_day_again(
        self, accounts: Accounts, jobs: Jobs, ledger: Ledger, one: AccountId
    ) -> None:
        """Of five spent and three held; what both drew apart is added."""
        for _ in range(4):
            parted = await accounts.part(BOB, GUEST, TODAY.day)
            await accounts.join(one, parted.id)
            assert await quota_status(ledger, one) == QuotaStatus(TODAY.limit, 3, 5)
        parted = await accounts.part(BOB, GUEST, TODAY.day)
        await draw(jobs, by(BOB, "ape", parted.id), 1)
        await draw(jobs, by(ANN, "asp", one), 1)
        await accounts.join(parted.id, one)
        assert await quota_status(ledger, parted.id) == QuotaStatus(TODAY.limit, 3, 7)
        await jobs.finish(JobId("elk"), 1, FAILED)
        assert await quota_status(ledger, parted.id) == QuotaStatus(TODAY.limit, 0, 7)

    async def test_three_that_come_together_again_in_any_order_have_used_it_once(
        self, accounts: Accounts, ledger: Ledger, one: AccountId
    ) -> None:
        """Two were parted, one from the other."""
        cat = Identity(WEB, "", "cat")
        await accounts.join(one, (await accounts.get_or_create(cat, GUEST)).id)
        for first, second in ((BOB, cat), (cat, BOB)):
            apart = await accounts.part(first, GUEST, TODAY.day), await accounts.part(second, GUEST, TODAY.day)
            await accounts.join(apart[0].id, apart[1].id)
            await accounts.join(one, apart[0].id)
            assert await quota_status(ledger, one) == QuotaStatus(TODAY.limit, 3, 5)

    async def test_what_was_forgiven_on_both_sides_is_not_taken_off_again(
        self, accounts: Accounts, jobs: Jobs, ledger: Ledger, ann: AccountId, bob: AccountId
    ) -> None:
        """What each drew since then counts in full."""
        await draw(jobs, by(ANN, "fox", ann), 4)
        await accounts.join(ann, bob)
        parted = await accounts.part(BOB, GUEST, TODAY.day)
        for account, identity, name in ((ann, ANN, "ape"), (parted.id, BOB, "asp")):
            await ledger.reset_usage(HOUSE, account, TODAY.day, by=Actor(AccountId("boss"), "Boss"), why="")
            await draw(jobs, by(identity, name, account), 2)
        await accounts.join(ann, parted.id)
        assert (await quota_status(ledger, ann)).spent == 4


class TestTierAfterParting:
    """Whoever parts takes along what they brought."""

    async def test_a_tier_that_the_other_brought_goes_with_them(self, accounts: Accounts, bob: AccountId) -> None:
        """Bob is a guest again; it is so whoever of the two leaves."""
        ann = (await accounts.get_or_create(ANN, REGISTERED)).id
        await accounts.join(bob, ann)
        assert (await accounts.get_or_create(BOB, GUEST)).tier == REGISTERED
        await accounts.part(ANN, REGISTERED, TODAY.day)
        assert await accounts.get_or_create(BOB, GUEST) == Account(bob, GUEST)

    async def test_who_stays_keeps_what_they_began_with(self, accounts: Accounts, one: AccountId) -> None:
        """Ann was registered all along."""
        await accounts.part(BOB, GUEST, TODAY.day)
        assert (await accounts.get_or_create(ANN, GUEST)).tier == REGISTERED

    @ON_DISK
    @pytest.mark.parametrize("leaver", [ANN, BOB])
    @pytest.mark.parametrize(
        ("anns", "bobs"),
        [("premium", None), (None, "premium"), ("premium", "registered"), ("gold until 2026-05-01T00:00:00+00:00", "premium")],
    )
    async def test_memberships_are_then_whose_they_were(
        self,
        accounts: Accounts,
        rulebook: Rulebook,
        ann: AccountId,
        bob: AccountId,
        *,
        anns: str | None,
        bobs: str | None,
        leaver: Identity,
    ) -> None:
        """Granted, by registering, or bought; memory has no rules that would know the account."""
        for account, value in ((ann, anns), (bob, bobs)):
            for subject in ("grant", "stripe:sub_1"):
                await rulebook.change(membership(account, subject, value))
        for _ in range(2):
            await accounts.join((await accounts.get_or_create(ANN, GUEST)).id, (await accounts.get_or_create(BOB, GUEST)).id)
            await accounts.part(leaver, GUEST, TODAY.day)
            for identity, value in ((ANN, anns), (BOB, bobs)):
                found = await rulebook.rules(HOUSE, (await accounts.get_or_create(identity, GUEST)).id)
                assert {rule.key.subject: rule.value for rule in found} == (
                    dict.fromkeys(("grant", "stripe:sub_1"), value) if value else {}
                )

    @ON_DISK
    async def test_what_was_changed_since_stays(
        self, accounts: Accounts, rulebook: Rulebook, ann: AccountId, bob: AccountId
    ) -> None:
        """An admin meant the account as it was."""
        await rulebook.change(membership(bob, "grant", "premium"))
        await accounts.join(ann, bob)
        await rulebook.change(membership(ann, "grant", "premium until 2026-05-01T00:00:00+00:00"))
        parted = await accounts.part(BOB, GUEST, TODAY.day)
        assert await rulebook.rules(HOUSE, parted.id) == ()
        assert len(await rulebook.rules(HOUSE, ann)) == 1


def membership(account: AccountId, subject: str, value: str | None) -> Change:
    """Return a tier to somebody."""
    by_whom = Actor(AccountId("boss"), "Boss")
    return Change(community=HOUSE, key=RuleKey(RuleKind.MEMBERSHIP, subject, account), value=value, by=by_whom)


class People:
    """Three people who are new to a house that has known many."""

    def __init__(self, database: Database, clock: StoppedClock) -> None:
        self.people = [Identity(WEB, "", uuid.uuid4().hex) for _ in range(3)]
        self._accounts = SqlAccounts(database, clock, _RandomIds())
        self._jobs = SqlJobs(database, clock)
        self._ledger = SqlLedger(database, clock, _RandomIds())
        self._running: list[JobId] = []

    async def ask(self, person: int, pictures: int, is_drawn: bool) -> None:
        """Have something drawn, or only begun, if that much is left."""
        job = by(self.people[person], uuid.uuid4().hex, await self._account(person))
        try:
            await self._jobs.accept(job, a_hold(job.account, pictures))
        except QuotaExceeded:
            return
        await self._jobs.claim(job.id, LEASE)
        if is_drawn:
            await self._jobs.keep(job.id, 1, some_pictures(job.id, pictures))
        else:
            self._running.append(job.id)

    async def change(self, change: str, person: int, other: int) -> None:
        """Join two, or part one."""
        if change == "join":
            await self._accounts.join(await self._account(person), await self._account(other))
        else:
            await self._accounts.part(self.people[person], GUEST, TODAY.day)

    async def end(self) -> None:
        """Have everything that runs fail."""
        for job in self._running:
            await self._jobs.finish(job, 1, FAILED)

    async def left(self) -> list[tuple[int, int]]:
        """Say what each has left today, and what they would have if all failed that still runs."""
        stands = [await quota_status(self._ledger, await self._account(person)) for person in range(3)]
        return [(one.left, max(0, one.limit - one.spent)) for one in stands]

    async def _account(self, person: int) -> AccountId:
        return (await self._accounts.get_or_create(self.people[person], GUEST)).id


class _RandomIds:
    """Ids that no example before had."""

    def new(self) -> str:
        """Return one."""
        return uuid.uuid4().hex


@ON_DISK
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(wishes=WISHES, changes=CHANGES)
async def test_nobody_gains_a_picture_by_joining_and_parting(
    database: Database, clock: StoppedClock, wishes: list[tuple[int, int, bool]], changes: list[tuple[str, int, int]]
) -> None:
    """Whatever they have drawn or have running, and however often; on disk, where all examples share one house."""
    people = People(database, clock)
    for wish in wishes:
        await people.ask(*wish)
    before = await people.left()
    for change in changes:
        await people.change(*change)
    after = await people.left()
    await people.end()
    ended = await people.left()
    for (left, at_most), (now_left, _), (then_left, _) in zip(before, after, ended, strict=True):
        assert now_left <= left
        assert then_left <= at_most
