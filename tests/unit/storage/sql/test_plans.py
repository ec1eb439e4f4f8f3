"""Asks SQLite's planner of every statement that the records run: none may read a whole table, however long its history."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.allowances import Budget, Period, TenantQuota
from bot.domain.call_limits import CallLimits
from bot.domain.chat import MessageRef
from bot.domain.credits import CreditKind, CreditMove
from bot.domain.jobs import DrawingState, JobId, PreparedPrompt
from bot.domain.money import Cost
from bot.domain.people import HOUSE, REGISTERED, AccountId, CommunityId
from bot.domain.picture_search import PictureQuery
from bot.domain.pictures import PictureId
from bot.domain.rules import PERSON_SUBJECT, Actor, AuditEntryId, Change, RuleKey, RuleKind
from bot.domain.wish_history import WishQuery, WishStatus
from bot.errors import BadInput, TenantQuotaExceeded
from bot.ports.codes import Purpose
from bot.ports.installations import InstallationKey, StoredInstallation
from storage.sql.accounts import SqlAccounts
from storage.sql.backlog import SqlBacklog
from storage.sql.call_queue import SqlCallQueue
from storage.sql.codes import SqlCodes
from storage.sql.credits import SqlCredits
from storage.sql.database import Database
from storage.sql.installations import SqlInstallations
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from storage.sql.page_messages import SqlPageMessages
from storage.sql.picture_search import SqlPictureSearch
from storage.sql.pictures import SqlPictures
from storage.sql.provider_states import SqlProviderStates
from storage.sql.rules import SqlRulebook
from storage.sql.seen_keys import SqlSeenKeys
from storage.sql.wish_history import SqlWishHistory
from tests.contract.examples import (
    ANN,
    CANCELLED,
    DONE,
    LEASE,
    TODAY,
    WEB,
    a_drawing,
    a_hold,
    a_job,
    some_pictures,
)
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.ids import CountingIds

HARMLESS = {
    "SCAN CONSTANT ROW",
    "SCAN jobs USING INDEX ix_jobs_open",
    "SCAN jobs USING INDEX ix_jobs_untold",
    "SCAN prompt_index VIRTUAL TABLE INDEX 0:M1",
    *("SCAN counted", "SCAN first", "SCAN providers", "SCAN queue", "SCAN recent LEFT-JOIN"),
}
"""No table at all, words by their index, or what the statement has found by itself, which is little; and whole indexes, but
only of jobs that still want something, and of the few providers: they do not grow with history."""

Statement = tuple[str, Any]


@contextmanager
def overheard(database: Database) -> Iterator[list[Statement]]:
    """Note every statement, with the values it was run with."""
    received: dict[str, Any] = {}
    statements: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, is_many: bool) -> None:
        received.setdefault(statement, values[0] if is_many else values)

    engines = [engine.sync_engine for engine in (database._writer, database._reader) if isinstance(engine, AsyncEngine)]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield statements
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    statements.extend(
        (statement, values) for statement, values in received.items() if not statement.startswith(("BEGIN", "PRAGMA"))
    )


async def plan_of(database: Database, statement: str, values: Any) -> list[str]:
    """Ask how it would be run."""
    async with database.write_transaction() as connection:
        found = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [row.detail for row in found]


async def work_on_a_job(jobs: SqlJobs, account: AccountId) -> None:
    """Call everything that `Jobs` has."""
    job = JobId("fox")
    for _ in range(2):
        await jobs.accept(a_job(job, account), a_hold(account))
    await jobs.attach(job, MessageRef(a_job(job, account).place, "1"))
    await jobs.queue_position(a_job(job, account))
    await jobs.count_open(account)
    await jobs.claimable(frozenset({WEB}), accepted_by=NOON, most=100)
    claimed = await jobs.claim(job, LEASE, most_running=3)
    assert claimed is not None
    await jobs.startable(job, frozenset({WEB}), most_running=3)
    await jobs.renew(job, 1, LEASE)
    await jobs.record_prompt(job, 1, PreparedPrompt("a fox"))
    drawing = a_drawing("drawing", claimed)
    await jobs.open_drawing(drawing)
    await jobs.close_drawing(replace(drawing, state=DrawingState.DRAWN))
    await jobs.drawings(job)
    for _ in range(2):
        await jobs.keep(job, 1, some_pictures(job))
    await jobs.release(job, 1, NOON)
    assert not await jobs.cancel(job, CANCELLED)
    for _ in range(2):
        await jobs.finish(job, 1, DONE)
    await jobs.mark_notified(job)
    await jobs.list_unnotified(frozenset({WEB}), most=100)
    await jobs.cost(job)
    await jobs.get(job)
    await jobs.by_key("fox")


async def wait_for_a_provider(database: Database, account: AccountId) -> None:
    """Call everything that `CallQueue` has, with somebody in line."""
    jobs, calls = SqlJobs(database, StoppedClock()), SqlCallQueue(database, StoppedClock())
    limits, platforms = CallLimits(at_once=1, per_minute=2), frozenset({WEB})
    for name in ("first", "second"):
        await jobs.accept(a_job(name, account), a_hold(account))
        claimed = await jobs.claim(JobId(name), LEASE)
        assert claimed is not None
        await calls.open_drawing(a_drawing(name, claimed), limits, platforms, ("offline",))
    assert await calls.due("offline", CallLimits(at_once=2), platforms, ("offline",))
    assert await calls.due("offline", limits, platforms, ("offline",)) == ()
    assert await calls.choose(("offline", "another"), limits) == "another"
    assert await calls.waiting(platforms) == ("offline",)
    states = SqlProviderStates(database, StoppedClock())
    await states.change("offline", lambda state: replace(state, faults=1))
    assert list(await states.all()) == ["offline"]
    assert await states.count_accepted("offline") > 0


async def count(database: Database, account: AccountId) -> None:
    """Call everything that the ledger, the rulebook, credits and what happens once have, with holds of every kind."""
    clock, ids, boss = StoppedClock(), CountingIds(), Actor(AccountId("boss"), "Boss")
    jobs, ledger = SqlJobs(database, clock), SqlLedger(database, clock, ids)
    credits_, rulebook, seen_keys = (
        SqlCredits(database, clock, ids),
        SqlRulebook(database, clock, ids),
        SqlSeenKeys(database, clock),
    )
    move = CreditMove(community=HOUSE, account=account, delta=9, kind=CreditKind.GRANT, key="grant", by=boss)
    for _ in range(2):
        await credits_.move(move)
    park, tenant_quota = CommunityId("park"), TenantQuota("web:park", 4)
    budgets = tuple(Budget(park, period, 1000) for period in Period)
    dear = replace(a_hold(account, 3, replace(TODAY, limit=2)), tenant_quota=tenant_quota, estimate=100, budgets=budgets)
    drawing = a_drawing("late", (await jobs.accept(a_job("owl", account), dear)).job)
    with pytest.raises(TenantQuotaExceeded):
        await jobs.accept(a_job("two", account), dear)
    await jobs.cancel(drawing.job, CANCELLED)
    await jobs.list_unconfirmed(ended_since=NOON, most=9)
    await jobs.close_drawing(replace(drawing, cost=Cost(9)))
    await ledger.tenant_status(HOUSE, tenant_quota.id, TODAY.day, 4)
    await ledger.spending(budgets[1], TODAY.day)
    usage = await ledger.reset_usage(HOUSE, account, TODAY.day, by=boss, why="")
    assert usage is not None
    await rulebook.undo(usage.id, boss)
    key = RuleKey(RuleKind.LIMIT, PERSON_SUBJECT, account)
    changes = [Change(community=HOUSE, key=key, value=value, by=boss) for value in ("1", "2", None)]
    *_, entry = [await rulebook.change(change) for change in changes]
    assert entry is not None
    await rulebook.undo(entry.id, boss)
    for wrong in (entry.id, AuditEntryId("none")):
        with pytest.raises(BadInput):
            await rulebook.undo(wrong, boss)
    for newest in (await rulebook.entries(HOUSE, 1), await rulebook.entries(HOUSE, 10, entry.id)):
        assert await rulebook.find(newest[0].id) == newest[0]
    await rulebook.rules(HOUSE, account)
    await rulebook.rules_with_bought(HOUSE, account)
    await rulebook.all(HOUSE)
    await rulebook.everywhere(RuleKind.SETTING, "retention")
    await credits_.give(HOUSE, Actor(account, "Ann"), boss.account, 1, "gift")
    await credits_.history(HOUSE, account, 5)
    await credits_.balance(HOUSE, account)
    await seen_keys.add_if_new("evt")
    await seen_keys.forget("evt")


async def look_at_pictures(pictures: SqlPictures, account: AccountId) -> None:
    """Call everything that `Pictures` has."""
    job, picture = JobId("fox"), PictureId("fox.0")
    await pictures.get(picture)
    await pictures.of_job(job)
    await pictures.latest(account, 10)
    await pictures.star([picture], NOON)
    await pictures.hide(job, NOON)
    await pictures.show(job)
    await pictures.due(NOON, most=9)
    await pictures.hide_older(HOUSE, NOON, remove_at=NOON, most=9)
    await pictures.is_key_needed("key")
    await pictures.begin_removal(picture)
    await pictures.remove(picture)


async def look_for_pictures(search: SqlPictureSearch, account: AccountId) -> None:
    """Call everything that `PictureSearch` has."""
    await search.find(account, PictureQuery(), most=10)
    await search.find(account, PictureQuery(only_favourites=True), most=10)
    await search.find(account, PictureQuery(words=("fox",), since=NOON), most=10, before=PictureId("fox.0"))


async def look_for_wishes(history: SqlWishHistory, account: AccountId) -> None:
    """Call everything that `WishHistory` has."""
    for status in WishStatus:
        await history.find(account, WishQuery(status=status), most=10)
        await history.find(account, WishQuery(status=status, words=("fox",), since=NOON), most=10, before=JobId("fox"))


async def talk(messages: SqlPageMessages) -> None:
    """Call everything that `PageMessages` has."""
    said = await messages.add(channel="lobby", author="easel", body="one", key="k")
    await messages.replace(said.id, "two")
    await messages.get(said.id)
    await messages.page("lobby", most=10)
    await messages.page("lobby", most=10, before=said.id)
    await messages.since("lobby", 0)
    await messages.delete(said.id)


async def let_in(installations: SqlInstallations, codes: SqlCodes) -> None:
    """Call everything that `Installations` and `Codes` have, but for the one that is asked for all there are."""
    whole = InstallationKey(platform=WEB, client="1", workspace="T1")
    for key in (whole, replace(whole, user="U1")):
        await installations.save(StoredInstallation(key=key, sealed=b"", installed_at=NOON))
        await installations.find(key)
        await installations.delete(key)
    for _ in range(2):
        await codes.issue(Purpose.LINK, "hash", "ann", NOON + LEASE)
    await codes.redeem(Purpose.LINK, "hash")


async def test_no_statement_reads_a_whole_table(database: Database) -> None:
    """Rows that are looked for are found by an index."""
    clock, ids = StoppedClock(), CountingIds()
    with overheard(database) as statements:
        account = (await SqlAccounts(database, clock, ids).get_or_create(ANN, REGISTERED)).id
        await work_on_a_job(SqlJobs(database, clock), account)
        await wait_for_a_provider(database, account)
        await SqlLedger(database, clock, ids).quota_status(a_hold(account).community, account, TODAY.day, TODAY.limit)
        await count(database, account)
        await look_at_pictures(SqlPictures(database), account)
        await look_for_pictures(SqlPictureSearch(database), account)
        await look_for_wishes(SqlWishHistory(database), account)
        await talk(SqlPageMessages(database, clock, ids))
        await let_in(SqlInstallations(database), SqlCodes(database, clock))
    assert len(statements) > 70
    plans = {statement: await plan_of(database, statement, values) for statement, values in statements}
    slow = {
        statement: plan
        for statement, plan in plans.items()
        if any(step not in HARMLESS and ("SCAN" in step or "TEMP B-TREE" in step) for step in plan)
    }
    assert slow == {}


async def test_a_later_page_of_jobs_begins_where_the_one_before_ended(database: Database) -> None:
    """Otherwise each page reads all those before it again, and recovery takes the square of the time."""
    jobs, platforms = SqlJobs(database, StoppedClock()), frozenset({WEB})
    with overheard(database) as statements:
        await jobs.claimable(platforms, accepted_by=NOON, most=100, after=JobId("fox"))
        await jobs.list_unnotified(platforms, most=100, after=JobId("fox"))
    plans = [await plan_of(database, statement, values) for statement, values in statements]
    assert [plan[0].partition(" (")[0] for plan in plans] == [
        "SEARCH jobs USING INDEX ix_jobs_open",
        "SEARCH jobs USING INDEX ix_jobs_untold",
    ]


async def test_a_whole_table_would_be_noticed(database: Database) -> None:
    """The planner calls it a scan."""
    async with database.write_transaction() as connection:
        await connection.execute(text("SELECT 1"))
    [step] = await plan_of(database, "SELECT * FROM jobs WHERE tier = ?", ("guest",))
    assert step == "SCAN jobs"


async def test_open_jobs_are_counted_by_their_own_index(database: Database) -> None:
    """They are sorted by tier, and history is not looked at."""
    with overheard(database) as statements:
        await SqlBacklog(database, StoppedClock()).count()
    [(statement, values)] = statements
    scan, search, group = await plan_of(database, statement, values)
    assert scan.startswith("SCAN jobs USING INDEX ix_jobs_open")
    assert search.startswith("SEARCH holds USING INDEX sqlite_autoindex_holds_1 (job=?)")
    assert group == "USE TEMP B-TREE FOR GROUP BY"
