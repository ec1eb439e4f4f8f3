"""How much is measured, and how it goes on meanwhile."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of everything."""

    throughput_jobs: int
    starts: int
    queued: int
    rounds: int
    memory_jobs: int
    engine_jobs: int


WHOLE = Sizes(throughput_jobs=60, starts=200, queued=100_000, rounds=300, memory_jobs=10_000, engine_jobs=5_000)
QUICK = Sizes(throughput_jobs=12, starts=30, queued=5_000, rounds=60, memory_jobs=200, engine_jobs=1_000)


def say(text: str) -> None:
    """Show how it goes on, beside what is printed at the end."""
    print(text, file=sys.stderr, flush=True)
