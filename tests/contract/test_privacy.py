"""Asks the records what they have of somebody: all of it in an export, and nothing that names them once they are forgotten."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.domain.cases import CaseDecision, CaseKind, NewCase
from bot.domain.chat import MessageRef, Place
from bot.domain.credits import CreditKind, CreditMove
from bot.domain.jobs import DrawingState, Ending, Job, JobId, JobState, PreparedPrompt
from bot.domain.money import Cost
from bot.domain.people import HOUSE, REGISTERED, AccountId, Identity, Person, Platform
from bot.domain.pictures import PictureId
from bot.domain.privacy import PrivacyKind, PrivacyRequest, PrivacyRequestId, PrivacyState
from bot.domain.reports import ReporterTrust
from bot.domain.rules import Actor, Change, RuleKey, RuleKind
from bot.domain.sanctions import Sanction, SanctionId, SanctionKind
from bot.domain.templates import KeptTemplate, Template, TemplateId, TemplateOwner
from bot.errors import BadInput
from bot.ports.accounts import Accounts, Ledger
from bot.ports.api_keys import ApiKey, ApiKeyId
from bot.ports.cases import Cases
from bot.ports.codes import Purpose
from bot.ports.credits import Credits
from bot.ports.jobs import Jobs
from bot.ports.page_messages import PageMessages
from bot.ports.privacy import PersonalRecords, PrivacyRequests
from bot.ports.reports import Reports
from bot.ports.rules import Rulebook
from bot.services.moderator_sessions import Moderator, ModeratorSessions
from bot.services.part_links import PartEdit, PartLinks
from storage.schema import metadata
from storage.schema.accounts import installations
from storage.sql.api_keys import SqlApiKeys
from storage.sql.cases import SqlCases
from storage.sql.codes import SqlCodes
from storage.sql.database import Database
from storage.sql.old_records import SqlOldRecords
from storage.sql.personal_records import SqlPersonalRecords
from storage.sql.privacy_requests import SqlPrivacyRequests
from storage.sql.sanctions import SqlSanctionBook
from storage.sql.templates import SqlTemplates
from tests.contract.conftest import ON_DISK
from tests.contract.examples import DONE, LEASE, TODAY, WEB, a_drawing, a_hold, a_job, some_pictures
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.ids import CountingIds

pytestmark = ON_DISK

USER = "user-7351"
OTHER_USER = "user-9962"
NAME = "Annabel Marker"
WORDS = "zebra marker"
MARKS = (USER, OTHER_USER, NAME, WORDS, "channel-marker", "token-marker")
ANNABEL = Identity(WEB, "", USER)
ELSEWHERE = Identity(Platform("loom"), "town", OTHER_USER)
REFUSED = Ending(JobState.REFUSED, "refused", f"not {WORDS}", f"safe {WORDS}")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def requests(database: Database) -> PrivacyRequests:
    """Return the table of requests."""
    return SqlPrivacyRequests(database)


@pytest.fixture
def personal(database: Database, clock: StoppedClock) -> PersonalRecords:
    """Return what finds the rows of a person."""
    return SqlPersonalRecords(database, clock, CountingIds())


def a_request(account: AccountId, name: str = "request", **changes: object) -> PrivacyRequest:
    """Return a wish to be forgotten."""
    request = PrivacyRequest(
        id=PrivacyRequestId(name), kind=PrivacyKind.FORGET, account=account, identity=ANNABEL, requested_at=NOON
    )
    return replace(request, **changes)  # type: ignore[arg-type]  # by name


async def everything(database: Database) -> dict[str, str]:
    """Return the rows of each table as text."""
    async with database.read_transaction() as connection:
        return {
            table.name: "\n".join(str(dict(row)) for row in (await connection.execute(select(table))).mappings())
            for table in metadata.sorted_tables
        }


async def exported(personal: PersonalRecords, account: AccountId) -> str:
    """Return all rows of somebody's export."""
    return "\n".join([row for name in personal.sections() async for rows in personal.rows(name, account) for row in rows])


@pytest.fixture
async def annabel(accounts: Accounts) -> AccountId:
    """Return somebody who is known on two platforms."""
    account = (await accounts.get_or_create(ANNABEL, REGISTERED)).id
    other = (await accounts.get_or_create(ELSEWHERE, REGISTERED)).id
    await accounts.join(account, other)
    return account


@pytest.fixture
async def lived(
    annabel: AccountId,
    jobs: Jobs,
    messages: PageMessages,
    reports: Reports,
    rulebook: Rulebook,
    credits_: Credits,
    database: Database,
    clock: StoppedClock,
) -> AccountId:
    """Have her leave something in every table that has anything of people."""
    place, by = Place(WEB, "", "channel-marker"), Actor(annabel, NAME)
    author = Person(ANNABEL, NAME, roles=(f"role of {NAME}",))
    answer = await messages.add(channel="lobby", author=USER, body=json.dumps({"asked": WORDS}), key="a")
    for name, ending in (("fox", DONE), ("refused", REFUSED)):
        job = a_job(name, annabel, author=author, place=place, key=f"web:{USER}:{name}")
        job = replace(job, wish=replace(job.wish, prompt=WORDS, variation_of=WORDS))
        await jobs.accept(job, a_hold(annabel))
        claimed = await jobs.claim(job.id, LEASE)
        assert claimed is not None
        await jobs.record_prompt(job.id, 1, PreparedPrompt(WORDS, Cost(3)))
        await jobs.attach(job.id, MessageRef(place, answer.id, "token-marker"))
        await jobs.open_drawing(a_drawing(f"drawing-{name}", claimed))
        drawn = replace(a_drawing(f"drawing-{name}", claimed), state=DrawingState.DRAWN, notes=(WORDS,), cost=Cost(5))
        await jobs.close_drawing(drawn)
        if ending is DONE:
            await jobs.keep(job.id, 1, some_pictures(job.id))
        await jobs.finish(job.id, 1, ending)
    await reports.add(PictureId("fox.0"), by, ReporterTrust.KNOWN)
    await rulebook.change(Change(community=HOUSE, key=RuleKey(RuleKind.SETTING, "quality"), value="low", by=by))
    await rulebook.change(Change(community=HOUSE, key=RuleKey(RuleKind.LIMIT, "person", annabel), value="7", by=by))
    await credits_.move(CreditMove(community=HOUSE, account=annabel, delta=4, kind=CreditKind.GRANT, key="g", by=by))
    key = ApiKey(id=ApiKeyId("k"), account=annabel, owner=ANNABEL, community=HOUSE, label=f"for {NAME}", created_at=NOON)
    await SqlApiKeys(database, clock).add(key, "hash")
    mine = TemplateOwner.of_account(annabel)
    template = KeptTemplate(id=TemplateId("t"), owner=mine, template=Template("poster", WORDS), changed_at=NOON)
    await SqlTemplates(database).save(template, most=1)
    codes = SqlCodes(database, clock)
    await codes.issue(Purpose.LINK, "code", annabel, NOON + MINUTE)
    await PartLinks(codes, CountingIds(), clock, page="").issue(PartEdit(author, place, PictureId("fox.0")))
    await ModeratorSessions(codes, CountingIds(), clock, page="").issue_link(Moderator(author, place))
    return annabel


async def forget(personal: PersonalRecords, account: AccountId) -> PrivacyRequest:
    """Go through all steps that are the records' own."""
    request = a_request(account)
    for job in await personal.jobs_to_forget(account, NOON, most=9):
        assert await personal.forget_job(job.id, NOON)
    done = replace(request, state=PrivacyState.DONE, finished_at=NOON, notified_at=NOON, identity=None)
    await personal.forget_rest(done, NOON)
    return done


async def test_nothing_names_who_was_forgotten(
    personal: PersonalRecords, requests: PrivacyRequests, messages: PageMessages, lived: AccountId, database: Database
) -> None:
    """Neither their ids, nor their name, nor their words, in any table."""
    await requests.open(a_request(lived))
    before = await everything(database)
    assert {mark for mark in MARKS if any(mark in text for text in before.values())} == set(MARKS)
    [message] = await personal.page_messages(lived, most=9)
    await messages.delete(message.id)
    await forget(personal, lived)
    after = await everything(database)
    assert {(mark, table) for mark in MARKS for table, text in after.items() if mark in text} == set()
    assert await personal.jobs_to_forget(lived, NOON, most=9) == ()


async def test_the_messages_of_cases_follow_when_somebody_is_forgotten(
    personal: PersonalRecords, lived: AccountId, cases: Cases
) -> None:
    """They quote words and name the author."""
    new = NewCase(kind=CaseKind.MISTAKE, community=HOUSE, platform=WEB, tenant="", account=lived, words=WORDS)
    case = (await cases.open(new)).case
    await cases.note_shown(case, MessageRef(Place(WEB, "", "mods"), "1"))
    assert await cases.to_show(most=9) == ()
    await forget(personal, lived)
    assert [(shown.id, shown.words) for shown in await cases.to_show(most=9)] == [(case.id, "")]


async def test_whoever_comes_back_has_the_same_account(
    personal: PersonalRecords, accounts: Accounts, ledger: Ledger, credits_: Credits, rulebook: Rulebook, lived: AccountId
) -> None:
    """With its limits, its credits and what it used today, whichever of its identities comes, and no other's."""
    before = await ledger.quota_status(HOUSE, lived, TODAY.day, 10)
    await forget(personal, lived)
    assert await accounts.identities(lived) == ()
    found = await accounts.find(ELSEWHERE)
    assert found is not None
    assert found.id == lived
    assert await accounts.list_linked_identities(ELSEWHERE) == ()
    assert (await accounts.get_or_create(ELSEWHERE, REGISTERED)).id == lived
    assert await accounts.identities(lived) == (ELSEWHERE,)
    assert (await accounts.get_or_create(ANNABEL, REGISTERED)).id == lived
    assert await accounts.list_linked_identities(ANNABEL) == (ELSEWHERE, ANNABEL)
    assert await ledger.quota_status(HOUSE, lived, TODAY.day, 10) == before
    assert before.spent == 1
    assert await credits_.balance(HOUSE, lived) == 4
    assert [rule.value for rule in await rulebook.rules(HOUSE, lived) if rule.key.account] == ["7"]
    assert (await accounts.get_or_create(Identity(WEB, "", "somebody"), REGISTERED)).id != lived


async def test_who_was_forgotten_twice_is_still_the_same(personal: PersonalRecords, accounts: Accounts, lived: AccountId) -> None:
    """And may part or link their accounts again."""
    await forget(personal, lived)
    await accounts.get_or_create(ANNABEL, REGISTERED)
    await forget(personal, lived)
    assert (await accounts.get_or_create(ANNABEL, REGISTERED)).id == lived
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    await accounts.join(bob, lived)
    assert (await accounts.get_or_create(ELSEWHERE, REGISTERED)).id == bob
    assert (await accounts.part(ANNABEL, REGISTERED, NOON.date())).id != bob


async def test_an_export_has_a_section_of_everything(
    personal: PersonalRecords, lived: AccountId, jobs: Jobs, accounts: Accounts
) -> None:
    """Their words, pictures, credits and all; nobody else's, and no secret."""
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    await jobs.accept(a_job("bobs", bob), a_hold(bob))
    found = {
        section: [json.loads(row) for page in [rows async for rows in personal.rows(section, lived)] for row in page]
        for section in personal.sections()
    }
    filled = {"accounts", "identities", "jobs", "drawings", "pictures", "reports", "usage", "holds", "rules", "record"}
    assert {section for section, rows in found.items() if rows} >= filled | {
        "credit_balances",
        "credit_entries",
        "api_keys",
        "templates",
    }
    assert {row["wish"]["prompt"] for row in found["jobs"]} == {WORDS}
    assert {row["user_id"] for row in found["identities"]} == {USER, OTHER_USER}
    text = json.dumps(found)
    assert "token-marker" not in text
    assert "key_hash" not in text
    assert "bobs" not in text
    assert found["accounts"][0]["created_at"] == NOON.isoformat()


async def test_nobody_is_told_of_other_peoples_words_or_who_moderated_them(
    personal: PersonalRecords, accounts: Accounts, database: Database, clock: StoppedClock
) -> None:
    """A moderator has decided about what others asked for; those read what was done, and not by whom."""
    ann = (await accounts.get_or_create(ANNABEL, REGISTERED)).id
    mo = Actor((await accounts.get_or_create(Identity(WEB, "", "mo"), REGISTERED)).id, "Mo Marker")
    cases = SqlCases(database, clock, CountingIds())
    new = NewCase(kind=CaseKind.MISTAKE, community=HOUSE, platform=WEB, tenant="", account=ann, words=WORDS)
    case = (await cases.open(new)).case.id
    await cases.assign(case, mo, mo)
    await cases.decide(case, CaseDecision.UPHOLD, mo)
    sanction = Sanction(
        id=SanctionId("s"), key="s", account=ann, community=HOUSE, kind=SanctionKind.WARNING, imposed_at=NOON, by=mo
    )
    await SqlSanctionBook(database, clock).impose(sanction)
    assert mo.name not in await exported(personal, ann)
    assert mo.account not in await exported(personal, ann)
    assert WORDS not in await exported(personal, mo.account)


async def test_long_sections_come_page_by_page(
    personal: PersonalRecords, jobs: Jobs, accounts: Accounts, database: Database
) -> None:
    """All of them, each once."""
    ann = (await accounts.get_or_create(ANNABEL, REGISTERED)).id
    days = [
        {"community": HOUSE, "account": ann, "day": NOON.date() - timedelta(days=n), "held": 0, "spent": n} for n in range(1001)
    ]
    async with database.write_transaction() as connection:
        await connection.execute(insert(metadata.tables["usage"]), days)
    pages = [rows async for rows in personal.rows("usage", ann)]
    assert [len(rows) for rows in pages] == [500, 500, 1]
    assert len({row for rows in pages for row in rows}) == 1001
    del jobs


async def test_an_installation_is_its_installers_and_stays(
    personal: PersonalRecords, annabel: AccountId, database: Database
) -> None:
    """It is the workspace's; its token is in no export."""
    of = {"platform": "loom", "client": "c", "organisation": "", "workspace": "town", "user_id": OTHER_USER}
    async with database.write_transaction() as connection:
        await connection.execute(insert(installations), {**of, "sealed": b"secret", "installed_at": NOON})
    [[row]] = [rows async for rows in personal.rows("installations", annabel)]
    assert json.loads(row) == {**of, "installed_at": NOON.isoformat()}


async def test_a_job_that_is_not_final_is_not_erased(personal: PersonalRecords, jobs: Jobs, fox: Job) -> None:
    """Whoever draws it needs its words."""
    assert not await personal.forget_job(fox.id, NOON)
    assert not await personal.forget_job(JobId("unknown"), NOON)
    assert await jobs.get(fox.id) == fox


async def test_jobs_come_page_by_page_and_until_then(
    personal: PersonalRecords, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """Oldest first; a message that was written down afterwards brings one back."""
    made = []
    for number in range(3):
        job = a_job(f"job-{number}", ann, created_at=NOON + number * MINUTE)
        await jobs.accept(job, a_hold(ann))
        made.append(await jobs.get(job.id))
    first, second, _ = made
    assert await personal.jobs_to_forget(ann, NOON + MINUTE, most=1) == (first,)
    assert await personal.jobs_to_forget(ann, NOON + MINUTE, most=9, after=first) == (second,)
    assert first is not None
    claimed = await jobs.claim(first.id, LEASE)
    assert claimed is not None
    await jobs.finish(first.id, 1, REFUSED)
    assert await personal.forget_job(first.id, NOON)
    assert await personal.jobs_to_forget(ann, NOON, most=9) == ()
    await jobs.attach(first.id, MessageRef(first.place, "late"))
    [found] = await personal.jobs_to_forget(ann, NOON, most=9)
    assert (found.id, found.wish.prompt, found.author.name) == (first.id, "", "")
    assert await jobs.list_unnotified(frozenset({WEB}), most=9) == ()
    del clock


async def test_a_hash_goes_when_nothing_needs_it(
    personal: PersonalRecords,
    requests: PrivacyRequests,
    accounts: Accounts,
    annabel: AccountId,
    lived: AccountId,
    database: Database,
) -> None:
    """Credits and limits do; and requests that were told are no proof for ever."""
    old, later = SqlOldRecords(database), NOON + MINUTE
    await requests.open(a_request(lived))
    await forget(personal, lived)
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    await forget(personal, bob)
    assert (await old.delete_forgotten(NOON, most=9), await old.delete_forgotten(later, most=9)) == (0, 1)
    assert await accounts.find(Identity(WEB, "", "bob")) is None
    found = await accounts.find(ANNABEL)
    assert found is not None
    assert (found.id, await requests.latest(lived, PrivacyKind.FORGET)) == (annabel, None)


class TestRequests:
    """What was asked is written down once, and carried on until it is told."""

    async def test_what_is_open_is_asked_once(self, requests: PrivacyRequests, ann: AccountId) -> None:
        """Of each kind."""
        first = await requests.open(a_request(ann))
        assert await requests.open(a_request(ann, "again")) == first
        export = await requests.open(a_request(ann, "export", kind=PrivacyKind.EXPORT))
        assert (await requests.list_unfinished(PrivacyKind.FORGET), await requests.list_unfinished(PrivacyKind.EXPORT)) == (
            (first,),
            (export,),
        )

    async def test_it_is_kept_as_it_stands(self, requests: PrivacyRequests, ann: AccountId) -> None:
        """Every field."""
        request = await requests.open(a_request(ann, kind=PrivacyKind.EXPORT))
        done = replace(
            request,
            state=PrivacyState.DONE,
            finished_at=NOON,
            expires_at=NOON + MINUTE,
            counts={"jobs": 3},
            parts=2,
            size_bytes=10**12,
        )
        assert await requests.finish(done)
        assert not await requests.finish(done)
        assert await requests.latest(ann, PrivacyKind.EXPORT) == await requests.get(done.id) == done
        assert await requests.list_unfinished(PrivacyKind.EXPORT) == (done,)
        assert (await requests.due(NOON), await requests.due(NOON + MINUTE)) == ((), (done,))
        notified = replace(done, notified_at=NOON, identity=None)
        await requests.save(notified)
        assert await requests.list_unfinished(PrivacyKind.EXPORT) == ()
        assert await requests.get(done.id) == notified
        assert await requests.get(PrivacyRequestId("unknown")) is None
        newer = await requests.open(replace(request, id=PrivacyRequestId("newer"), requested_at=NOON + MINUTE))
        assert await requests.latest(ann, PrivacyKind.EXPORT) == newer

    async def test_accounts_stay_as_they_are_while_one_is_forgotten(
        self, requests: PrivacyRequests, accounts: Accounts, annabel: AccountId, ann: AccountId
    ) -> None:
        """What was confirmed is about these; nobody escapes it either."""
        request = await requests.open(a_request(annabel))
        for one, other in ((ann, annabel), (annabel, ann)):
            with pytest.raises(BadInput, match="bad input"):
                await accounts.join(one, other)
        with pytest.raises(BadInput, match="bad input"):
            await accounts.part(ELSEWHERE, REGISTERED, NOON.date())
        await requests.save(replace(request, state=PrivacyState.DONE))
        await accounts.join(ann, annabel)

    async def test_requests_move_with_their_account(
        self, requests: PrivacyRequests, accounts: Accounts, annabel: AccountId, ann: AccountId
    ) -> None:
        """And one that is asked in the name of an account that was joined is the other's."""
        export = await requests.open(a_request(annabel, kind=PrivacyKind.EXPORT))
        await accounts.join(ann, annabel)
        assert await requests.latest(ann, PrivacyKind.EXPORT) == replace(export, account=ann)
        await requests.save(replace(export, state=PrivacyState.EXPIRED))
        assert (await requests.open(a_request(annabel, "other"))).account == ann
