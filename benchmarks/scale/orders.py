"""Jobs by the hundred: written down and published as a front end would, and awaited."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select

from benchmarks.scale.cluster import Cluster
from bot.adapters.web.rest import API
from bot.app.engines import open_engine
from bot.app.stores import open_records
from bot.app.system import SystemClock
from bot.domain.allowances import Allowance, Hold
from bot.domain.chat import MessageRef, Place
from bot.domain.jobs import Job, JobId
from bot.domain.people import HOUSE, REGISTERED, AccountId, Identity, Person
from bot.domain.wishes import Wish
from bot.ports.engine import Engine
from storage.events.local import LocalEvents
from storage.migrate import upgrade
from storage.schema.accounts import accounts, identities
from storage.schema.jobs import IS_OPEN, jobs
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs

_AT_ONCE = 8
_PATIENCE = timedelta(minutes=30)


class Orders:
    """Everybody who asks: `people` accounts, by turns."""

    def __init__(self, database: Database, engine: Engine, people: int) -> None:
        self.database = database
        self.jobs = SqlJobs(database, SystemClock())
        self._engine = engine
        self._people = people
        self._count = 0
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def know_people(self) -> None:
        """Write their accounts down, and whose they are."""
        now, names = datetime.now(UTC), [f"person {number}" for number in range(self._people)]
        whose = {"platform": API, "realm": "", "tier": REGISTERED}
        async with self.database.write_transaction() as connection:
            await connection.execute(insert(accounts), [{"id": one, "tier": REGISTERED, "created_at": now} for one in names])
            rows = [whose | {"user_id": one, "account": one, "first_account": one} for one in names]
            await connection.execute(insert(identities), rows)

    async def accept(self, count: int) -> list[JobId]:
        """Have so many jobs accepted, some at once."""
        return list(await asyncio.gather(*(self.accept_one() for _ in range(count))))

    async def accept_one(self) -> JobId:
        """Have the next person ask."""
        self._count += 1
        name, account = f"job {self._count:06d}", AccountId(f"person {self._count % self._people}")
        now = datetime.now(UTC)
        allowance = Allowance(10**6, now.date(), now + timedelta(hours=12))
        async with self._room:
            await self.jobs.accept(an_order(name, account, now), Hold(HOUSE, account, 1, allowance, estimate=40_000))
        return JobId(name)

    async def publish(self, ids: Sequence[JobId]) -> None:
        """Publish them, as fast as it goes."""
        for job in ids:
            await self._engine.publish(job, tier=REGISTERED)

    async def wait_until_none_open(self, every: timedelta = timedelta(milliseconds=50)) -> None:
        """Wait for the end of all of them.

        Raises:
            RuntimeError: One of them failed.
        """
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            while await self.count_open():  # noqa: ASYNC110 - other processes work on them
                await asyncio.sleep(every.total_seconds())
        async with self.database.read_transaction() as connection:
            failed = (await connection.execute(select(jobs.c.ending).where(jobs.c.state == "failed").limit(1))).first()
        if failed is not None:
            raise RuntimeError(f"a job failed: {failed.ending}")

    async def count_open(self) -> int:
        """Count those that have not ended."""
        async with self.database.read_transaction() as connection:
            return int((await connection.execute(select(func.count()).select_from(jobs).where(IS_OPEN))).scalar_one())

    async def seconds_to_start(self, ids: Sequence[JobId]) -> list[float]:
        """Return how long each took from the moment before it was written down until a worker claimed it."""
        times = select(jobs.c.created_at, jobs.c.started_at).where(jobs.c.id.in_(ids))
        async with self.database.read_transaction() as connection:
            return [(row.started_at - row.created_at).total_seconds() for row in await connection.execute(times)]


def an_order(name: str, account: AccountId, now: datetime) -> Job:
    """Return a job as the REST API makes it: it is shown nowhere."""
    person = Person(Identity(API, "", account), "Somebody")
    place = Place(API, "", "")
    return Job(
        id=JobId(name),
        key=f"api:{name}",
        community=HOUSE,
        account=account,
        tier=REGISTERED,
        author=person,
        place=place,
        message=MessageRef(place, name),
        wish=Wish(prompt=f"a lighthouse in a storm at dusk, {name}"),
        created_at=now,
    )


@asynccontextmanager
async def open_orders(cluster: Cluster, *, people: int, database: str = "postgres") -> AsyncIterator[Orders]:
    """Make the tables, and take orders there while the body runs."""
    settings = cluster.settings(database=database)
    await upgrade(settings.records_url)
    async with open_records(settings) as records, open_engine(settings, SystemClock(), LocalEvents()) as engine:
        orders = Orders(records, engine, people)
        await orders.know_people()
        yield orders
