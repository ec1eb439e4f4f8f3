"""Asks of every implementation of `Reports`: is each report written down once, and does nothing that follows get lost?"""

from datetime import timedelta

import pytest

from bot.domain.cases import CaseId
from bot.domain.jobs import Job, JobId
from bot.domain.people import GUEST, HOUSE, AccountId, Identity
from bot.domain.pictures import PictureId
from bot.domain.reports import ReporterTrust, ReportOutcome, ReportReason, ReportTally
from bot.domain.rules import Actor
from bot.ports.accounts import Accounts
from bot.ports.jobs import Jobs
from bot.ports.reports import Reports
from storage.sql.database import Database
from storage.sql.moderation_log import SqlModerationLog
from tests.contract.conftest import ON_DISK
from tests.contract.examples import SECOND, WEB, some_pictures
from tests.fakes.clock import NOON, StoppedClock

KNOWN, NEW = ReporterTrust.KNOWN, ReporterTrust.NEW
LATER = NOON + timedelta(days=1)


@pytest.fixture
async def bob(accounts: Accounts) -> AccountId:
    """Return somebody else's account."""
    return (await accounts.get_or_create(Identity(WEB, "", "bob"), GUEST)).id


@pytest.fixture
async def elks(jobs: Jobs, running: Job) -> tuple[PictureId, ...]:
    """Return two kept pictures."""
    kept = some_pictures(running.id, 2)
    await jobs.keep(running.id, running.attempt, kept)
    return tuple(picture.id for picture in kept)


@pytest.fixture
def elk(elks: tuple[PictureId, ...]) -> PictureId:
    """Return one of them."""
    return elks[0]


def actor(account: AccountId) -> Actor:
    """Return somebody who acts."""
    return Actor(account, f"the one of {account}")


async def reporters(reports: Reports, picture: PictureId) -> list[AccountId]:
    """Return who reported a picture."""
    return [report.reporter for report in await reports.of(picture)]


async def test_a_report_is_written_down_once(reports: Reports, elk: PictureId, ann: AccountId, clock: StoppedClock) -> None:
    """Somebody who reports twice is one reporter, with the reason that they gave last."""
    assert await reports.add(elk, actor(ann), NEW)
    clock.move(SECOND)
    assert not await reports.add(elk, actor(ann), KNOWN, ReportReason.HATEFUL)
    assert not await reports.add(elk, actor(ann), KNOWN)
    [report] = await reports.of(elk)
    assert (report.reporter, report.reported_at, report.trust) == (ann, NOON, NEW)
    assert report.reason is ReportReason.HATEFUL


async def test_reporters_come_in_their_order(
    reports: Reports, elk: PictureId, ann: AccountId, bob: AccountId, clock: StoppedClock
) -> None:
    """The first one first."""
    await reports.add(elk, actor(bob), KNOWN)
    clock.move(SECOND)
    await reports.add(elk, actor(ann), KNOWN)
    assert await reporters(reports, elk) == [bob, ann]


async def test_a_picture_that_nobody_reported_has_no_reporters(reports: Reports) -> None:
    """Nor has one that nobody knows."""
    nothing = some_pictures(JobId("nothing"))[0].id
    assert await reports.of(nothing) == ()
    assert await reports.tally(nothing) == ReportTally()


async def test_a_report_can_be_taken_back_while_it_is_young(
    reports: Reports, elks: tuple[PictureId, ...], ann: AccountId, clock: StoppedClock
) -> None:
    """And be made again after that."""
    elk, other = elks
    await reports.add(other, actor(ann), KNOWN)
    clock.move(SECOND)
    await reports.add(elk, actor(ann), KNOWN)
    assert await reports.withdraw(elks, actor(ann), since=NOON + SECOND) == (elk,)
    assert await reports.withdraw(elks, actor(ann), since=NOON + SECOND) == ()
    assert (await reporters(reports, elk), await reporters(reports, other)) == ([], [ann])
    assert await reports.tally(elk) == ReportTally()
    assert await reports.add(elk, actor(ann), KNOWN, ReportReason.OTHER)
    assert await reports.tally(elk) == ReportTally(known=1)


async def test_a_reason_can_be_given_afterwards(reports: Reports, elk: PictureId, ann: AccountId, bob: AccountId) -> None:
    """By whoever reported it."""
    await reports.add(elk, actor(ann), KNOWN)
    assert await reports.give_reason([elk], ann, ReportReason.MINOR)
    assert not await reports.give_reason([elk], bob, ReportReason.MINOR)
    assert [report.reason for report in await reports.of(elk)] == [ReportReason.MINOR]


async def test_what_follows_is_pending_until_it_is_done(
    reports: Reports, elks: tuple[PictureId, ...], ann: AccountId, bob: AccountId, clock: StoppedClock
) -> None:
    """Of a report, and of one that is taken back; what came meanwhile is not taken for done."""
    elk, other = elks
    await reports.add(elk, actor(ann), KNOWN)
    await reports.add(other, actor(ann), KNOWN)
    assert await reports.pending(NOON, most=9) == ()
    assert await reports.pending(LATER, most=1) == (elk,)
    seen = await reports.tally(elk)
    clock.move(SECOND)
    await reports.add(elk, actor(bob), NEW)
    assert not await reports.complete(elk, seen)
    assert await reports.complete(elk, ReportTally(known=1, new=1))
    assert await reports.pending(LATER, most=9) == (other,)
    await reports.withdraw([elk], actor(ann), since=NOON)
    assert set(await reports.pending(LATER, most=9)) == {elk, other}
    assert await reports.complete(elk, ReportTally(new=1))
    assert await reports.pending(LATER, most=9) == (other,)


async def test_a_decision_is_noted_with_all_reports_so_far(
    reports: Reports, elk: PictureId, ann: AccountId, bob: AccountId, clock: StoppedClock
) -> None:
    """Those that are decided cannot be taken back or made again, and can be undecided again."""
    await reports.add(elk, actor(ann), KNOWN)
    await reports.decide(elk, CaseId("first"), ReportOutcome.REJECTED, up_to=NOON)
    clock.move(SECOND)
    await reports.add(elk, actor(bob), KNOWN)
    await reports.decide(elk, CaseId("second"), ReportOutcome.REJECTED, up_to=NOON)
    assert await reports.tally(elk) == ReportTally(known=1, rejected=1)
    assert await reports.withdraw([elk], actor(ann), since=NOON) == ()
    assert not await reports.add(elk, actor(ann), KNOWN)
    record = await reports.track_record(ann)
    assert (record.upheld, record.rejected) == (0, 1)
    await reports.undecide(elk, CaseId("second"))
    assert await reports.tally(elk) == ReportTally(known=1, rejected=1)
    await reports.undecide(elk, CaseId("first"))
    assert await reports.tally(elk) == ReportTally(known=2)
    await reports.decide(elk, CaseId("first"), ReportOutcome.UPHELD, up_to=NOON + SECOND)
    assert (await reports.track_record(ann)).upheld == 1
    assert (await reports.track_record(AccountId("nobody"))).rejected == 0


@ON_DISK
async def test_each_report_is_a_line_of_the_moderation_log(
    database: Database, reports: Reports, elk: PictureId, ann: AccountId, bob: AccountId, clock: StoppedClock
) -> None:
    """And so is one that is taken back; one that changes nothing is none."""
    await reports.add(elk, actor(bob), KNOWN, ReportReason.HATEFUL)
    await reports.add(elk, actor(bob), KNOWN)
    await reports.withdraw([elk], actor(bob), since=NOON)
    await reports.withdraw([elk], actor(bob), since=NOON)
    lines = await SqlModerationLog(database, clock).page(HOUSE, most=9)
    assert [(line.action, line.detail) for line in lines] == [("report_withdrawn", ""), ("reported", "hateful")]
    assert {(line.by, line.subject, line.picture) for line in lines} == {(actor(bob), ann, elk)}
