"""What a long queue costs: one more wish, the claim of a job, and a pass of recovery, beside a house where nobody waits."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import quantiles

from sqlalchemy import Table, insert

from benchmarks.drawing import PLATFORM, BenchCall, EndSurface
from benchmarks.scale.cluster import Cluster
from benchmarks.scale.orders import Orders, an_order, open_orders
from benchmarks.scale.sizes import Sizes, say
from bot.app.commands import build_dispatcher
from bot.app.engines import open_engine
from bot.app.foundation import open_foundation
from bot.app.quota_services import build_retention
from bot.app.services import Services, build_services
from bot.commands.dispatcher import Dispatcher
from bot.domain.allowances import HoldState
from bot.domain.people import HOUSE, AccountId, Identity, Person
from bot.pipeline.recovery import Recovery
from bot.ports.engine import Engine
from bot.services.input_store import InputStore
from storage.engines.local_leader import LocalLeaderLock
from storage.schema.jobs import jobs
from storage.schema.quotas import holds
from storage.sql.rows import job_values

_JOBS_EACH = 10
"""As many as one person may have waiting."""

_NAME, _PERSON = "'waiting ' || lpad(number::text, 6, '0')", f"'person ' || number / {_JOBS_EACH}"
_OWN_OF_JOB = {"id": _NAME, "key": _NAME, "account": _PERSON, "created_at": "jobs.created_at + number"}
_OWN_OF_HOLD = {"job": _NAME, "account": _PERSON}

_LEASE = timedelta(seconds=20)
_MOST_RUNNING = 3


@dataclass(slots=True)
class Times:
    """Milliseconds, by what took them."""

    admission: list[float]
    claim: list[float]


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """A process that takes wishes in and draws none: its commands, its services and its engine."""

    dispatcher: Dispatcher
    services: Services
    engine: Engine


@asynccontextmanager
async def open_front_end(cluster: Cluster, database: str) -> AsyncIterator[FrontEnd]:
    """Open one on that database."""
    settings = cluster.settings(database=database)
    async with open_foundation(settings) as base, open_engine(settings, base.clock, base.events) as engine:
        services = build_services(base, {PLATFORM: EndSurface()}, engine)
        yield FrontEnd(build_dispatcher(services.features), services, engine)


async def fill(cluster: Cluster, orders: Orders, count: int) -> None:
    """Write down so many jobs that wait, of people who each have as many as they may: one, and PostgreSQL the others like it."""
    now = datetime.now(UTC) - timedelta(minutes=10)
    first = an_order(f"waiting {0:06d}", AccountId("person 0"), now)
    held = {"community": HOUSE, "day": now.date(), "n": 1, "spent": 0, "state": HoldState.HELD, "is_billed": False}
    async with orders.database.write_transaction() as connection:
        await connection.execute(insert(jobs), [job_values(first)])
        await connection.execute(insert(holds), [{**held, "job": first.id, "account": first.account}])
    more = [_repeat(jobs, _OWN_OF_JOB, count - 1), _repeat(holds, _OWN_OF_HOLD, count - 1)]
    # Afterwards what PostgreSQL does by itself within a minute.
    await cluster.postgres.execute("; ".join(["SET session_replication_role = replica", *more, "ANALYZE"]), database="full")


def _repeat(table: Table, own: Mapping[str, str], times: int) -> str:
    """Return the statement that writes the one row of a table again so often, with values of its own in some columns."""
    same = [f'{table.name}."{column.name}"' for column in table.columns if column.name not in own]
    names = ", ".join(f'"{column.name}"' for column in table.columns if column.name not in own)
    return (
        f"INSERT INTO {table.name} ({', '.join(own)}, {names}) "  # noqa: S608 - names of ours
        f"SELECT {', '.join((*own.values(), *same))} FROM {table.name}, generate_series(1, {times}) AS number"
    )


async def measure_queue(cluster: Cluster, sizes: Sizes) -> dict[str, float]:
    """Return how much longer it all takes where many wait, by turns so that a busy machine slows both."""
    await cluster.postgres.new_database("empty")
    await cluster.postgres.new_database("full")
    people = sizes.queued // _JOBS_EACH
    async with (
        open_orders(cluster, people=1, database="empty"),
        open_orders(cluster, people=people, database="full") as orders,
        open_front_end(cluster, "empty") as empty,
        open_front_end(cluster, "full") as full,
    ):
        say(f"queue: writing {sizes.queued:,} jobs down")
        await fill(cluster, orders, sizes.queued)
        times = {front.engine: Times([], []) for front in (empty, full)}
        for number in range(-sizes.rounds // 10, sizes.rounds):
            for front in (empty, full):
                await _ask_and_claim(front, number, times[front.engine])
        measured = _compare(times[empty.engine], times[full.engine])
        return measured | await _measure_recovery(cluster, full, sizes)


async def _ask_and_claim(front: FrontEnd, number: int, times: Times) -> None:
    """Have somebody new ask for a picture, and claim the job; what comes before number 0 does not count."""
    call, jobs_of = BenchCall(f"wish {number}", EndSurface()), front.services.features.base.records.jobs
    call.person = Person(Identity(PLATFORM, "", f"asker {number}"), "Somebody")
    took = await _milliseconds(lambda: front.dispatcher.dispatch("imagine", {"prompt": f"a fox, number {number}"}, call))
    job = await jobs_of.by_key(call.key)
    assert job is not None
    claimed = await _milliseconds(lambda: jobs_of.claim(job.id, _LEASE, most_running=_MOST_RUNNING))
    if number >= 0:
        times.admission.append(took)
        times.claim.append(claimed)


async def _milliseconds(act: Callable[[], Awaitable[object]]) -> float:
    before = time.perf_counter()
    await act()
    return (time.perf_counter() - before) * 1000


def _compare(empty: Times, full: Times) -> dict[str, float]:
    measured: dict[str, float] = {}
    for name in ("admission", "claim"):
        cuts = {kind: quantiles(getattr(times, name), n=100) for kind, times in (("empty", empty), ("100k", full))}
        measured |= {f"{name}_ms_p{at}_{kind}": cut[at - 1] for kind, cut in cuts.items() for at in (50, 99)}
        measured[f"{name}_ratio_100k"] = cuts["100k"][98] / cuts["empty"][98]
        measured[f"{name}_ratio_100k_p50"] = cuts["100k"][49] / cuts["empty"][49]
    return measured


async def _measure_recovery(cluster: Cluster, front: FrontEnd, sizes: Sizes) -> dict[str, float]:
    """Return how long recovery looks at all of them: first none is in Redis, as after a loss of it, then all are."""
    services = front.services
    recovery = Recovery(
        jobs=services.features.base.records.jobs,
        engine=front.engine,
        slots=services.queues.call_slots,
        leader=LocalLeaderLock(),
        observer=services.features.base.observer,
        delivery=services.features.pictures.delivery,
        retention=build_retention(services.features.base),
        gallery=services.features.pictures.gallery,
        inputs=InputStore(services.features.base.records.inputs, services.features.base.objects, services.features.base.clock),
        tickets=services.queues.ticket_cancellation,
        clock=services.features.base.clock,
        lease=_LEASE,
    )
    # To a platform that this process serves, and beside its time limit for statements.
    await cluster.postgres.execute("UPDATE jobs SET platform = 'terminal'; ANALYZE", database="full")
    say(f"recovery: publishing {sizes.queued:,} jobs, as after a loss of Redis")
    lost = await _milliseconds(recovery.sweep) / 1000
    again = min([await _milliseconds(recovery.sweep) / 1000 for _ in range(3)])
    return {"recovery_s_100k": again, "recovery_s_100k_redis_lost": lost}
