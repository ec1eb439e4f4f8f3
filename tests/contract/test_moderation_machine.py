"""Asks, in whatever order a machine can think of: do pictures, cases, sanctions and the moderation log stay in step?

The real services over SQLite are told to report, decide, undo, appeal, ban,
link, delete, forget, and to let time pass. A few seconds of it run with the other
tests, 100 orders with the long ones.
"""

import asyncio
import contextlib
import sqlite3
from collections import Counter
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.domain.allowances import Weights
from bot.domain.cases import CaseDecision, CaseId
from bot.domain.chat import Place
from bot.domain.jobs import JobId
from bot.domain.limits import CommunitySettings, DeploymentLimits
from bot.domain.people import GUEST, HOUSE, PREMIUM, REGISTERED, AccountId, Identity, Person
from bot.domain.pictures import PictureId
from bot.domain.privacy import PrivacyKind, PrivacyRequest, PrivacyRequestId
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction, SanctionId
from bot.errors import Refusal, Sanctioned
from bot.services.appeal_effect import AppealEffect
from bot.services.appeals import Appeals
from bot.services.case_effects import PictureEffect, SanctionEffect
from bot.services.cases import CaseReview
from bot.services.communities import Communities
from bot.services.picture_lookup import FoundPictures
from bot.services.quotas import Quotas, Tariff
from bot.services.removal import Removals
from bot.services.report_follow_up import ReportFollowUp
from bot.services.report_outcome_effect import ReportOutcomeEffect
from bot.services.reporting import Reporting
from bot.services.sanctions import Sanctions
from storage.limits.local import LocalLocks, LocalRateLimiter
from storage.sql.accounts import SqlAccounts
from storage.sql.cases import SqlCases
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from storage.sql.personal_records import SqlPersonalRecords
from storage.sql.pictures import SqlPictures
from storage.sql.removals import SqlPictureRemovals
from storage.sql.reports import SqlReports
from storage.sql.rules import SqlRulebook
from storage.sql.sanctions import SqlSanctionBook
from tests.contract.examples import WEB, a_job
from tests.contract.linked import draw
from tests.contract.machine_settings import machine_settings
from tests.contract.tables import SqliteTables, patient_database
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.image_models import ONE_MODEL
from tests.fakes.owners import nobody, owns_nothing

T = TypeVar("T")

AUTHORS, REPORTERS, MODERATORS = ("ann", "bob"), ("cat", "dan", "eve"), ("mo", "ollie")
EVERYBODY = (*AUTHORS, *REPORTERS, *MODERATORS)
SQUARE = Place(WEB, "", "lobby")
PICTURES = tuple(f"{name}.{number}" for name in AUTHORS for number in range(2))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NAMES, PICTURE = st.sampled_from(EVERYBODY), st.sampled_from(PICTURES)
MODERATOR, WHICH = st.sampled_from(MODERATORS), st.integers(0, 9)


class ModerationHouse:
    """The real services over one database; time stands still."""

    def __init__(self, database: Database) -> None:
        self.clock, ids = StoppedClock(), CountingIds()
        clock = self.clock
        self.database = database
        self.accounts, self.jobs = SqlAccounts(database, clock, ids), SqlJobs(database, clock)
        self.pictures, self.removal_records = SqlPictures(database), SqlPictureRemovals(database, clock)
        self.cases, self.book, reports = (
            SqlCases(database, clock, ids),
            SqlSanctionBook(database, clock),
            SqlReports(database, clock),
        )
        quotas = Quotas(
            accounts=self.accounts,
            ledger=SqlLedger(database, clock, ids),
            rulebook=SqlRulebook(database, clock, ids),
            communities=Communities(parts_tenants=False, joined={}),
            deployment=DeploymentLimits(dict.fromkeys((GUEST, REGISTERED, PREMIUM), 100), CommunitySettings(ZoneInfo("UTC"))),
            tariff=Tariff(Weights({}), lambda wish, _: wish.count, {}, ONE_MODEL),
            clock=clock,
        )
        self.personal = SqlPersonalRecords(database, clock, ids)
        self.removals = Removals(self.removal_records, clock)
        self.sanctions = Sanctions(
            book=self.book, clock=clock, ids=ids, is_owners_account=owns_nothing, follow_up=self._do_nothing
        )
        effects = (
            PictureEffect(self.removals, self.removal_records, self.cases),
            SanctionEffect(self.sanctions, self.book),
            AppealEffect(self.sanctions, self.book),
            ReportOutcomeEffect(reports),
        )
        self.review = CaseReview(self.cases, self.book, effects, clock)
        self.appeals = Appeals(review=self.review, cases=self.cases, book=self.book, jobs=self.jobs, clock=clock)
        self.follow_up = ReportFollowUp(
            reports=reports,
            jobs=self.jobs,
            pictures=self.pictures,
            cases=self.cases,
            review=self.review,
            removals=self.removals,
            removal_records=self.removal_records,
            quotas=quotas,
            locks=LocalLocks(),
            clock=clock,
        )
        self.reporting = Reporting(
            reports=reports,
            accounts=self.accounts,
            quotas=quotas,
            sanctions=self.sanctions,
            follow_up=self.follow_up.follow_up,
            rate_limiter=LocalRateLimiter(clock),
            clock=clock,
            is_owner=nobody,
            platform_age=lambda _: None,
        )

    async def actor(self, name: str) -> Actor:
        """Return somebody, with the account that they have by now."""
        return Actor((await self.accounts.get_or_create(Identity(WEB, "", name), REGISTERED)).id, name)

    async def found(self, picture: str) -> FoundPictures:
        """Return a picture with its job."""
        job, kept = await self.jobs.get(JobId(picture.partition(".")[0])), await self.pictures.get(PictureId(picture))
        assert job is not None
        assert kept is not None
        return FoundPictures(picture, job, (kept,))

    async def erase_due(self) -> None:
        """Have the bytes of what was deleted gone, where nobody can bring it back any more."""
        for picture in await self.pictures.due(self.clock.now(), most=99):
            if await self.pictures.begin_removal(picture.id):
                await self.pictures.remove(picture.id)

    async def forget(self, account: AccountId) -> None:
        """Have somebody forgotten: what they drew, who they were."""
        now = self.clock.now()
        for job in await self.personal.jobs_to_forget(account, now, most=99):
            await self.pictures.hide(job.id, now)
            for picture in await self.pictures.of_job(job.id):
                if await self.pictures.begin_removal(picture.id):
                    await self.pictures.remove(picture.id)
            await self.personal.forget_job(job.id, now)
        request = PrivacyRequest(
            id=PrivacyRequestId("forget"), kind=PrivacyKind.FORGET, account=account, identity=None, requested_at=now
        )
        await self.personal.forget_rest(request, now)

    async def _do_nothing(self, sanction: Sanction) -> None:
        pass


class ModerationMachine(RuleBasedStateMachine):
    """People who draw, report and appeal, and moderators who decide."""

    def __init__(self) -> None:
        super().__init__()
        self._tables = SqliteTables()
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._database = patient_database(self.wait(self._tables.empty()))
        self.wait(self._database.open())
        self._reader = sqlite3.connect(self._tables.path, isolation_level=None)
        self.house = ModerationHouse(self._database)
        self.log: list[tuple[Any, ...]] = []
        self.changes: Counter[str] = Counter()
        self.seen: dict[str, tuple[Any, ...]] = {}
        self.gone: set[str] = set()

    @initialize()
    def begin(self) -> None:
        """Have two pictures of each author drawn long ago."""
        for name in AUTHORS:
            author = self.wait(self.house.actor(name))
            job = a_job(name, author.account, author=Person(Identity(WEB, "", name), name))
            self.wait(draw(self.house.jobs, job, 2))
        for name in (*REPORTERS, *MODERATORS):
            self.wait(self.house.actor(name))
        self.house.clock.move(10 * DAY)

    def teardown(self) -> None:
        """Leave nothing behind."""
        self._reader.close()
        self.wait(self._database.close())
        self._runner.close()
        self._tables.close()

    def wait(self, act: Awaitable[T]) -> T:
        """Return what comes of an act."""

        async def run() -> T:
            return await act

        return self._runner.run(run())

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Read the tables, without any code of ours between: after each step ten times."""
        return self._reader.execute(statement).fetchall()

    def attempt(self, act: Awaitable[object]) -> None:
        """Do what may be refused: then nothing has changed."""
        with contextlib.suppress(Refusal):
            self.wait(act)

    @rule(name=st.sampled_from(EVERYBODY), picture=PICTURE)
    def report(self, name: str, picture: str) -> None:
        """Report a picture."""

        async def act() -> None:
            person = Person(Identity(WEB, "", name), name)
            await self.house.reporting.report(await self.house.found(picture), person, SQUARE)

        self.attempt(act())

    @rule(name=NAMES, picture=PICTURE)
    def withdraw(self, name: str, picture: str) -> None:
        """Take a report back."""

        async def act() -> None:
            await self.house.reporting.withdraw(await self.house.found(picture), Person(Identity(WEB, "", name), name))

        self.attempt(act())

    @rule(which=WHICH, decision=st.sampled_from(CaseDecision), name=MODERATOR)
    def decide(self, which: int, decision: CaseDecision, name: str) -> None:
        """Decide a case, perhaps one that is decided."""
        case = self._pick("SELECT id FROM cases ORDER BY opened_at, id", which)

        async def act() -> None:
            await self.house.review.decide(CaseId(case), decision, await self.house.actor(name), HOUSE)

        if case:
            self.attempt(act())

    @rule(which=WHICH, name=MODERATOR)
    def undo(self, which: int, name: str) -> None:
        """Take a decision back."""
        case = self._pick("SELECT id FROM cases WHERE decided_at IS NOT NULL ORDER BY decided_at, id", which)

        async def act() -> None:
            await self.house.review.undo(CaseId(case), await self.house.actor(name), HOUSE)

        if case:
            self.attempt(act())

    @rule(name=st.sampled_from(AUTHORS), which=WHICH)
    def appeal(self, name: str, which: int) -> None:
        """Appeal against some decision, mostly one's own."""
        decisions = "SELECT id FROM cases WHERE decided_at IS NOT NULL UNION SELECT id FROM sanctions ORDER BY id"
        decision = self._pick(decisions, which) if which else None

        async def act() -> None:
            by = await self.house.actor(name)
            await self.house.appeals.appeal(by, decision, "please", place=SQUARE, community=HOUSE)

        self.attempt(act())

    @rule(name=NAMES, by=MODERATOR, days=st.integers(0, 2))
    def ban(self, name: str, by: str, days: int) -> None:
        """Ban somebody, for good or for some days."""

        async def act() -> None:
            whom, until = (await self.house.actor(name)).account, self.house.clock.now() + days * DAY if days else None
            await self.house.sanctions.ban(whom, HOUSE, by=await self.house.actor(by), until=until)

        self.attempt(act())

    @rule(which=WHICH, by=MODERATOR)
    def lift(self, which: int, by: str) -> None:
        """Lift a sanction."""
        sanction = self._pick("SELECT id FROM sanctions ORDER BY imposed_at, id", which)

        async def act() -> None:
            await self.house.sanctions.lift(SanctionId(sanction), await self.house.actor(by))

        if sanction:
            self.attempt(act())

    @rule(name=NAMES, other=NAMES)
    def link(self, name: str, other: str) -> None:
        """Make two accounts one: whoever is banned is so afterwards, and so is who comes with them."""
        banned = self._is_barred(name) or self._is_barred(other)

        async def act() -> None:
            one, two = await self.house.actor(name), await self.house.actor(other)
            await self.house.accounts.join(one.account, two.account)

        self.wait(act())
        assert self._is_barred(name) == self._is_barred(other) == banned

    @rule(name=NAMES)
    def unlink(self, name: str) -> None:
        """Give somebody an account of their own; no ban is shed by it."""
        banned = self._is_barred(name)
        self.wait(self.house.accounts.part(Identity(WEB, "", name), REGISTERED, self.house.clock.now().date()))
        assert self._is_barred(name) == banned

    @rule(name=st.sampled_from(AUTHORS), is_restored=st.booleans())
    def delete(self, name: str, is_restored: bool) -> None:
        """Delete one's pictures, or bring them back."""
        if is_restored:
            self.wait(self.house.pictures.show(JobId(name)))
        else:
            self.wait(self.house.pictures.hide(JobId(name), self.house.clock.now() + 10 * MINUTE))

    @rule(name=st.sampled_from(AUTHORS))
    def forget(self, name: str) -> None:
        """Forget an author, who may come back: no ban is shed by it, and no picture is seen again."""
        banned = self._is_barred(name)
        account = self.wait(self.house.actor(name)).account
        self.wait(self.house.forget(account))
        assert self.wait(self.house.pictures.latest(account, 9)) == ()
        assert self._is_barred(name) == banned

    @rule(minutes=st.sampled_from([1, 11, 2000]))
    def pass_time(self, minutes: int) -> None:
        """Let time pass, and the leader do what is due."""
        self.house.clock.move(minutes * MINUTE)
        self.wait(self.house.review.carry_on())
        self.wait(self.house.follow_up.sweep())
        self.wait(self.house.erase_due())

    @invariant()
    def no_picture_is_both_visible_and_removed(self) -> None:
        """What moderators took out of sight is out of sight; nobody but them brings it back."""
        both = (
            "SELECT pictures.id FROM pictures JOIN removals ON removals.picture = pictures.id "
            "WHERE pictures.state = 'visible' AND removals.state <> 'restored'"
        )
        assert self.rows(both) == []

    @invariant()
    def what_is_gone_stays_gone(self) -> None:
        """However it went; no undo, appeal or link brings it back."""
        gone = {row[0] for row in self.rows("SELECT id FROM pictures WHERE state = 'removed'")}
        assert self.gone <= gone
        self.gone = gone

    @invariant()
    def one_case_is_open_about_a_picture(self) -> None:
        """However often it was reported and appealed."""
        several = "SELECT picture FROM cases WHERE state = 'open' AND picture IS NOT NULL GROUP BY picture HAVING count(*) > 1"
        assert self.rows(several) == []

    @invariant()
    def every_change_is_on_record(self) -> None:
        """Each case, sanction and removal that has changed has a new line, and no line ever changes."""
        log = self.rows("SELECT position, at, community, action, detail FROM moderation_log ORDER BY position")
        assert log[: len(self.log)] == self.log
        new = Counter(entry[3] for entry in log[len(self.log) :])
        self.log = log
        now = {
            row[0]: row
            for table in (
                "SELECT 'case ' || id, state, decision, rounds FROM cases",
                "SELECT 'sanction ' || id, lifted_at FROM sanctions",
                "SELECT 'picture ' || picture, state, revision FROM removals",
            )
            for row in self.rows(table)
        }
        changed = [key for key, row in now.items() if self.seen.get(key) != row]
        self.seen = now
        of_cases = new["opened"] + new["decided"] + new["undone"]
        of_people = new["warned"] + new["muted"] + new["banned"] + new["lifted"]
        of_pictures = new["hidden"] + new["removed"] + new["restored"]
        assert of_pictures >= sum(key.startswith("picture") for key in changed)
        assert of_cases >= sum(key.startswith("case") for key in changed)
        assert of_people >= sum(key.startswith("sanction") for key in changed)

    @invariant()
    def sanctions_are_on_accounts_that_are_there(self) -> None:
        """None is left behind on an account that was joined."""
        gone = "SELECT account FROM sanctioned_accounts JOIN accounts ON id = account WHERE joined_to IS NOT NULL"
        nobodys = "SELECT id FROM sanctions WHERE id NOT IN (SELECT sanction FROM sanctioned_accounts)"
        assert self.rows(gone) == self.rows(nobodys) == []

    def _is_barred(self, name: str) -> bool:
        async def ask() -> bool:
            account = (await self.house.actor(name)).account
            try:
                await self.house.sanctions.check(account, HOUSE)
            except Sanctioned:
                return True
            return False

        return self.wait(ask())

    def _pick(self, statement: str, which: int) -> str:
        found = self.rows(statement)
        return str(found[which % len(found)][0]) if found else ""


def test_a_few_orders_keep_all_in_step() -> None:
    """As many as take a few seconds."""
    run_state_machine_as_test(ModerationMachine, settings=machine_settings(3, 30))


@pytest.mark.long
def test_a_hundred_orders_keep_all_in_step() -> None:
    """As the issue asks."""
    run_state_machine_as_test(ModerationMachine, settings=machine_settings(100, 40))
