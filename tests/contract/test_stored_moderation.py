"""Asks SQLite whether rows of moderation are read, and new ones written, as ever: queries and earlier versions read them."""

import pytest
from sqlalchemy import text

from bot.domain.cases import Case, CaseDecision, CaseId, CaseKind, CaseState, NewCase
from bot.domain.jobs import JobId
from bot.domain.moderation_log import LogEntry, ModerationAction, NewLogEntry
from bot.domain.people import AccountId
from bot.domain.pictures import PictureId
from bot.domain.removals import Removal, RemovalOrder, RemovalReason, RemovalState, RemovalStep, StepState
from bot.domain.reports import Report, ReporterTrust, ReportOutcome, ReportReason
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction, SanctionId, SanctionKind
from storage.sql.database import Database
from tests.contract.conftest import ContractTables
from tests.contract.stored import ADA, AN_HOUR, AT_NOON, DISCORD, FIRST_ID, HERE, LATER, MOD, assert_same, read_row, write_row
from tests.fakes.clock import NOON

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)

CASE_ROW = {
    "id": "c1",
    "about": "picture:fox.0",
    "kind": "report",
    "community": "discord:42",
    "platform": "discord",
    "tenant": "42",
    "account": "ann",
    "by_account": "mod",
    "by_name": "Mo",
    "picture": "fox.0",
    "job": "fox",
    "appeals": None,
    "reason": "violent",
    "words": "a fox",
    "scores": '{"violence": 0.75, "hate": 1}',
    "opened_at": AT_NOON,
    "state": "decided",
    "decision": "mute",
    "decided_by": "ada",
    "decided_by_name": None,
    "decided_at": AT_NOON + AN_HOUR,
    "closed_at": None,
    "assignee": "mod",
    "assignee_name": "Mo",
    "revision": 3,
    "rounds": 1,
    "is_enforced": 1,
    "shown_revision": 2,
    "message": None,
}
CASE = Case(
    id=CaseId("c1"),
    kind=CaseKind.REPORT,
    community=HERE,
    platform=DISCORD,
    tenant="42",
    account=AccountId("ann"),
    by=MOD,
    picture=PictureId("fox.0"),
    job=JobId("fox"),
    reason="violent",
    words="a fox",
    scores={"violence": 0.75, "hate": 1},
    opened_at=NOON,
    state=CaseState.DECIDED,
    decision=CaseDecision.MUTE,
    decided_by=Actor(AccountId("ada"), ""),
    decided_at=LATER,
    assignee=MOD,
    revision=3,
    rounds=1,
)
SANCTION_ROW = {
    "id": "s1",
    "key": "once",
    "account": "ann",
    "community": "discord:42",
    "kind": "mute",
    "imposed_at": AT_NOON,
    "by_account": "mod",
    "by_name": "Mo",
    "until": AT_NOON + AN_HOUR,
    "reason": "floods",
    "case_id": "c1",
    "told_at": None,
    "lifted_at": AT_NOON,
    "lifted_by_account": "ada",
    "lifted_by_name": "Ada",
    "lifted_case_id": "c2",
}
SANCTION = Sanction(
    id=SanctionId("s1"),
    key="once",
    account=AccountId("ann"),
    community=HERE,
    kind=SanctionKind.MUTE,
    imposed_at=NOON,
    by=MOD,
    until=LATER,
    reason="floods",
    case=CaseId("c1"),
    lifted_at=NOON,
    lifted_by=ADA,
    lifted_case=CaseId("c2"),
)
LOG_ROW = {
    "position": 1,
    "key": "decided:1",
    "at": AT_NOON,
    "community": "discord:42",
    "action": "decided",
    "by_account": "mod",
    "by_name": "Mo",
    "subject": "ann",
    "picture": "fox.0",
    "job": "fox",
    "case": "c1",
    "detail": "mute",
}
LOG_ENTRY = LogEntry(
    position=1,
    at=NOON,
    community=HERE,
    action=ModerationAction.DECIDED,
    by=MOD,
    subject=AccountId("ann"),
    picture=PictureId("fox.0"),
    job=JobId("fox"),
    case=CaseId("c1"),
    detail="mute",
    key="decided:1",
)
REPORT_ROW = {
    "picture": "fox.0",
    "reporter": "?",
    "reported_at": AT_NOON,
    "reason": "violent",
    "standing": "moderator",
    "outcome": "upheld",
    "decided_case": "c1",
    "withdrawn_at": None,
    "completed_at": None,
}
REMOVAL_ROW = {
    "picture": "fox.0",
    "state": "hidden",
    "reason": "reports",
    "decided_by": "reports",
    "decided_case": "c1",
    "tells_author": 0,
    "decided_at": AT_NOON,
    "revision": 2,
    "due_at": None,
}
STEP_ROW = {"picture": "fox.0", "place": "discord", "state": "impossible", "detail": "gone", "noted_at": AT_NOON}


async def test_a_case_is_read_as_ever(database: Database, records: ContractTables) -> None:
    """Whoever decided it may have no name any more."""
    await write_row(database, "cases", CASE_ROW)
    found = await records.cases.get(CaseId("c1"))
    assert found == CASE
    assert (type(found.kind), type(found.state), type(found.decision)) == (CaseKind, CaseState, CaseDecision)
    assert isinstance(found.by, Actor)


async def test_a_case_is_written_as_ever(database: Database, records: ContractTables) -> None:
    """What nobody decided has nothing in those columns."""
    new = NewCase(
        kind=CaseKind.APPEAL,
        community=HERE,
        platform=DISCORD,
        tenant="42",
        account=AccountId("ann"),
        by=MOD,
        appeals="s1",
        reason="mute",
        words="a fox",
        scores={"violence": 0.75},
    )
    opened = await records.cases.open(new)
    assert await read_row(database, "cases") == CASE_ROW | {
        "id": FIRST_ID,
        "about": "appeal:s1",
        "kind": "appeal",
        "picture": None,
        "job": None,
        "appeals": "s1",
        "reason": "mute",
        "scores": '{"violence": 0.75}',
        "state": "open",
        "decision": None,
        "decided_by": None,
        "decided_at": None,
        "assignee": None,
        "assignee_name": None,
        "revision": 1,
        "rounds": 0,
        "shown_revision": 0,
    }
    assert_same(await records.cases.get(CaseId(FIRST_ID)), opened.case)


async def test_a_sanction_is_read_as_ever(database: Database, records: ContractTables) -> None:
    """One that was lifted; and one that holds for good, of which fewer columns are filled."""
    await write_row(database, "sanctions", SANCTION_ROW)
    assert_same(await records.sanctions.find(SANCTION.id), SANCTION)
    empty = dict.fromkeys(("until", "case_id", "lifted_at", "lifted_by_account", "lifted_by_name", "lifted_case_id"))
    await write_row(database, "sanctions", SANCTION_ROW | {"id": "s2", "key": "twice", "kind": "ban"} | empty)
    found = await records.sanctions.find(SanctionId("s2"))
    assert found is not None
    assert (found.until, found.case, found.lifted_at, found.lifted_by, found.lifted_case) == (None,) * 5


async def test_a_sanction_is_written_as_ever(database: Database, records: ContractTables, ann: AccountId) -> None:
    """With who lifted it, if it was."""
    sanction = Sanction(
        id=SanctionId("s1"),
        key="once",
        account=ann,
        community=HERE,
        kind=SanctionKind.MUTE,
        imposed_at=NOON,
        by=MOD,
        until=LATER,
        reason="floods",
        case=CaseId("c1"),
    )
    await records.sanctions.impose(sanction)
    empty = dict.fromkeys(("lifted_at", "lifted_by_account", "lifted_by_name", "lifted_case_id"))
    assert await read_row(database, "sanctions") == SANCTION_ROW | {"account": ann} | empty
    await records.sanctions.lift(sanction.id, ADA, CaseId("c2"))
    assert await read_row(database, "sanctions") == SANCTION_ROW | {"account": ann}


async def test_a_line_of_the_moderation_log_is_written_and_read_as_ever(database: Database, records: ContractTables) -> None:
    """What easel did by itself names nobody, and a line may be about nothing."""
    entry = NewLogEntry(
        community=HERE,
        action=ModerationAction.DECIDED,
        by=MOD,
        subject=AccountId("ann"),
        picture=PictureId("fox.0"),
        job=JobId("fox"),
        case=CaseId("c1"),
        detail="mute",
        key="decided:1",
    )
    await records.moderation_log.append(entry)
    assert await read_row(database, "moderation_log") == LOG_ROW
    assert_same(await records.moderation_log.page(HERE, most=9), (LOG_ENTRY,))
    nothing = dict.fromkeys(("key", "by_account", "by_name", "subject", "picture", "job", "case"))
    await write_row(database, "moderation_log", LOG_ROW | {"position": 2, "detail": ""} | nothing)
    [newest, _] = await records.moderation_log.page(HERE, most=9)
    assert_same(newest, LogEntry(position=2, at=NOON, community=HERE, action=ModerationAction.DECIDED))


@pytest.mark.usefixtures("fox_picture")
async def test_a_report_is_read_as_ever(database: Database, records: ContractTables, ann: AccountId) -> None:
    """With what was found, or before anybody has looked."""
    await write_row(database, "reports", REPORT_ROW | {"reporter": ann})
    report = Report(PictureId("fox.0"), ann, NOON, ReportReason.VIOLENT, ReporterTrust.MODERATOR, ReportOutcome.UPHELD)
    assert_same(await records.reports.of(PictureId("fox.0")), (report,))
    async with database.write_transaction() as connection:
        await connection.execute(text("UPDATE reports SET reason = NULL, outcome = NULL"))
    plain = Report(PictureId("fox.0"), ann, NOON, trust=ReporterTrust.MODERATOR)
    assert_same(await records.reports.of(PictureId("fox.0")), (plain,))


@pytest.mark.usefixtures("fox_picture")
async def test_a_removal_and_its_steps_are_read_as_ever(database: Database, records: ContractTables) -> None:
    """The job is the picture's."""
    await write_row(database, "removals", REMOVAL_ROW)
    await write_row(database, "removal_steps", STEP_ROW)
    order = RemovalOrder(reason=RemovalReason.REPORTS, by="reports", case="c1", tells_author=False)
    removal = Removal(
        picture=PictureId("fox.0"), job=JobId("fox"), state=RemovalState.HIDDEN, order=order, decided_at=NOON, revision=2
    )
    assert_same(await records.removals.get(PictureId("fox.0")), removal)
    step = RemovalStep(picture=PictureId("fox.0"), place="discord", state=StepState.IMPOSSIBLE, detail="gone")
    assert_same(await records.removals.steps(PictureId("fox.0")), (step,))
