"""Asks what becomes of credits, rules, keys and codes when accounts join."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text

from bot.domain.allowances import Budget, DescriptionCost, Period, QuotaStatus
from bot.domain.credits import MOST_CREDITS, CreditKind
from bot.domain.jobs import JobId
from bot.domain.money import Cost
from bot.domain.people import GUEST, HOUSE, AccountId, CommunityId
from bot.domain.rules import PERSON_SUBJECT, RuleKind
from bot.errors import BadInput
from bot.ports.accounts import Accounts, Ledger
from bot.ports.api_keys import ApiKey, ApiKeyId
from bot.ports.codes import Purpose
from bot.ports.jobs import Jobs
from storage.schema.billing import credit_balances, credit_entries
from storage.schema.quotas import rules
from storage.sql.api_keys import SqlApiKeys
from storage.sql.codes import SqlCodes
from storage.sql.credits import CreditBooking, balance, move_credits
from storage.sql.database import Database
from storage.sql.statistics import SqlStatistics
from tests.contract.conftest import ON_DISK
from tests.contract.examples import FAILED, LEASE, TODAY, a_hold
from tests.contract.linked import BOB, by, quota_status
from tests.fakes.clock import NOON, StoppedClock

TOWN = CommunityId("loom:town")
DAY = timedelta(days=1)


@pytest.fixture
async def bob(accounts: Accounts) -> AccountId:
    """Return the account that the same person has elsewhere."""
    return (await accounts.get_or_create(BOB, GUEST)).id


@ON_DISK
class TestJoiningWhatMemoryDoesNotHave:
    """Credits, rules, keys and codes: in memory each is a house of its own, so that only the tables are asked."""

    async def test_credits_move_by_two_entries(
        self, accounts: Accounts, database: Database, ledger: Ledger, ann: AccountId, bob: AccountId
    ) -> None:
        """In each community; entries add up to balances, and none was edited."""
        async with database.write_transaction() as connection:
            for number, (community, account, delta) in enumerate(((HOUSE, ann, 5), (HOUSE, bob, 7), (TOWN, bob, 2))):
                await move_credits(
                    connection, CreditBooking(community, account, delta, CreditKind.GRANT, f"grant {number}", NOON)
                )
        await accounts.join(ann, bob)
        assert (await quota_status(ledger, ann)).credits == 12
        async with database.read_transaction() as connection:
            links = select(credit_entries).where(credit_entries.c.kind == CreditKind.LINK).order_by(credit_entries.c.position)
            found = [(row.community, row.account, row.delta) for row in await connection.execute(links)]
            assert sorted(found) == sorted([(HOUSE, bob, -7), (HOUSE, ann, 7), (TOWN, bob, -2), (TOWN, ann, 2)])
            sums = "SELECT community, account, SUM(delta) FROM credit_entries GROUP BY community, account ORDER BY 1, 2"
            balances = select(credit_balances).order_by(credit_balances.c.community, credit_balances.c.account)
            added_up = [tuple(row) for row in await connection.execute(text(sums))]
            assert added_up == [tuple(row) for row in await connection.execute(balances)]

    async def test_what_was_described_is_the_survivors(
        self, accounts: Accounts, database: Database, ledger: Ledger, ann: AccountId, bob: AccountId
    ) -> None:
        """Its cost was counted, and is not counted again."""
        said = DescriptionCost(id="d1", community=HOUSE, account=bob, day=TODAY.day, cost=Cost(40))
        await ledger.book_description(said)
        await accounts.join(ann, bob)
        [line] = await SqlStatistics(database).usage(HOUSE, TODAY.day, TODAY.day)
        assert (line.account, line.microusd) == (ann, 40)
        assert (await ledger.spending(Budget(HOUSE, Period.DAY, 1000), TODAY.day)).spent == 40

    async def test_too_many_credits_for_one_account_are_not_joined(
        self, accounts: Accounts, database: Database, ann: AccountId, bob: AccountId
    ) -> None:
        """And nothing else is."""
        async with database.write_transaction() as connection:
            for account, delta in ((ann, MOST_CREDITS), (bob, 1)):
                await move_credits(connection, CreditBooking(HOUSE, account, delta, CreditKind.GRANT, f"grant {account}", NOON))
        with pytest.raises(BadInput, match="bad input"):
            await accounts.join(ann, bob)
        assert await accounts.identities(bob) == (BOB,)
        async with database.read_transaction() as connection:
            assert [await balance(connection, HOUSE, one) for one in (ann, bob)] == [MOST_CREDITS, 1]

    async def test_credits_of_a_running_job_come_back_to_the_joined_account(
        self, accounts: Accounts, jobs: Jobs, database: Database, ledger: Ledger, ann: AccountId, bob: AccountId
    ) -> None:
        """They were spent before."""
        async with database.write_transaction() as connection:
            await move_credits(connection, CreditBooking(HOUSE, bob, 7, CreditKind.GRANT, "grant", NOON))
        await jobs.accept(by(BOB, "owl", bob), a_hold(bob, TODAY.limit + 3))
        await jobs.claim(JobId("owl"), LEASE)
        await accounts.join(ann, bob)
        assert await quota_status(ledger, ann) == QuotaStatus(TODAY.limit, TODAY.limit, 0, 4)
        await jobs.finish(JobId("owl"), 1, FAILED)
        assert await quota_status(ledger, ann) == QuotaStatus(TODAY.limit, 0, 0, 7)

    @pytest.mark.parametrize(
        ("kind", "mine", "theirs", "kept"),
        [
            (RuleKind.LIMIT, "9", "10", "10"),
            (RuleKind.LIMIT, "10", "9", "10"),
            (
                RuleKind.MEMBERSHIP,
                "registered",
                "premium until 2026-04-01T00:00:00+00:00",
                "premium until 2026-04-01T00:00:00+00:00",
            ),
            (RuleKind.MEMBERSHIP, "premium until 2026-04-01T00:00:00+00:00", "premium", "premium"),
            (
                RuleKind.MEMBERSHIP,
                "gold until 2026-05-01T00:00:00+02:00",
                "premium until 2026-04-30T23:00:00+00:00",
                "premium until 2026-04-30T23:00:00+00:00",
            ),
            (RuleKind.MEMBERSHIP, "registered", "guest", "registered"),
            (RuleKind.SETTING, "mine", "theirs", "mine"),
            (RuleKind.SETTING, None, "theirs", "theirs"),
            (RuleKind.SETTING, "mine", None, "mine"),
        ],
    )
    async def test_of_two_rules_the_better_stays(
        self,
        accounts: Accounts,
        database: Database,
        ann: AccountId,
        bob: AccountId,
        kind: RuleKind,
        mine: str | None,
        theirs: str | None,
        kept: str,
    ) -> None:
        """The higher limit, the higher tier and then the longer; of others, the survivor's."""
        other = {"community": TOWN, "account": bob, "matter": RuleKind.LIMIT, "subject": PERSON_SUBJECT, "value": "1"}
        async with database.write_transaction() as connection:
            for account, value in ((ann, mine), (bob, theirs)):
                if value is not None:
                    rule = {"community": HOUSE, "account": account, "matter": kind, "subject": "grant", "value": value}
                    await connection.execute(insert(rules).values(rule))
            await connection.execute(insert(rules).values(other))
        await accounts.join(ann, bob)
        async with database.read_transaction() as connection:
            found = [tuple(row) for row in await connection.execute(select(rules).order_by(rules.c.community))]
        assert found == [(HOUSE, ann, kind, "grant", kept), (TOWN, ann, RuleKind.LIMIT, PERSON_SUBJECT, "1")]

    async def test_keys_ask_for_the_joined_account(
        self, accounts: Accounts, database: Database, clock: StoppedClock, ann: AccountId, bob: AccountId
    ) -> None:
        """And go with their owner when it parts."""
        keys = SqlApiKeys(database, clock)
        key = ApiKey(id=ApiKeyId("k"), account=bob, owner=BOB, community=HOUSE, label="", created_at=NOON)
        await keys.add(key, "hash")
        await accounts.join(ann, bob)
        assert await keys.of(ann) == (replace(key, account=ann),)
        parted = await accounts.part(BOB, GUEST, TODAY.day)
        assert await keys.of(ann) == ()
        assert await keys.of(parted.id) == (replace(key, account=parted.id),)

    @pytest.mark.parametrize(("has_own", "opens"), [(False, "theirs"), (True, "own")])
    async def test_a_code_that_waits_is_the_joined_accounts(
        self,
        accounts: Accounts,
        database: Database,
        clock: StoppedClock,
        ann: AccountId,
        bob: AccountId,
        has_own: bool,
        opens: str,
    ) -> None:
        """Unless that has one of its own: each has one at a time."""
        codes = SqlCodes(database, clock)
        await codes.issue(Purpose.INSTALL, "other", bob, NOON + DAY)
        await codes.issue(Purpose.LINK, "theirs", bob, NOON + DAY)
        if has_own:
            await codes.issue(Purpose.LINK, "own", ann, NOON + DAY)
        await accounts.join(ann, bob)
        found = {code: await codes.redeem(Purpose.LINK, code) for code in ("theirs", "own")}
        assert found == {"theirs": None, "own": None} | {opens: ann}
        assert await codes.redeem(Purpose.INSTALL, "other") == bob
