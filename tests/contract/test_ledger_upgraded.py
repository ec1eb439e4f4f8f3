"""Is what a version before has counted for a whole server still counted, and let go, once its tables are brought up to date?"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.domain.allowances import QuotaStatus
from bot.domain.jobs import JobId
from bot.domain.people import HOUSE, AccountId, CommunityId
from storage.migrate import upgrade
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from tests.contract.conftest import ENGINES
from tests.contract.examples import FAILED, LEASE, TODAY, some_pictures
from tests.contract.sums import DIFFERENCES
from tests.contract.tables import bring_to
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds

ANN = AccountId("id00000000000000000001")
SERVER = "discord:7"
_AUTHOR = (
    '{"platform": "web", "realm": "", "user": "ann", "name": "Ann", "locale": "en", "is_moderator": false, "is_admin": false, '
    '"roles": [], "entitlements": []}'
)
_PLACE = '{"platform": "discord", "tenant": "7", "channel": "8", "thread": ""}'
_WISH = (
    '{"prompt": "a fox in the snow", "shape": "square", "quality": "medium", "count": 1, "size": null, "rewriting": "on", '
    '"variation_of": null, "previews": true}'
)
_RUNNING = "'queued', 0, 0, false, NULL, NULL, NULL, NULL, NULL"
_OVER = (
    """'done', 1, 0, false, '{"kind": "", "text": "", "safer": null}', """
    "1773489600000000, 1773489600000000, 1773489600000000, 1773489600000000"
)


def _job(name: str, how: str) -> str:
    columns = (
        "id, key, community, account, tier, platform, quality, author, place, wish, created_at, "
        "state, attempt, words_microusd, words_is_estimate, ending, started_at, kept_at, finished_at, told_at"
    )
    values = (
        f"'{name}', 'key of {name}', 'house', 'id00000000000000000001', 'registered', 'discord', 'medium', "
        f"'{_AUTHOR}', '{_PLACE}', '{_WISH}', 1773489600000000, {how}"
    )
    return f"INSERT INTO jobs ({columns}) VALUES ({values})"  # noqa: S608 - texts of ours


ROWS = (
    "INSERT INTO accounts VALUES ('id00000000000000000001', 'registered', 1773489600000000, NULL)",
    "INSERT INTO identities VALUES ('web', '', 'ann', 'id00000000000000000001', 'registered', 'id00000000000000000001')",
    *(_job(name, _RUNNING) for name in ("fox", "cat", "elk")),
    _job("owl", _OVER),
    """
    INSERT INTO holds VALUES
        ('fox', 'house', 'id00000000000000000001', '2026-03-14', 3, 0, 'held', 1, 0, 'discord:7', 0, false),
        ('cat', 'house', 'id00000000000000000001', '2026-03-14', 1, 0, 'held', 1, 0, 'discord:7', 0, false),
        ('elk', 'house', 'id00000000000000000001', '2026-03-14', 1, 0, 'held', 1, 0, NULL, 0, false),
        ('owl', 'house', 'id00000000000000000001', '2026-03-14', 2, 2, 'spent', 1, 0, 'discord:7', 0, true)
    """,
    """
    INSERT INTO usage VALUES
        ('house', 'id00000000000000000001', '2026-03-14', 5, 2),
        ('house', 'all of discord:7', '2026-03-14', 4, 2),
        ('house', 'all of discord:7', '2026-03-13', 0, 9),
        ('slack:T1', 'all of slack:T1', '2026-03-14', 0, 0)
    """,
)
"""What version 0008 wrote: three wishes that run, one of them where no limit was, and one that is over."""


@pytest.fixture(params=ENGINES)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database that version 0008 has left, with the rows above."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'before.db'}"
    else:
        url = await request.getfixturevalue("postgres").new_database("before")
    engine = create_async_engine(make_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(bring_to, "0008")
        for rows in ROWS:
            await connection.execute(text(rows))
    await engine.dispose()
    return url


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Bring its tables up to date, and open it."""
    await upgrade(url)
    database = Database(url)
    await database.open()
    yield database
    await database.close()


async def test_what_a_server_had_used_is_counted_still(database: Database) -> None:
    """Of each day and community, in its own table and nowhere else."""
    ledger = SqlLedger(database, StoppedClock(), CountingIds())
    assert await ledger.tenant_status(HOUSE, SERVER, TODAY.day, 9) == QuotaStatus(9, 4, 2)
    assert await ledger.tenant_status(HOUSE, SERVER, TODAY.day.replace(day=13), 9) == QuotaStatus(9, 0, 9)
    assert await ledger.tenant_status(CommunityId("slack:T1"), "slack:T1", TODAY.day, 9) == QuotaStatus(9, 0, 0)
    assert await ledger.quota_status(HOUSE, ANN, TODAY.day, 9) == QuotaStatus(9, 5, 2)
    async with database.read_transaction() as connection:
        left = await connection.execute(text("SELECT account FROM usage"))
        assert left.scalars().all() == [ANN]


async def test_what_ran_at_the_upgrade_is_let_go_or_spent_when_it_ends(database: Database) -> None:
    """One fails, one is drawn, and one never counted for the server."""
    jobs, ledger = SqlJobs(database, StoppedClock()), SqlLedger(database, StoppedClock(), CountingIds())
    for name in ("fox", "cat", "elk"):
        assert await jobs.claim(JobId(name), LEASE) is not None
    await jobs.finish(JobId("fox"), 1, FAILED)
    await jobs.keep(JobId("cat"), 1, some_pictures(JobId("cat")))
    await jobs.finish(JobId("elk"), 1, FAILED)
    assert await ledger.tenant_status(HOUSE, SERVER, TODAY.day, 9) == QuotaStatus(9, 0, 3)
    assert await ledger.quota_status(HOUSE, ANN, TODAY.day, 9) == QuotaStatus(9, 0, 3)


async def test_the_books_of_before_add_up(database: Database) -> None:
    """Each tenant's counter is the sum of its holds; the other day's holds are not among the rows here."""
    async with database.write_transaction() as connection:
        await connection.execute(text("DELETE FROM tenant_usage WHERE day = '2026-03-13'"))
    async with database.read_transaction() as connection:
        for what in ("held pictures of accounts", "pictures of tenants", "holds that no tenant counts"):
            assert (await connection.execute(text(DIFFERENCES[what]))).all() == [], what
