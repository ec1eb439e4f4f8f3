"""How much workers draw: one, and four, with the processor's share of each program, and what they take of the memory."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles

import psutil

from benchmarks.scale.cluster import Cluster
from benchmarks.scale.orders import Orders
from benchmarks.scale.sizes import Sizes, say

FEW_SLOTS = 1
"""So that four workers do not fill two cores: what keeps them from being four times as fast then is easel's."""

ENOUGH_SLOTS = 16
"""So that one worker is kept busy: what keeps four from being faster then is the machine."""

_PROGRAMS = {"postgres": "postgres", "valkey-server": "valkey", "tests.fakes.openai": "openai", "bot worker": "workers"}


@dataclass(slots=True)
class Load:
    """What a stretch of work took: wall-clock seconds, and processor seconds by program."""

    seconds: float = 0.0
    cpu_s: dict[str, float] = field(default_factory=dict)
    busy_s: float = 0.0
    """Of all processors of the machine, whoever used them."""

    @property
    def cores_free(self) -> float:
        """How many processors others had left us."""
        return float(psutil.cpu_count() or 1) - (self.busy_s - self.used_s) / self.seconds

    @property
    def used_s(self) -> float:
        """Seconds of a processor that we used."""
        return sum(self.cpu_s.values())


@contextmanager
def watch_load() -> Iterator[Load]:
    """Yield what the body takes, which is known at its end."""
    load = Load()
    began, cpu, busy = time.perf_counter(), _cpu_seconds(), _busy_seconds()
    yield load
    load.seconds = time.perf_counter() - began
    load.cpu_s = {name: used - cpu.get(name, 0.0) for name, used in _cpu_seconds().items()}
    load.busy_s = _busy_seconds() - busy


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)


def _cpu_seconds() -> dict[str, float]:
    """Return the processor time of this benchmark and of all programs below it, by what they are."""
    seconds: dict[str, float] = {}
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        try:
            used, command = process.cpu_times(), f"{process.name()} {' '.join(process.cmdline())}"
        except psutil.NoSuchProcess:
            continue
        name = next((name for part, name in _PROGRAMS.items() if part in command), "benchmark")
        all_of_it = used.user + used.system + used.children_user + used.children_system
        seconds[name] = seconds.get(name, 0.0) + all_of_it
    return seconds


async def measure_throughput(cluster: Cluster, orders: Orders, sizes: Sizes) -> dict[str, float]:
    """Return how much faster four workers are than one: with few slots, and with enough to fill the machine."""
    measured: dict[str, float] = {}
    for slots, name in ((FEW_SLOTS, ""), (ENOUGH_SLOTS, "_full")):
        rates: dict[int, float] = {}
        for workers in (1, 2, 4):
            count = sizes.throughput_jobs * (workers if slots == FEW_SLOTS else 4)
            load = await _draw(cluster, orders, workers=workers, slots=slots, count=count)
            rates[workers] = count / load.seconds
            measured |= _describe(load, count, f"_{workers}{name}")
        ceiling = min(4 * rates[1], measured[f"cores_free_4{name}"] * 1000 / measured[f"cpu_ms_per_job_4{name}"])
        measured[f"worker_speedup_4_over_1{name}"] = rates[4] / rates[1]
        measured[f"share_of_possible_4{name}"] = rates[4] / ceiling
    return measured


async def _draw(cluster: Cluster, orders: Orders, *, workers: int, slots: int, count: int) -> Load:
    """Have so many workers draw so many pictures that are all there when they begin."""
    with cluster.workers(workers, slots=slots):
        await orders.publish(await orders.accept(4 * workers))  # the first ones open connections
        await orders.wait_until_none_open()
        ids = await orders.accept(count)
        with watch_load() as load:
            await orders.publish(ids)
            await orders.wait_until_none_open()
    say(f"{workers} workers with {slots} slots each: {count / load.seconds:.1f} jobs/s")
    return load


def _describe(load: Load, count: int, ending: str) -> dict[str, float]:
    """Return jobs in a second, what one takes of the processors, and how many of these there were and were used."""
    return {
        f"jobs_per_s{ending}": count / load.seconds,
        f"cpu_ms_per_job{ending}": load.used_s * 1000 / count,
        **{f"cpu_ms_per_job{ending}_{name}": used * 1000 / count for name, used in load.cpu_s.items()},
        f"cores_free{ending}": load.cores_free,
        f"cores_used{ending}": load.used_s / load.seconds,
    }


async def measure_start(cluster: Cluster, orders: Orders, sizes: Sizes) -> dict[str, float]:
    """Return how long a job waits for workers that have nothing else to do."""
    ids = []
    with cluster.workers(2, slots=ENOUGH_SLOTS):
        for _ in range(sizes.starts):
            job = await orders.accept_one()
            await orders.publish([job])
            ids.append(job)
            await orders.wait_until_none_open()
    took = sorted(1000 * one for one in await orders.seconds_to_start(ids[len(ids) // 10 :]))  # the first ones open connections
    cuts = quantiles(took, n=100, method="inclusive")
    return {"start_ms_p50": cuts[49], "start_ms_p99": cuts[98]}


async def measure_memory(cluster: Cluster, orders: Orders, sizes: Sizes) -> dict[str, float]:
    """Return by how much a worker has grown over so many jobs, after a tenth of them."""
    with cluster.workers(1, slots=ENOUGH_SLOTS) as [worker]:
        await _draw_batches(orders, sizes.memory_jobs // 10)
        before = _resident_mb(worker)
        await _draw_batches(orders, sizes.memory_jobs)
        after = _resident_mb(worker)
    return {"rss_mb_after_a_tenth": before, "rss_growth_mb_10k": after - before}


async def _draw_batches(orders: Orders, count: int) -> None:
    batch = 500
    for done in range(0, count, batch):
        await orders.publish(await orders.accept(min(batch, count - done)))
        await orders.wait_until_none_open()
        say(f"memory: {min(done + batch, count):,} of {count:,} jobs")


def _resident_mb(process: int) -> float:
    return float(psutil.Process(process).memory_info().rss) / 1_000_000
