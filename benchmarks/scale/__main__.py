"""How easel grows with machines and with what waits: `python -m benchmarks.scale [--json] [--quick]`.

Real programs on this machine: PostgreSQL and Valkey as people run them, the fake
OpenAI with a drawing of 200 ms, and `easel worker` one to four times. What is
compared is measured in one run, by turns where that can be. One worker is
compared with four twice: with one slot each, so that four of them do not fill
two processors, and with enough slots (`_full`), where `share_of_possible` says
how near four come to four times one or to what the processors have left,
whichever is less. It ends cleanly at Ctrl-C. All of it takes about half an hour, most of that the
10,000 jobs of the memory; `--quick` takes some minutes, and its numbers are rough.
"""

import argparse
import asyncio
import itertools
import json
import logging
import sys
import tempfile
from pathlib import Path
from statistics import median

import structlog

from benchmarks.programs import read_until, run_program
from benchmarks.scale.cluster import Cluster, run_cluster
from benchmarks.scale.orders import open_orders
from benchmarks.scale.queue import measure_queue
from benchmarks.scale.sizes import QUICK, WHOLE, Sizes, say
from benchmarks.scale.workers import measure_memory, measure_start, measure_throughput

DRAWING_S = 0.2
PEOPLE = 200
PARTS = ("engine", "queue", "workers", "start", "memory")
AIMS = {
    "worker_speedup_4_over_1": ">= 3.4",
    "share_of_possible_4_full": ">= 0.85",
    "start_ms_p99": "<= 50",
    "claim_ratio_100k": "<= 1.5",
    "admission_ratio_100k": "<= 1.5",
    "recovery_s_100k": "<= 1",
    "rss_growth_mb_10k": "flat",
    "engine_over_bare_docket": ">= 0.5",
}


async def measure(sizes: Sizes, parts: tuple[str, ...] = PARTS) -> dict[str, float]:
    """Measure those parts, one after the other."""
    measured: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name, run_cluster(Path(name), drawing_s=DRAWING_S) as cluster:
        if "engine" in parts:
            measured |= measure_engine(cluster, sizes)
        if "queue" in parts:
            measured |= await measure_queue(cluster, sizes)
        async with open_orders(cluster, people=PEOPLE) as orders:
            if "workers" in parts:
                measured |= await measure_throughput(cluster, orders, sizes)
            if "start" in parts:
                measured |= await measure_start(cluster, orders, sizes)
            if "memory" in parts:
                measured |= await measure_memory(cluster, orders, sizes)
    return measured


def measure_engine(cluster: Cluster, sizes: Sizes, rounds: int = 3) -> dict[str, float]:
    """Return jobs in a second through easel's engine and through docket alone, by turns."""
    results: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
    for number, kind in itertools.product(range(rounds), results):
        options = ("--prefix", f"{kind}{number}", "--jobs", str(sizes.engine_jobs))
        with run_program("benchmarks.scale.engines", kind, cluster.redis.url, *options) as process:
            results[kind].append(json.loads(read_until(process, r"\{.*\}")))
        say(f"engine: {kind} {results[kind][-1]['jobs_per_s']:.0f} jobs/s")
    ours, bare = ({name: median(one[name] for one in results[kind]) for name in results[kind][0]} for kind in ("ours", "bare"))
    return {
        "engine_jobs_per_s": ours["jobs_per_s"],
        "bare_docket_jobs_per_s": bare["jobs_per_s"],
        "engine_over_bare_docket": ours["jobs_per_s"] / bare["jobs_per_s"],
        "engine_published_per_s": ours["published_per_s"],
        "bare_docket_published_per_s": bare["published_per_s"],
        "engine_cpu_ms_per_job": ours["cpu_ms_per_job"],
        "bare_docket_cpu_ms_per_job": bare["cpu_ms_per_job"],
    }


def main() -> None:
    """Measure and print: a table, or with `--json` one object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--quick", action="store_true", help="measure less of everything, in some minutes")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure only this part (may be said several times)")
    args = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        measured = asyncio.run(measure(QUICK if args.quick else WHOLE, tuple(args.only or PARTS)))
    except KeyboardInterrupt:
        sys.exit("Stopped; nothing runs any more.")
    if args.json:
        print(json.dumps({name: round(value, 3) for name, value in measured.items()}))
        return
    for name, value in measured.items():
        print(f"{name:36} {value:10.3f}   {'aim ' + AIMS[name] if name in AIMS else ''}".rstrip())


if __name__ == "__main__":
    main()
