"""Reports of pictures."""

from sqlalchemy import select

from bot.domain.images import PictureId
from bot.domain.people import AccountId
from bot.ports.clock import Clock
from storage.schema.jobs import reports
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.upsert import Upsert

_NEW_REPORT = Upsert(lambda insert_into: insert_into(reports).on_conflict_do_nothing())


@retry_all_uncommitted
class SqlReports:
    """Keeps reports in SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, picture: PictureId, reporter: AccountId) -> bool:
        """Insert the report unless it is there."""
        values = {"picture": picture, "reporter": reporter, "reported_at": self._clock.now()}
        async with self._database.write_transaction() as connection:
            return await _NEW_REPORT.run(connection, values) > 0

    async def of(self, picture: PictureId) -> tuple[AccountId, ...]:
        """Read the reporters."""
        found = select(reports.c.reporter).where(reports.c.picture == picture).order_by(reports.c.reported_at, reports.c.reporter)
        async with self._database.read_statement() as connection:
            return tuple(AccountId(reporter) for reporter in (await connection.execute(found)).scalars())
