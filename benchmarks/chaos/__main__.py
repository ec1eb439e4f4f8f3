"""The command line of it: `python -m benchmarks.chaos [--json]`."""

import argparse
import asyncio
import json
import random
import sys
import time
from pathlib import Path

import structlog

from benchmarks.chaos.faults import FaultKind
from benchmarks.chaos.run import RunPlan, run_chaos

_EPILOG = """\
Everything runs on this machine, on 127.0.0.1 and free ports, each part in a process of its own: PostgreSQL, Valkey, an S3
server, the fake Discord, Slack and OpenAI, and two gateways, two web processes and three workers of easel. People ask on the
page, by REST, on Discord and on Slack, while something is killed every second. When all is calm again, each accepted job must
have been delivered or its person told, once; no drawing may have been paid for twice; ledger, usage, credits, budgets and
pictures must add up; and nothing may lie in the bucket that belongs to nobody. The exit code is 0 only then. How far it is, and
what is wrong, is said on the standard error output.
"""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.chaos",
        description="Prove that nothing is lost, whatever is killed.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--quick", action="store_true", help="60 wishes and 20 faults, in at most a minute on a quiet machine")
    parser.add_argument("--seed", type=int, help="make the same choices as a run that said this seed; any, when left out")
    parser.add_argument("--jobs", type=int, help="how many wishes: 200, or 60 with --quick")
    parser.add_argument("--faults", type=int, help="how many faults, one a second: 100, or 20 with --quick")
    parser.add_argument("--only", nargs="+", choices=[str(kind) for kind in FaultKind], help="only these kinds of faults")
    parser.add_argument("--logs", type=Path, metavar="FOLDER", help="leave the logs of all processes in a new folder")
    return parser.parse_args()


def main() -> None:
    """Run and print: a table, or with `--json` one object as the last line."""
    arguments = _arguments()
    seed = random.SystemRandom().randrange(1_000_000) if arguments.seed is None else arguments.seed
    plan = RunPlan(
        seed=seed,
        jobs=arguments.jobs or (60 if arguments.quick else 200),
        faults=arguments.faults or (20 if arguments.quick else 100),
        kinds=tuple(FaultKind(kind) for kind in arguments.only or FaultKind),
        is_quick=arguments.quick,
        logs=arguments.logs.absolute() if arguments.logs else None,
    )
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    before = time.monotonic()
    try:
        verdict = asyncio.run(run_chaos(plan))
    except KeyboardInterrupt:
        sys.exit("Stopped; everything that was started has ended.")
    counts = {**verdict.counts(), "seconds": round(time.monotonic() - before, 1), "seed": seed}
    if arguments.json:
        print(json.dumps(counts))
    else:
        for name, count in counts.items():
            print(f"{name:16} {count:10}")
    sys.exit(0 if verdict.is_clean else 1)


if __name__ == "__main__":
    main()
