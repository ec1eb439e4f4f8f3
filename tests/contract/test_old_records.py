"""Asks the records whether only what is old goes from them, and nothing that the books, a picture or a person still needs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from bot.domain.allowances import Allowance
from bot.domain.cases import CaseDecision, CaseKind, NewCase
from bot.domain.chat import MessageRef
from bot.domain.credits import CreditKind, CreditMove
from bot.domain.jobs import DrawingState, Ending, Job, JobId, JobState, PreparedPrompt
from bot.domain.money import Cost
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.domain.pictures import PictureId
from bot.domain.refusals import RefusalId, RefusedWords
from bot.domain.reports import ReporterTrust
from bot.domain.rules import Actor, Change, RuleKey, RuleKind
from bot.errors import RefusedBy
from bot.ports.accounts import Ledger
from bot.ports.cases import Cases
from bot.ports.credits import Credits
from bot.ports.jobs import Jobs
from bot.ports.old_records import OldRecords
from bot.ports.page_messages import PageMessages
from bot.ports.pictures import Pictures
from bot.ports.reports import Reports
from bot.ports.rules import Rulebook
from storage.schema import metadata
from storage.schema.accounts import api_keys
from storage.schema.quotas import descriptions, usage
from storage.sql.database import Database
from storage.sql.old_records import SqlOldRecords
from storage.sql.refusals import SqlRefusals
from tests.contract.conftest import ON_DISK
from tests.contract.examples import DONE, FAILED, LEASE, TODAY, WEB, a_drawing, a_hold, a_job, some_pictures
from tests.contract.rows import row_of
from tests.fakes.clock import NOON, StoppedClock

pytestmark = ON_DISK

DAY = timedelta(days=1)
OTHER = CommunityId("other")
ADMIN = Actor(AccountId("ada"), "Ada")
REFUSED = Ending(JobState.REFUSED, "refused", "The words “a secret” may not be drawn.", "a kind fox")


@pytest.fixture
def old(database: Database) -> OldRecords:
    """Look at the records."""
    return SqlOldRecords(database)


class Life:
    """Has jobs live through what they live through."""

    def __init__(self, jobs: Jobs, pictures: Pictures, account: AccountId, clock: StoppedClock) -> None:
        self.jobs = jobs
        self.pictures = pictures
        self.account = account
        self.clock = clock

    async def run(self, name: str, ending: Ending = DONE, community: CommunityId = HOUSE, pictures: int = 1) -> Job:
        """Have a job drawn, shown and ended now."""
        job = a_job(name, self.account, community=community, created_at=self.clock.now())
        today = Allowance(10, self.clock.now().date(), self.clock.now() + DAY)
        await self.jobs.accept(job, replace(a_hold(self.account, allowance=today), community=community))
        claimed = await self.jobs.claim(job.id, LEASE)
        assert claimed is not None
        await self.jobs.record_prompt(job.id, claimed.attempt, PreparedPrompt("a secret fox", Cost(7)))
        await self.jobs.attach(job.id, MessageRef(job.place, f"message of {name}"))
        drawing = a_drawing(f"drawing of {name}", claimed)
        await self.jobs.open_drawing(drawing)
        drawn = replace(drawing, state=DrawingState.DRAWN, cost=Cost(5), notes=("a secret note",))
        await self.jobs.close_drawing(drawn)
        if ending is DONE:
            await self.jobs.keep(job.id, claimed.attempt, some_pictures(job.id, pictures))
        await self.jobs.finish(job.id, claimed.attempt, ending)
        await self.jobs.mark_notified(job.id)
        found = await self.jobs.get(job.id)
        assert found is not None
        return found

    async def remove_pictures(self, job: JobId) -> None:
        """Have its bytes gone."""
        await self.pictures.hide(job, self.clock.now())
        for picture in await self.pictures.of_job(job):
            await self.pictures.begin_removal(picture.id)
            await self.pictures.remove(picture.id)


@pytest.fixture
def life(jobs: Jobs, pictures: Pictures, ann: AccountId, clock: StoppedClock) -> Life:
    """Begin."""
    return Life(jobs, pictures, ann, clock)


async def count(database: Database, table: str) -> int:
    """Count the rows of a table."""
    async with database.read_statement() as connection:
        return int((await connection.execute(select(func.count()).select_from(metadata.tables[table]))).scalar_one())


async def test_prompts_go_and_what_they_cost_stays(old: OldRecords, life: Life, jobs: Jobs, clock: StoppedClock) -> None:
    """Asked, drawn, quoted and offered; the picture stays, and so does what has ended since, or elsewhere."""
    fox = await life.run("fox")
    refused = await life.run("refused", REFUSED)
    elsewhere = await life.run("elsewhere", community=OTHER)
    clock.move(2 * DAY)
    young = await life.run("young")
    assert await old.erase_prompts(HOUSE, NOON + DAY, most=1, now=clock.now()) == 1
    assert await old.erase_prompts(HOUSE, NOON + DAY, most=9, now=clock.now()) == 1
    assert await old.erase_prompts(HOUSE, NOON + DAY, most=9, now=clock.now()) == 0
    erased = await jobs.get(fox.id)
    assert erased == replace(fox, wish=replace(fox.wish, prompt=""), prepared_prompt=None, ending=DONE, erased_at=clock.now())
    assert await jobs.cost(fox.id) == Cost(12)
    assert [drawing.notes for drawing in await jobs.drawings(fox.id)] == [()]
    again = await jobs.get(refused.id)
    assert again is not None
    assert again.ending == Ending(JobState.REFUSED, "refused")
    assert [await jobs.get(job.id) for job in (elsewhere, young)] == [elsewhere, young]


async def test_the_messages_of_cases_follow_when_prompts_go(old: OldRecords, life: Life, cases: Cases) -> None:
    """However long ago they were decided; those that were never shown have nothing to follow."""
    shown, unshown = [await life.run(name) for name in ("fox", "hare")]
    for job in (shown, unshown):
        new = NewCase(
            kind=CaseKind.REPORT, community=HOUSE, platform=WEB, tenant="", account=job.account, picture=PictureId(f"{job.id}.0")
        )
        case = (await cases.open(new)).case
        await cases.note_shown(case, MessageRef(job.place, "1") if job is shown else None)
        await cases.decide(case.id, CaseDecision.KEEP, ADMIN)
    before = {case.picture: case.revision for case in await cases.to_show(most=9)}
    await old.erase_prompts(HOUSE, NOON + DAY, most=9, now=NOON)
    after = {case.picture: case.revision for case in await cases.to_show(most=9)}
    assert after == {picture: revision + (picture == "fox.0") for picture, revision in before.items()}


async def test_no_prompt_goes_of_a_job_that_runs_or_whose_end_nobody_has_seen(
    old: OldRecords, jobs: Jobs, fox: Job, ann: AccountId, clock: StoppedClock
) -> None:
    """However old."""
    await jobs.accept(a_job("untold", ann), a_hold(ann))
    claimed = await jobs.claim(JobId("untold"), LEASE)
    assert claimed is not None
    await jobs.finish(claimed.id, claimed.attempt, FAILED)
    assert await old.erase_prompts(HOUSE, NOON + 999 * DAY, most=9, now=clock.now()) == 0
    assert await old.delete_jobs(HOUSE, NOON + 999 * DAY, most=9) == 0
    assert await old.with_message(HOUSE, NOON + 999 * DAY, most=9, after=None) == ()


async def test_messages_are_given_page_by_page_until_they_are_detached(
    old: OldRecords, life: Life, jobs: Jobs, clock: StoppedClock
) -> None:
    """Oldest first."""
    delivered = []
    for number in range(3):
        delivered.append(await life.run(f"fox-{number}"))
        clock.move(DAY)
    before = NOON + 2 * DAY
    assert await old.with_message(HOUSE, before, most=1, after=None) == (delivered[0],)
    assert await old.with_message(HOUSE, before, most=9, after=delivered[0]) == (delivered[1],)
    await old.detach(delivered[0].id)
    assert await old.with_message(HOUSE, before, most=9, after=None) == (delivered[1],)
    assert await jobs.by_message(WEB, delivered[0].place.channel, "message of fox-0") is None


async def test_a_job_goes_with_all_that_it_had(
    old: OldRecords, life: Life, database: Database, reports: Reports, ledger: Ledger, ann: AccountId, clock: StoppedClock
) -> None:
    """What was used on its day still counts, and what it cost."""
    await life.run("fox", pictures=1)
    await reports.add(PictureId("fox.0"), Actor(ann, "Ann"), ReporterTrust.KNOWN)
    await life.remove_pictures(JobId("fox"))
    before = await ledger.quota_status(HOUSE, ann, TODAY.day, 10)
    await life.run("failed", FAILED)
    assert await old.delete_jobs(HOUSE, NOON, most=9) == 0
    clock.move(DAY)
    assert await old.delete_jobs(HOUSE, clock.now(), most=1) == 1
    assert await old.delete_jobs(HOUSE, clock.now(), most=9) == 1
    tables = ("jobs", "drawings", "holds", "pictures", "reports")
    assert {table: await count(database, table) for table in tables} == dict.fromkeys(tables, 0)
    assert await ledger.quota_status(HOUSE, ann, TODAY.day, 10) == before
    assert before.spent == 1
    assert await count(database, "spending") > 0


async def test_a_job_stays_while_anything_needs_it(
    old: OldRecords, life: Life, credits_: Credits, jobs: Jobs, ann: AccountId, clock: StoppedClock, database: Database
) -> None:
    """A picture that may be seen or brought back, credits that it moved, a cost that is not booked, a call that is out."""
    await life.run("visible")
    await life.run("hidden")
    await life.pictures.hide(JobId("hidden"), NOON + DAY)
    await credits_.move(CreditMove(community=HOUSE, account=ann, delta=1, kind=CreditKind.GRANT, key="g", by=ADMIN))
    dear = a_job("dear", ann)
    await jobs.accept(dear, replace(a_hold(ann), allowance=replace(TODAY, limit=0)))
    claimed = await jobs.claim(dear.id, LEASE)
    assert claimed is not None
    await jobs.finish(dear.id, claimed.attempt, FAILED)
    await jobs.mark_notified(dear.id)
    await life.run("unbooked", FAILED)
    async with database.write_transaction() as connection:
        holds = metadata.tables["holds"]
        await connection.execute(update(holds).where(holds.c.job == "unbooked").values(is_billed=False))
    await life.run("out", FAILED)
    async with database.write_transaction() as connection:
        drawings = metadata.tables["drawings"]
        await connection.execute(update(drawings).where(drawings.c.job == "out").values(state="open"))
    clock.move(99 * DAY)
    assert await old.delete_jobs(HOUSE, clock.now(), most=9) == 0
    assert await count(database, "jobs") == 5


async def test_records_and_daily_counts_go_and_credits_stay(
    old: OldRecords, life: Life, rulebook: Rulebook, credits_: Credits, ann: AccountId, clock: StoppedClock, database: Database
) -> None:
    """Rules stay as they are; a day on which something is held still counts."""
    change = Change(community=HOUSE, key=RuleKey(RuleKind.SETTING, "quality"), value="high", by=ADMIN)
    await rulebook.change(change)
    await credits_.move(CreditMove(community=HOUSE, account=ann, delta=5, kind=CreditKind.GRANT, key="g", by=ADMIN))
    await life.run("fox")
    delivered = {"community": HOUSE, "account": "bob", "day": NOON.date(), "microusd": 3, "is_estimate": False}
    held = {"community": HOUSE, "account": "bob", "day": NOON.date(), "held": 1, "spent": 0}
    key = {"platform": "web", "realm": "", "user_id": "ann", "community": HOUSE, "label": "l", "created_at": NOON, "account": ann}
    async with database.write_transaction() as connection:
        await connection.execute(insert(usage), held)
        await connection.execute(insert(descriptions), {"id": "d", **delivered})
        await connection.execute(insert(api_keys), [{**key, "id": "1", "key_hash": "1", "revoked_at": NOON}])
        await connection.execute(insert(api_keys), [{**key, "id": "2", "key_hash": "2", "revoked_at": None}])
    clock.move(100 * DAY)
    await rulebook.change(replace(change, value="low"))
    before = NOON + 10 * DAY
    assert await old.delete_records(OTHER, before, most=9) == 0
    assert await old.delete_records(HOUSE, before, most=1) == 1
    while await old.delete_records(HOUSE, before, most=1):
        pass
    assert [entry.after for entry in await rulebook.entries(HOUSE, 9)] == ["low"]
    assert await credits_.balance(HOUSE, ann) == 5
    assert len(await credits_.history(HOUSE, ann, 9)) == 1
    assert [await count(database, table) for table in ("usage", "api_keys", "descriptions")] == [1, 1, 0]
    assert await count(database, "jobs") == 1


async def test_the_page_forgets_which_messages_were_deleted(
    old: OldRecords, messages: PageMessages, clock: StoppedClock, database: Database
) -> None:
    """Those that are there stay."""
    gone = await messages.add(channel="lobby", author="ann", body="{}", key="1")
    await messages.add(channel="lobby", author="ann", body="{}", key="2")
    await messages.delete(gone.id)
    assert await old.delete_tombstones(NOON, most=9) == 0
    assert await old.delete_tombstones(NOON + DAY, most=9) == 1
    assert await count(database, "messages") == 1


async def test_communities_are_known_by_what_they_left(old: OldRecords, life: Life, rulebook: Rulebook) -> None:
    """Jobs or records."""
    await life.run("fox", community=OTHER)
    await rulebook.change(
        Change(community=CommunityId("third"), key=RuleKey(RuleKind.SETTING, "quality"), value="high", by=ADMIN)
    )
    assert set(await old.communities()) >= {OTHER, CommunityId("third")}


async def test_closed_cases_and_the_moderation_log_go_by_the_same_days(old: OldRecords, database: Database) -> None:
    """Their words as early as prompts do; an open case stays whole."""
    cases, notes, lines = (metadata.tables[name] for name in ("cases", "case_notes", "moderation_log"))
    old_case = {**row_of(cases, 0), "id": "old", "about": "1", "community": HOUSE, "state": "decided", "closed_at": NOON}
    open_case = {**row_of(cases, 2), "id": "open", "about": "2", "community": HOUSE, "state": "open", "closed_at": None}
    async with database.write_transaction() as connection:
        for case in (old_case, open_case):
            await connection.execute(insert(cases), case)
        await connection.execute(insert(notes), {**row_of(notes, 0), "case": "old"})
        await connection.execute(insert(lines), {**row_of(lines, 0), "community": HOUSE, "at": NOON})
    assert await old.erase_prompts(HOUSE, NOON + DAY, most=9, now=NOON) == 1
    async with database.read_statement() as connection:
        words = {row.id: row.words for row in await connection.execute(select(cases.c.id, cases.c.words))}
    assert (words["old"], words["open"]) == ("", open_case["words"])
    while await old.delete_records(HOUSE, NOON + DAY, most=9):
        pass
    assert {name: await count(database, name) for name in ("cases", "case_notes", "moderation_log")} == {
        "cases": 1,
        "case_notes": 0,
        "moderation_log": 0,
    }


async def test_refused_words_go_with_the_prompts(
    old: OldRecords, database: Database, ann: AccountId, clock: StoppedClock
) -> None:
    """Those of that community that are too old, a page at a time."""
    kept = SqlRefusals(database)
    for number, (community, at) in enumerate(((HOUSE, NOON), (HOUSE, NOON), (HOUSE, NOON + 2 * DAY), (OTHER, NOON))):
        refused = RefusedWords(
            id=RefusalId(f"r{number}"),
            community=community,
            platform=WEB,
            tenant="",
            account=ann,
            refused_at=at,
            by=RefusedBy.FILTER,
            category="gore",
            entry="a secret",
            words="a secret",
        )
        await kept.add(refused)
    for removed in (1, 1, 0):
        assert await old.erase_prompts(HOUSE, NOON + DAY, most=1, now=clock.now()) == removed
    assert [await kept.find(RefusalId(f"r{number}")) is not None for number in range(4)] == [False, False, True, True]
