"""A community with a review channel and moderators, over a bench: real services, and what they keep in memory."""

from dataclasses import replace

from bot.commands.case_access import CaseAccess
from bot.commands.case_buttons import (
    case_block,
    case_drop,
    case_look,
    case_note,
    case_similar,
    case_take,
    case_undo,
    decision_buttons,
)
from bot.commands.cases import case_show, cases_block, cases_decide, cases_list, cases_note, cases_show
from bot.commands.dispatcher import Dispatcher
from bot.commands.moderator_page import cases_page
from bot.commands.rule_changes import RuleChanges
from bot.commands.word_filter import filter_add
from bot.domain.cases import Case, CaseKind, NewCase
from bot.domain.chat import Form, Place, Post
from bot.domain.jobs import Job
from bot.domain.people import HOUSE, AccountId, Person
from bot.domain.reports import ReporterTrust, ReportReason
from bot.domain.rules import EVERYBODY, Actor, Change, RuleKey, RuleKind
from bot.pipeline.case_messages import CaseMessages
from bot.services.appeal_effect import AppealEffect
from bot.services.case_details import CaseReader
from bot.services.case_effects import PictureEffect, SanctionEffect
from bot.services.case_pictures import CasePictures
from bot.services.cases import CaseReview
from bot.services.moderator_sessions import ModeratorSessions
from bot.services.person_lookup import PersonLookup
from bot.services.removal import Removals
from bot.services.sanctions import Sanctions
from storage.limits.local import LocalLocks
from tests.fakes.bench import DEPLOYMENT, FAULT, Bench
from tests.fakes.cases import MemoryCases
from tests.fakes.codes import MemoryCodes
from tests.fakes.moderation_log import MemoryModerationLog
from tests.fakes.reports import MemoryReports
from tests.fakes.surfaces import LOOM, FakeCall, person

MODS = Place(LOOM, "town", "mods")
"""The review channel."""

OWNER = person("olga")


class CaseSetup:
    """What moderators work with, and what they see. Each call is a new one."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.log = MemoryModerationLog(bench.clock)
        self.cases = MemoryCases(bench.clock, bench.ids, self.log)
        self.reports = MemoryReports(bench.clock)
        self.removals = Removals(bench.removals, bench.clock)
        self.owners: set[AccountId] = set()
        self.sanctions = Sanctions(
            book=bench.sanction_book,
            clock=bench.clock,
            ids=bench.ids,
            is_owners_account=self._is_owners,
            follow_up=bench.enforcement.follow_up,
        )
        self.effects = (
            PictureEffect(self.removals, bench.removals, self.cases),
            SanctionEffect(self.sanctions, bench.sanction_book),
            AppealEffect(self.sanctions, bench.sanction_book),
        )
        self.review = CaseReview(self.cases, bench.sanction_book, self.effects, bench.clock)
        self.notices: list[tuple[str, Post]] = []
        self.owners_are_away = False
        self.messages = CaseMessages(
            cases=self.cases,
            review=self.review,
            reader=self._reader(),
            quotas=bench.quotas,
            links=bench.links,
            surfaces={LOOM: bench.surface},
            locks=LocalLocks(),
            notify_owners=self._tell,
        )
        self.people = PersonLookup(bench.accounts, bench.quotas)
        self.access = CaseAccess(
            review=self.review,
            cases=self.cases,
            quotas=bench.quotas,
            people=self.people,
            sanctions=self.sanctions,
            is_owner=_is_olga,
        )
        self.codes = MemoryCodes(bench.clock)
        self.sessions = ModeratorSessions(self.codes, bench.ids, bench.clock, page="http://easel.test")
        self.dispatcher = self._dispatcher()
        self.forms: list[Form] = []
        self._count = 0

    async def set_channel(self, place: Place = MODS) -> None:
        """Have an admin name the review channel."""
        key = RuleKey(RuleKind.SETTING, "review_channel")
        value = f"{place.platform}:{place.tenant}:{place.channel}"
        by = Actor(EVERYBODY, "Ada")
        await self.bench.rulebook.change(Change(community=HOUSE, key=key, value=value, by=by))

    async def report(self, job: Job, /, **changes: object) -> Case:
        """Have bob report the first picture of a job."""
        [picture, *_] = await self.bench.pictures.of_job(job.id)
        bob = await self.account("bob")
        await self.reports.add(picture.id, bob, ReporterTrust.NEW, ReportReason.VIOLENT)
        new = NewCase(
            kind=CaseKind.REPORT,
            community=HOUSE,
            platform=job.place.platform,
            tenant=job.place.tenant,
            account=job.account,
            by=bob,
            picture=picture.id,
            job=job.id,
            reason="violent",
        )
        return (await self.review.open(replace(new, **changes))).case  # type: ignore[arg-type]  # as the fields are declared

    async def account(self, user: str) -> Actor:
        """Return somebody as who decides."""
        return Actor((await self.bench.studio.account(person(user))).id, user.title())

    async def press(self, button: str, case: Case, user: str = "mo", *, at: Place = MODS) -> list[Post]:
        """Have a moderator press a button of a case."""
        call = self._call(person(user, is_moderator=True), at)
        await self.dispatcher.press(f"case-{button}:{case.id}", call)
        self.forms += call.asked
        return call.whispers

    async def type(self, line: str, by: Person | None = None, *, at: Place = MODS) -> list[Post]:
        """Have somebody type a line."""
        call = self._call(by or person("mo", is_moderator=True), at)
        await self.dispatcher.dispatch_line(line, call)
        return call.whispers

    async def shown(self, case: Case) -> Post:
        """Show what is due, and return the case's message."""
        await self.messages.show_due()
        message = await self.cases.message(case.id)
        assert message is not None
        return self.bench.surface.shown[message.id]

    def labels(self, post: Post) -> list[str]:
        """Return what the buttons are called."""
        return [button.label for button in post.buttons]

    def _call(self, by: Person, at: Place) -> FakeCall:
        self._count += 1
        return FakeCall(self.bench.surface, f"mod-{self._count}", by=by, at=at)

    async def _is_owners(self, account: AccountId) -> bool:
        return account in self.owners

    async def _tell(self, post: Post, *, key: str) -> bool:
        if self.owners_are_away:
            return False
        if all(known != key for known, _ in self.notices):
            self.notices.append((key, post))
        return True

    def _reader(self) -> CaseReader:
        return CaseReader(
            cases=self.cases,
            jobs=self.bench.jobs,
            pictures=self.bench.pictures,
            accounts=self.bench.accounts,
            removals=self.bench.removals,
            reports=self.reports,
            sanctions=self.bench.sanction_book,
            log=self.log,
            clock=self.bench.clock,
        )

    def _dispatcher(self) -> Dispatcher:
        bench, review = self.bench, self.review
        access = self.access
        pictures = CasePictures(bench.pictures, bench.objects)
        changes = RuleChanges(
            rulebook=bench.rulebook, quotas=bench.quotas, people=self.people, deployment=DEPLOYMENT, clock=bench.clock
        )
        return Dispatcher(
            (
                cases_list(access),
                cases_page(self.sessions),
                cases_show(access, self.messages, pictures),
                cases_decide(access, review),
                cases_note(access, review),
                cases_block(access, filter_add(changes, bench.quotas, bench.rulebook), self.log),
                case_show(access, self.messages, pictures),
                *decision_buttons(access, review),
                case_undo(access, review),
                case_look(access, pictures),
                case_similar(access, pictures),
                case_similar(access, pictures),
                case_take(access, review),
                case_drop(access, review),
                case_note(),
                case_block(),
            ),
            lambda: FAULT,
            _is_olga,
        )


async def _is_olga(person: Person) -> bool:
    return person.identity == OWNER.identity
