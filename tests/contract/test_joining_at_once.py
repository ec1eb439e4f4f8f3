"""Asks whether people can join and part while everything else goes on: nobody waits in a circle, and all adds up."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import text

from bot.domain.credits import CreditKind, CreditMove
from bot.domain.jobs import JobId
from bot.domain.people import HOUSE, REGISTERED, AccountId, Identity
from bot.domain.rules import Actor
from bot.errors import BadInput
from storage.sql.database import Database
from tests.contract.conftest import ON_DISK, ContractTables
from tests.contract.examples import LEASE, TODAY, WEB, a_hold, some_pictures
from tests.contract.linked import by
from tests.contract.sums import DIFFERENCES

JOBS = 8
BOSS = Actor(AccountId("boss"), "Boss")
PEOPLE = [Identity(WEB, "", name) for name in ("ann", "bob", "cid")]


class Street:
    """People with jobs that run, and credits."""

    def __init__(self, records: ContractTables) -> None:
        self._records = records

    async def open(self) -> None:
        """Give everybody a job, a worker who has it, and credits."""
        for person in PEOPLE:
            account = (await self._records.accounts.get_or_create(person, REGISTERED)).id
            grant = CreditMove(community=HOUSE, account=account, delta=9, kind=CreditKind.GRANT, key=person.user, by=BOSS)
            await self._records.credits.move(grant)
            for number in range(JOBS):
                job = by(person, f"{person.user} {number}", account)
                await self._records.jobs.accept(job, a_hold(account, 2, replace(TODAY, limit=100)))
                await self._records.jobs.claim(job.id, LEASE)

    async def join(self, one: Identity, other: Identity) -> None:
        """Make two accounts one."""
        accounts = self._records.accounts
        await accounts.join(
            (await accounts.get_or_create(one, REGISTERED)).id, (await accounts.get_or_create(other, REGISTERED)).id
        )

    async def part(self, person: Identity) -> None:
        """Make an account of its own."""
        await self._records.accounts.part(person, REGISTERED, TODAY.day)

    async def keep(self, person: Identity, number: int) -> None:
        """Keep the pictures of a job."""
        job = JobId(f"{person.user} {number}")
        await self._records.jobs.keep(job, 1, some_pictures(job, 2))

    async def give(self, giver: Identity, taker: Identity) -> None:
        """Give a credit, unless they are one by now."""
        accounts = self._records.accounts
        by_giver = Actor((await accounts.get_or_create(giver, REGISTERED)).id, giver.user)
        target = (await accounts.get_or_create(taker, REGISTERED)).id
        with suppress(BadInput):
            await self._records.credits.give(HOUSE, by_giver, target, 1, f"{giver.user} to {taker.user}")


@ON_DISK
async def test_joining_waits_for_nobody_who_waits_for_it(records: ContractTables, database: Database) -> None:
    """Whatever else is written at that moment: nothing is refused as locked."""
    ann, bob, cid = PEOPLE
    street = Street(records)
    await street.open()
    links = [street.join(ann, bob), street.part(bob), street.join(bob, cid), street.part(ann), street.join(cid, ann)]
    gifts = [street.give(one, other) for one in PEOPLE for other in PEOPLE if one != other]
    work = [street.keep(person, number) for number in range(JOBS) for person in PEOPLE]
    mixed = [*links, *gifts, *work]
    await asyncio.gather(*(mixed[(11 * turn) % len(mixed)] for turn in range(len(mixed))))
    async with database.read_transaction() as connection:
        for what, differences in DIFFERENCES.items():
            assert (await connection.execute(text(differences))).all() == [], what
