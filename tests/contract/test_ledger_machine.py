"""Asks, in whatever order a machine can think of: does every picture, credit and micro-dollar add up, whatever happens?

A house in SQL and one in memory are told the same things. A few seconds of it
run with the other tests; `python -m tests.contract.test_ledger_machine` does
10,000 operations, or as many as it is told to, on SQLite; with `postgresql`
as its second word, on a server of its own.
"""

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from bot.domain.allowances import DayExtension
from bot.domain.credits import CreditKind, CreditMove
from bot.domain.people import REGISTERED, AccountId, Identity
from bot.domain.rules import Actor, AuditEntry, RuleKind
from tests.contract.examples import WEB
from tests.contract.machine_settings import machine_settings
from tests.contract.sums import DIFFERENCES
from tests.contract.tables import PostgresTables
from tests.contract.work_machine import LIMIT, MAYBE_CRASHING, PARK, PEOPLE, TENANT, WorkMachine, performed
from tests.contract.worlds import World
from tests.fakes.bookkeeping import Counter
from tests.fakes.postgres import PostgresServer, postgres_server

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
BOSS = Actor(AccountId("boss"), "Boss")

Noted = tuple[str | None, str | None] | None


class LedgerMachine(WorkMachine):
    """Grants, gifts, forgives, undoes, joins, parts, travels in time and space, and restarts."""

    @initialize()
    def look(self) -> None:
        """Begin with nothing on record."""
        self.record: list[tuple[Any, ...]] = []
        self.entries: list[tuple[Any, ...]] = []

    @rule(name=PEOPLE, delta=st.integers(-6, 9), key=st.integers(0, 1), crash_at=MAYBE_CRASHING)
    def move(self, name: str, *, delta: int, key: int, crash_at: int | None) -> None:
        """Grant or take credits, sometimes by the call before."""
        call = f"move {self.number() if key else self.calls}"
        kind = CreditKind.GRANT if delta > 0 else CreditKind.TAKE

        async def act(world: World) -> Noted:
            account = await world.account(name)
            entry = await world.credits.move(
                CreditMove(community=PARK, account=account, delta=delta, kind=kind, key=call, by=BOSS)
            )
            return _noted(world, entry)

        self.do("move", act, crash_at)

    @rule(giver=PEOPLE, taker=PEOPLE, amount=st.integers(-1, 4), key=st.integers(0, 1), crash_at=MAYBE_CRASHING)
    def give(self, giver: str, taker: str, *, amount: int, key: int, crash_at: int | None) -> None:
        """Pass credits on."""
        call = f"gift {self.number() if key else self.calls}"

        async def act(world: World) -> bool:
            by = Actor(await world.account(giver), giver)
            return await world.credits.give(PARK, by, await world.account(taker), amount, call)

        self.do("give", act, crash_at)

    @rule(name=PEOPLE, crash_at=MAYBE_CRASHING)
    def reset_usage(self, name: str, crash_at: int | None) -> None:
        """Count today's pictures as not spent."""
        day = self.allowance_now().day

        async def act(world: World) -> Noted:
            return _noted(world, await world.ledger.reset_usage(PARK, await world.account(name), day, by=BOSS, why=""))

        self.do("forgive", act, crash_at)

    @rule(which=st.integers(0, 9), crash_at=MAYBE_CRASHING)
    def undo(self, which: int, crash_at: int | None) -> None:
        """Take an entry back, perhaps one that took another back, perhaps again."""
        if not self.worlds.sql.entries:
            return

        async def act(world: World) -> Noted:
            return _noted(world, await world.rulebook.undo(world.entries[which % len(world.entries)].id, BOSS))

        self.do("undo", act, crash_at)
        self.may_have_more |= {entry.key.account for entry in self.worlds.sql.entries if entry.key.kind is RuleKind.USAGE}

    @rule(name=PEOPLE, other=PEOPLE, crash_at=MAYBE_CRASHING)
    def join(self, name: str, other: str, crash_at: int | None) -> None:
        """Make two accounts one."""

        async def act(world: World) -> None:
            account, gone = await world.account(name), await world.account(other)
            await world.accounts.join(account, gone)
            world.gone += [gone] if gone != account else []

        self.do("join", act, crash_at)
        self.may_have_more.add(self.worlds.wait(self.worlds.sql.account(name)))

    @rule(name=PEOPLE, crash_at=MAYBE_CRASHING)
    def part(self, name: str, crash_at: int | None) -> None:
        """Give somebody an account of their own; whatever day it is, nobody gains by it."""
        day, identity = self.allowance_now().day, Identity(WEB, "", name)

        async def act(world: World) -> None:
            await world.accounts.part(identity, (await world.accounts.get_or_create(identity, REGISTERED)).tier, day)

        self.do("part", act, crash_at)
        self.may_have_more.add(self.worlds.wait(self.worlds.sql.account(name)))

    @rule(hours=st.sampled_from([0.5, 1, 6, 23, 24, 25, 30]))
    def pass_time(self, hours: float) -> None:
        """Let time pass, over midnight and over the change of the clocks."""
        self.worlds.clock.move(timedelta(hours=hours))

    @rule(hours=st.sampled_from([1, 13, 24, 47]))
    def set_clock_back(self, hours: int) -> None:
        """Find out that the clock was wrong."""
        self.worlds.clock.move(-timedelta(hours=hours))
        self.latest = (self.worlds.clock.now(), date.min)

    @rule(zone=st.sampled_from(ZONES))
    def change_zone(self, zone: str) -> None:
        """Move the community to another zone."""
        now, new = self.worlds.clock.now(), ZoneInfo(zone)
        self.day_extension = DayExtension.after_zone_change(self.allowance_now(), now, new)
        self.zone = new

    @rule()
    def restart(self) -> None:
        """End the process between two calls."""
        self.worlds.restart()

    @invariant()
    def both_worlds_count_alike(self) -> None:
        """Pictures, credits and money; accounts have the same names in both, as far as they were never parted."""
        books = self.worlds.memory_jobs.books
        assert self._sorted("SELECT held, spent FROM usage WHERE held + spent > 0") == _counters(books.counters.values())
        assert self._sorted("SELECT held, spent FROM tenant_usage WHERE held + spent > 0") == _counters(books.tenants.values())
        assert self._sorted("SELECT held, spent FROM spending WHERE held + spent > 0") == _counters(books.money.values())
        balances = sorted((balance,) for balance in books.balances.values() if balance)
        assert self._sorted("SELECT balance FROM credit_balances WHERE balance > 0") == balances

    @invariant()
    def everything_adds_up(self) -> None:
        """In the tables themselves."""
        for what, differences in DIFFERENCES.items():
            assert self.worlds.rows(differences) == [], what

    @invariant()
    def no_limit_is_passed(self) -> None:
        """But by two accounts that became one, and by what was forgiven and then was not."""
        above = "SELECT account FROM usage WHERE held + spent > CAST(:limit AS INTEGER)"
        assert {account for (account,) in self.worlds.rows(above, limit=LIMIT)} <= self.may_have_more
        above = "SELECT tenant FROM tenant_usage WHERE held + spent > CAST(:limit AS INTEGER)"
        assert self.worlds.rows(above, limit=TENANT.limit) == []

    @invariant()
    def entries_stay_as_they_are(self) -> None:
        """They are only ever added."""
        record = self.worlds.rows("SELECT * FROM record ORDER BY position")
        entries = self.worlds.rows("SELECT * FROM credit_entries ORDER BY position")
        assert record[: len(self.record)] == self.record
        assert entries[: len(self.entries)] == self.entries
        self.record, self.entries = record, entries

    def _sorted(self, statement: str) -> list[tuple[Any, ...]]:
        return sorted(self.worlds.rows(statement))


def _noted(world: World, entry: AuditEntry | None) -> Noted:
    """Keep an entry, and give what can be compared of it."""
    if entry is None:
        return None
    world.entries.append(entry)
    return entry.before, entry.after


def _counters(counters: Iterable[Counter]) -> list[tuple[int, int]]:
    return sorted((one.held, one.spent) for one in counters if one.held + one.spent)


@pytest.mark.long
def test_everything_adds_up() -> None:
    """Whatever is done, and whenever it crashes, SQLite and memory say the same."""
    run_state_machine_as_test(LedgerMachine, settings=machine_settings(8, 30))


@pytest.mark.long
@pytest.mark.needs("postgresql")
def test_everything_adds_up_on_postgresql_too(postgres: PostgresServer) -> None:
    """Fewer operations, because each takes longer."""
    run_state_machine_as_test(_on(postgres), settings=machine_settings(3, 30))


def _on(server: PostgresServer) -> type[LedgerMachine]:
    """Return the machine with its tables on a server."""

    class OnPostgresql(LedgerMachine):
        tables = staticmethod(lambda: PostgresTables(server))

    return OnPostgresql


def main(wanted: int, engine: str) -> None:
    """Do at least so many operations, and say how many of which."""
    with ExitStack() as stack:
        machine = LedgerMachine if engine == "sqlite" else _on(stack.enter_context(postgres_server()))
        while performed.total() < wanted:
            run_state_machine_as_test(machine, settings=machine_settings(25, 80))
    print(f"{performed.total()} operations on {engine}: {dict(performed)}")  # noqa: T201 - a program


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, sys.argv[2] if len(sys.argv) > 2 else "sqlite")
