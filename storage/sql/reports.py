"""Reports of pictures."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, and_, bindparam, func, or_, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import ColumnElement

from bot.domain.cases import CaseId
from bot.domain.moderation_log import ModerationAction, NewLogEntry
from bot.domain.people import AccountId
from bot.domain.pictures import PictureId
from bot.domain.reports import Report, ReporterTrust, ReportOutcome, ReportReason, ReportTally, TrackRecord
from bot.domain.rules import Actor
from bot.ports.clock import Clock
from storage.schema.jobs import IS_PENDING, pictures, reports
from storage.sql.database import Database
from storage.sql.moderation_log import add_log_entry
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import columns_of
from storage.sql.upsert import InsertInto, Upsert

_REPORT = TypeAdapter(Report)
_STANDS: ColumnElement[bool] = reports.c.withdrawn_at.is_(None)


def _add(insert_into: InsertInto) -> sqlite.Insert:
    """Build the statement that inserts a report, or renews one that was withdrawn."""
    new = insert_into(reports)
    again = {name: new.excluded[name] for name in ("reported_at", "reason", "standing")}
    return new.on_conflict_do_update(
        index_elements=[reports.c.picture, reports.c.reporter],
        set_={**again, "withdrawn_at": None, "completed_at": None},
        where=and_(reports.c.withdrawn_at.is_not(None), reports.c.outcome.is_(None)),
    )


_ADD = Upsert(_add)
_OF_PICTURE = (
    select(reports).where(reports.c.picture == bindparam("picture"), _STANDS).order_by(reports.c.reported_at, reports.c.reporter)
)
_ABOUT = select(pictures.c.community, pictures.c.account, pictures.c.job).where(pictures.c.id == bindparam("picture"))
_TALLY = (
    select(reports.c.standing, reports.c.outcome, func.count().label("n"))
    .where(reports.c.picture == bindparam("picture"), _STANDS)
    .group_by(reports.c.standing, reports.c.outcome)
)
_COMPLETE = update(reports).where(reports.c.picture == bindparam("of_picture"), IS_PENDING)
_TRACK_RECORD = (
    select(reports.c.outcome, func.count().label("n"))
    .where(reports.c.reporter == bindparam("reporter"), _STANDS, reports.c.outcome.is_not(None))
    .group_by(reports.c.outcome)
)


@retry_all_uncommitted
class SqlReports:
    """Keeps reports in SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, picture: PictureId, by: Actor, trust: ReporterTrust, reason: ReportReason | None = None) -> bool:
        """Insert the report unless it stands already."""
        values = {
            "picture": picture,
            "reporter": by.account,
            "reported_at": self._clock.now(),
            "standing": trust,
            "reason": reason,
        }
        async with self._database.write_transaction() as connection:
            is_new = await _ADD.run(connection, values) > 0
            if is_new:
                await self._log(connection, ModerationAction.REPORTED, picture, by, detail=reason or "")
            elif reason is not None:
                await connection.execute(update(reports).where(*_by(by.account, [picture])).values(reason=reason))
            return is_new

    async def withdraw(self, pictures: Collection[PictureId], by: Actor, since: datetime) -> tuple[PictureId, ...]:
        """Mark the reports as withdrawn; the rows stay until what follows from that is done."""
        taken = update(reports).where(*_by(by.account, pictures), reports.c.outcome.is_(None), reports.c.reported_at >= since)
        marked = taken.values(withdrawn_at=self._clock.now(), completed_at=None).returning(reports.c.picture)
        async with self._database.write_transaction() as connection:
            withdrawn = tuple(PictureId(picture) for picture in (await connection.execute(marked)).scalars())
            for picture in withdrawn:
                await self._log(connection, ModerationAction.REPORT_WITHDRAWN, picture, by)
            return withdrawn

    async def give_reason(self, pictures: Collection[PictureId], reporter: AccountId, reason: ReportReason) -> bool:
        """Write the reason over the one that there may be."""
        async with self._database.write_transaction() as connection:
            return (await connection.execute(update(reports).where(*_by(reporter, pictures)).values(reason=reason))).rowcount > 0

    async def of(self, picture: PictureId) -> tuple[Report, ...]:
        """Return the reports of a picture."""
        async with self._database.read_statement() as connection:
            return tuple(_report_of(row) for row in await connection.execute(_OF_PICTURE, {"picture": picture}))

    async def tally(self, picture: PictureId) -> ReportTally:
        """Count the reports of a picture."""
        async with self._database.read_statement() as connection:
            return await _count(connection, picture)

    async def complete(self, picture: PictureId, tally: ReportTally) -> bool:
        """Mark the reports as acted upon, if they are still those that were counted."""
        async with self._database.write_transaction() as connection:
            if await _count(connection, picture) != tally:
                return False
            await connection.execute(_COMPLETE.values(completed_at=self._clock.now()), {"of_picture": picture})
            return True

    async def pending(self, before: datetime, *, most: int) -> tuple[PictureId, ...]:
        """Return a page of the pictures whose reports were not acted upon."""
        changed_before = or_(
            and_(reports.c.withdrawn_at.is_(None), reports.c.reported_at < before), reports.c.withdrawn_at < before
        )
        oldest = func.min(reports.c.reported_at)
        found = select(reports.c.picture).where(IS_PENDING, changed_before).group_by(reports.c.picture).order_by(oldest)
        async with self._database.read_statement() as connection:
            return tuple(PictureId(picture) for picture in (await connection.execute(found.limit(most))).scalars())

    async def decide(self, picture: PictureId, case: CaseId, outcome: ReportOutcome, *, up_to: datetime) -> None:
        """Mark the reports as decided by the case, but for those that another one decided."""
        undecided = (reports.c.picture == picture, _STANDS, reports.c.outcome.is_(None), reports.c.reported_at <= up_to)
        async with self._database.write_transaction() as connection:
            await connection.execute(update(reports).where(*undecided).values(outcome=outcome, decided_case=case))

    async def undecide(self, picture: PictureId, case: CaseId) -> None:
        """Take the case's decision off the reports again."""
        decided = (reports.c.picture == picture, reports.c.decided_case == case)
        async with self._database.write_transaction() as connection:
            await connection.execute(update(reports).where(*decided).values(outcome=None, decided_case=None))

    async def track_record(self, reporter: AccountId) -> TrackRecord:
        """Count how the person's reports were decided."""
        async with self._database.read_statement() as connection:
            found = (await connection.execute(_TRACK_RECORD, {"reporter": reporter})).all()
        return TrackRecord(**{row.outcome: row.n for row in found})

    async def _log(
        self, connection: AsyncConnection, action: ModerationAction, picture: PictureId, by: Actor, detail: str = ""
    ) -> None:
        """Add a line about a picture, and its author, to the moderation log."""
        about = (await connection.execute(_ABOUT, {"picture": picture})).one()
        entry = NewLogEntry(
            community=about.community,
            action=action,
            by=by,
            subject=about.account,
            picture=picture,
            job=about.job,
            detail=detail,
        )
        await add_log_entry(connection, self._clock, entry)


def _by(reporter: AccountId, pictures: Iterable[PictureId]) -> tuple[ColumnElement[bool], ...]:
    return reports.c.reporter == reporter, reports.c.picture.in_(list(pictures)), _STANDS


async def _count(connection: AsyncConnection, picture: PictureId) -> ReportTally:
    counts = dict.fromkeys([*ReporterTrust, ReportOutcome.REJECTED], 0)
    for row in await connection.execute(_TALLY, {"picture": picture}):
        if row.outcome is None:
            counts[ReporterTrust(row.standing)] += row.n
        elif row.outcome == ReportOutcome.REJECTED:
            counts[ReportOutcome.REJECTED] += row.n
    return ReportTally(
        moderators=counts[ReporterTrust.MODERATOR],
        known=counts[ReporterTrust.KNOWN],
        new=counts[ReporterTrust.NEW],
        distrusted=counts[ReporterTrust.DISTRUSTED],
        rejected=counts[ReportOutcome.REJECTED],
    )


def _report_of(row: Row[Any]) -> Report:
    return _REPORT.validate_python(columns_of(row) | {"trust": row.standing})
