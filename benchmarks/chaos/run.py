"""One run: everything is started, people ask, things go wrong, and when all is calm again it is judged."""

import asyncio
import random
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from benchmarks.chaos.evidence import gather_evidence, look_at_front_ends
from benchmarks.chaos.faults import FaultKind, PlannedFault, Trouble, plan_faults
from benchmarks.chaos.judge import ChaosVerdict, judge
from benchmarks.chaos.orphan_sweep import sweep_orphans
from benchmarks.chaos.people import OWNER_COOKIE, Users, split_among_front_ends, visitor_id
from benchmarks.chaos.replicas import Replica, import_easel
from benchmarks.chaos.surroundings import GUILDS, Surroundings, open_surroundings
from tests.fakes.ports import free_port

LEASE_S = 3.0
_WEBS, _WORKERS = 2, 3
_SETTLE_TIMEOUT_S = 300.0
_OPEN = "SELECT count(*) AS n FROM jobs WHERE finished_at IS NULL OR told_at IS NULL"
_STATES = "SELECT state, count(*) AS n FROM jobs GROUP BY state"
_REPORT_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class RunPlan:
    """How much is asked for and goes wrong. The same seed makes the same choices."""

    seed: int
    jobs: int = 200
    faults: int = 100
    kinds: tuple[FaultKind, ...] = tuple(FaultKind)
    is_quick: bool = False
    """Wait for nothing that takes half a minute.

    Workers share a disk, or pictures that one of them has drawn would wait for
    it to come back; and all are killed at the end, as new ones look at once for
    what was left behind, and old ones only every minute.
    """
    logs: Path | None = None
    """The folder in which the logs of all processes are left, and what people saw at the end."""


def say(text: str) -> None:
    """Tell whoever waits how far it is."""
    print(text, file=sys.stderr, flush=True)


async def run_chaos(plan: RunPlan) -> ChaosVerdict:
    """Do it all, and return the counts."""
    with tempfile.TemporaryDirectory(prefix="chaos") as made:
        folder = plan.logs or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        import_easel()
        async with (
            open_surroundings(folder) as surroundings,
            _open_house(surroundings, plan) as replicas,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60)) as http,
        ):
            return await _run(plan, surroundings, replicas, http)


async def _run(
    plan: RunPlan, surroundings: Surroundings, replicas: Sequence[Replica], http: aiohttp.ClientSession
) -> ChaosVerdict:
    webs = [replica.url for replica in replicas if replica.role == "web"]
    users = Users(surroundings, webs, plan.seed, http)
    await users.prepare()
    say(f"All runs: {len(replicas)} processes of easel. {plan.jobs} wishes and {plan.faults} faults follow; seed {plan.seed}.")
    rng = random.Random(plan.seed)  # noqa: S311 - to be repeated, not to be secret
    trouble = Trouble(surroundings, replicas, lease_s=LEASE_S)
    async with asyncio.TaskGroup() as group:
        for number, front_end in enumerate(split_among_front_ends(plan.jobs, rng)):
            group.create_task(ask_later(users, front_end, number, rng.uniform(0, 0.8 * plan.faults)))
        for second, planned in enumerate(plan_faults(plan.kinds, plan.faults, rng)):
            group.create_task(_make_later(trouble, planned, second))
        reporting = asyncio.create_task(_report(surroundings, trouble))
    if plan.is_quick:
        for replica in replicas:
            if replica.role == "worker":
                replica.kill()
    await settle(surroundings)
    reporting.cancel()
    sights = await look_at_front_ends(users)
    await stop_all(replicas)
    await sweep_orphans(surroundings, [disk / "spool" for disk in _disks(surroundings, plan)])
    verdict, findings = judge(await gather_evidence(surroundings, users.asked, sights))
    say(f"{len(users.asked)} times somebody asked; faults: { ({str(kind): n for kind, n in sorted(trouble.done.items())}) }.")
    (surroundings.folder / "evidence.txt").write_text("\n".join(map(str, (*users.asked, *sights, *findings))))
    for finding in findings:
        say(finding)
    return verdict


@asynccontextmanager
async def _open_house(surroundings: Surroundings, plan: RunPlan) -> AsyncIterator[list[Replica]]:
    """Run two gateways, two web processes and three workers while the body runs."""
    gateways = [build_replica(surroundings, "gateway", number) for number in range(GUILDS)]
    webs = [build_replica(surroundings, "web", number) for number in range(_WEBS)]
    workers = [build_replica(surroundings, "worker", number) for number in range(_WORKERS)]
    for number, worker in enumerate(workers):
        worker.environ["EASEL_DATA_DIR"] = str(_disks(surroundings, plan)[number])
    for number, gateway in enumerate(gateways):
        gateway.environ["EASEL_DISCORD__SHARD_IDS"] = str(number)
    replicas = [*gateways, *webs, *workers]
    for replica in replicas:
        replica.environ["EASEL_WEB__PUBLIC_URL"] = webs[0].url
    try:
        async with asyncio.TaskGroup() as group:
            for replica in replicas:
                group.create_task(replica.start())
        await surroundings.discord.post("gateway", ready=GUILDS, within_s=60)
        await surroundings.slack.post("wait", connections=GUILDS, within_s=60)
        yield replicas
    finally:
        await asyncio.gather(*(replica.clear() for replica in replicas))


def _disks(surroundings: Surroundings, plan: RunPlan) -> list[Path]:
    """Return the data folder of each worker."""
    return [surroundings.folder / ("workers" if plan.is_quick else f"worker-{number}") for number in range(_WORKERS)]


def build_replica(surroundings: Surroundings, role: str, number: int) -> Replica:
    """Return a process of a role that is not started yet."""
    port = free_port()
    return Replica(role, number, port=port, environ=replica_environ(surroundings, port), folder=surroundings.folder)


def replica_environ(surroundings: Surroundings, port: int) -> dict[str, str]:
    """Return the settings of a process."""
    return {
        **surroundings.environ,
        "EASEL_OWNERS": visitor_id(OWNER_COOKIE),
        "EASEL_DATA_DIR": str(surroundings.folder / "others"),  # by which gateways take turns to connect to Discord
        "EASEL_WEB__PORT": str(port),
        "EASEL_WORKER__LEASE": f"{LEASE_S:g}s",
        "EASEL_WORKER__SLOTS__GUEST": "3",
        "EASEL_WORKER__SLOTS__REGISTERED": "3",
        "EASEL_WORKER__SLOTS__PREMIUM": "3",
        "EASEL_QUOTAS__TIERS__GUEST": "1000",
        "EASEL_QUOTAS__TIERS__REGISTERED": "3",  # the rest goes by credits
        "EASEL_QUOTAS__TIERS__PREMIUM": "1000",
        "EASEL_QUOTAS__FIRST_TIER__DISCORD": "premium",
        "EASEL_BURSTS__WISHES": "1000",
        "EASEL_BURSTS__QUEUED": "1000",
        "EASEL_LOG_FORMAT": "json",
    }


async def ask_later(users: Users, front_end: str, number: int, after: float) -> None:
    """Have somebody ask for a picture after so many seconds."""
    await asyncio.sleep(after)
    await users.ask(front_end, number)


async def _make_later(trouble: Trouble, planned: PlannedFault, after: float) -> None:
    await asyncio.sleep(after)
    await trouble.make(planned)


async def _report(surroundings: Surroundings, trouble: Trouble) -> None:
    """Say every few seconds how many jobs there are, by state, and what went wrong so far."""
    while True:
        await asyncio.sleep(_REPORT_EVERY_S)
        try:
            states = {row["state"]: row["n"] for row in await surroundings.rows(_STATES)}
        except Exception:  # noqa: BLE001 - the database is being restarted; asyncpg has a dozen ways to say so
            states = {}
        say(f"jobs {states or 'unknown'}; faults { ({str(kind): n for kind, n in trouble.done.items()}) }")


async def settle(surroundings: Surroundings) -> None:
    """Wait until every job is final and told of, however long recovery takes for that; who is never told is judged."""
    try:
        async with asyncio.timeout(_SETTLE_TIMEOUT_S):
            while (await surroundings.rows(_OPEN))[0]["n"]:  # noqa: ASYNC110 - other processes do it
                await asyncio.sleep(0.5)
    except TimeoutError:
        say(f"Not all jobs were over {_SETTLE_TIMEOUT_S:.0f} s after the last fault.")


async def stop_all(replicas: Sequence[Replica]) -> None:
    """End all processes in good order, and say which broke."""
    codes = await asyncio.gather(*(replica.stop() for replica in replicas))
    for replica, code in zip(replicas, codes, strict=True):
        if replica.broke:
            say(f"{replica.name} ended by itself {len(replica.broke)} times, as is right at a start without Redis or database.")
        if code != 0:
            say(f"{replica.name} ended with {code}; its log says last:")
            say("\n".join(replica.log.read_text().splitlines()[-5:]))
