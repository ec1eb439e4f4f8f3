"""Asks SQLite's planner of joining, parting, keys and statistics: none may read a whole table, however long its history."""

from dataclasses import replace

from bot.domain.credits import CreditKind
from bot.domain.jobs import JobId
from bot.domain.people import GUEST, HOUSE, AccountId, Identity
from bot.ports.api_keys import ApiKey, ApiKeyId
from storage.sql.accounts import SqlAccounts
from storage.sql.api_keys import SqlApiKeys
from storage.sql.credits import CreditBooking, move_credits
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from storage.sql.statistics import SqlStatistics
from tests.contract.examples import ANN, LEASE, TODAY, WEB, a_drawing, a_hold, a_job, some_pictures
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.ids import CountingIds
from tests.unit.storage.sql.test_plans import overheard, plan_of

BOB = Identity(WEB, "", "bob")

HARMLESS = {"SCAN CONSTANT ROW", "SCAN anon_1"}
"""No table at all; and what was read of the days that were asked for."""


async def come_together(database: Database, accounts: SqlAccounts, account: AccountId, other: AccountId) -> None:
    """Give two accounts something of everything, join them, and part them."""
    clock = StoppedClock()
    jobs, keys = SqlJobs(database, clock), SqlApiKeys(database, clock)
    for name, whose in (("fox", account), ("owl", other)):
        await jobs.accept(a_job(name, whose), replace(a_hold(whose, 2), estimate=5))
        claimed = await jobs.claim(JobId(name), LEASE)
        assert claimed is not None
        await jobs.open_drawing(a_drawing(f"{name} 1", claimed))
        await jobs.keep(JobId(name), 1, some_pictures(JobId(name)))
        async with database.write_transaction() as connection:
            await move_credits(connection, CreditBooking(HOUSE, whose, 5, CreditKind.GRANT, f"grant {whose}", NOON))
        key = ApiKey(id=ApiKeyId(name), account=whose, owner=BOB, community=HOUSE, label="", created_at=NOON)
        await keys.add(key, f"hash of {name}")
        await keys.find("hash of fox")
    await accounts.find(BOB)
    await accounts.identities(account)
    await accounts.join(account, other)
    await keys.of(account)
    await keys.revoke(ApiKeyId("fox"), account)
    await accounts.part(BOB, GUEST, TODAY.day)


async def test_no_statement_reads_a_whole_table(database: Database) -> None:
    """What belongs to an account is found by it; days are sorted, but only those that are asked for."""
    accounts = SqlAccounts(database, StoppedClock(), CountingIds())
    ann, bob = [(await accounts.get_or_create(identity, GUEST)).id for identity in (ANN, BOB)]
    with overheard(database) as statements:
        await come_together(database, accounts, ann, bob)
        await SqlStatistics(database).usage(HOUSE, TODAY.day, TODAY.day)
    assert len(statements) > 40
    plans = {statement: await plan_of(database, statement, values) for statement, values in statements}
    slow = {statement: plan for statement, plan in plans.items() if any("SCAN" in step and step not in HARMLESS for step in plan)}
    assert slow == {}
