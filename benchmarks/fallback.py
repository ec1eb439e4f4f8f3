"""Measures what it costs that an image service fails: `python -m benchmarks.fallback [--json]`.

`fallback_added_ms` is how much later a picture is there that the second
provider draws, than where it is the only one, beyond the time in which the
first one failed; with `_open` while the first one rests, and is not asked.
`pace_use` is the share that is used of a service's five calls a minute, over
three minutes of a simulated clock, with forty jobs waiting and nothing set:
the pace is learnt from its 429s, of which `429s` came. With `_set` the
operator has set `calls_per_minute = 5`.

`resubmitted_after_kill` is how many calls easel makes again that is killed
(signal 9) while a service with tickets draws twenty pictures, and
`charged_per_job` how many that service charged for each of them.
"""

import argparse
import asyncio
import json
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import structlog

from benchmarks.drawing import PLATFORM, BenchCall, EndSurface
from benchmarks.kills import measure_kill
from bot.app.foundation import open_foundation
from bot.app.house import House, run_house
from bot.config import Settings
from bot.domain.call_limits import CallLimits
from bot.domain.chat import Tone
from bot.domain.images import ImageRequest, ImageResult
from bot.domain.jobs import Job
from bot.domain.provider_state import ProviderState
from bot.ports.images import OnProgress
from bot.ports.observer import Event, Step
from bot.provider_errors import ProviderFailed, ProviderFault
from storage.sql.provider_states import SqlProviderStates
from tests.fakes.bench import Bench
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.fast_forward_loop import FastForwardLoop
from tests.fakes.images import ScriptedProvider
from tests.fakes.openai import Endpoint, FakeOpenAI, Kind

_PER_MINUTE = 5
_MINUTES = 3
_WAITING = 40
_SLOTS = 10
_DRAWING_S, _REFUSING_S = 15.0, 0.1
_LOOK_EVERY_S = 0.05
_KILLED = 20

AIMS = {
    "fallback_added_ms": "<= 250",
    "fallback_added_ms_open": "<= 20",
    "pace_use": ">= 0.95",
    "429s": "<= 2",
    "resubmitted_after_kill": "0",
    "charged_per_job": "1.0",
}


class _LoopClock(StoppedClock):
    """Tells the time of the running loop, which leaps."""

    def now(self) -> datetime:
        return NOON + timedelta(seconds=asyncio.get_running_loop().time())


class PacedProvider(ScriptedProvider):
    """Takes five calls in any minute, and answers every other one with a 429 that says nothing more."""

    def __init__(self, name: str = "painter") -> None:
        super().__init__(name)
        self.accepted: list[float] = []
        self.refused = 0

    async def draw(self, request: ImageRequest, on_progress: OnProgress) -> ImageResult:
        """Take the call if the last minute has room."""
        now = asyncio.get_running_loop().time()
        if sum(at > now - 60 for at in self.accepted) >= _PER_MINUTE:
            self.refused += 1
            await asyncio.sleep(_REFUSING_S)
            raise ProviderFailed(self.name, "429", fault=ProviderFault.RATE_LIMITED)
        self.accepted.append(now)
        await asyncio.sleep(_DRAWING_S)
        return await super().draw(request, on_progress)


async def simulate_pace(limits: CallLimits | None) -> tuple[float, int]:
    """Return the share of the allowance that was used, and how many calls were too many."""
    bench = Bench(limits=limits, clock=_LoopClock(), painter=(painter := PacedProvider()))
    for number in range(_WAITING):
        await bench.imagine(f"a fox, number {number}", key=f"{number}", user=f"{number}")
    running: set[asyncio.Task[None]] = set()
    until = asyncio.get_running_loop().time() + _MINUTES * 60
    while asyncio.get_running_loop().time() < until:
        running = {task for task in running if not task.done()}
        while len(running) < _SLOTS and bench.engine.due:
            running.add(bench.engine.start(bench.worker.work))
        await asyncio.sleep(_LOOK_EVERY_S)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    return len(painter.accepted) / (_PER_MINUTE * _MINUTES), painter.refused


class _CallTimes:
    """An observer that notes how long the paid calls of each provider took, in milliseconds."""

    def __init__(self) -> None:
        self.last: dict[str, float] = {}

    def note(self, event: Event) -> None:
        """Take no notice."""

    @contextmanager
    def watch(self, step: Step, job: Job, provider: str = "") -> Iterator[None]:  # noqa: ARG002 - the port's signature
        """Time the call, however it ends."""
        began = time.perf_counter()
        try:
            yield
        finally:
            if step is Step.DRAWING:
                self.last[provider] = (time.perf_counter() - began) * 1000


@dataclass(frozen=True, slots=True)
class _Stage:
    """A house that draws by two fakes of OpenAI, of which the first may fail."""

    house: House
    surface: EndSurface
    times: _CallTimes

    async def draw(self, key: str) -> float:
        """Have one picture drawn; return the milliseconds that it took beyond the calls themselves."""
        self.times.last.clear()
        began = time.perf_counter()
        await self.house.dispatcher.dispatch("imagine", {"prompt": f"a fox, number {key}"}, BenchCall(key, self.surface))
        post = await self.surface.ends[key]
        assert post.tone is Tone.DONE, post.text
        return (time.perf_counter() - began) * 1000 - sum(self.times.last.values())

    async def set_state(self, state: ProviderState) -> None:
        """Have the first one be in a state."""
        states = SqlProviderStates(self.house.base.database, self.house.base.clock)
        await states.change("openai", lambda _: state)


@asynccontextmanager
async def _open_stage(folder: Path, first: FakeOpenAI, second: FakeOpenAI, *order: str) -> AsyncIterator[_Stage]:
    settings = Settings.model_validate(
        {
            "data_dir": folder,
            "openai": {"api_key": "sk-bench", "base_url": first.url},
            "providers": {"second": {"kind": "openai", "api_key": "sk-second", "base_url": second.url}},
            "drawing": {"providers": order},
            "rewriting": {"model": ""},
            "guard": {"moderation_model": ""},
            "quotas": {"tiers": {"premium": 100_000}},
            "bursts": {"wishes": 10_000},
        }
    )
    times, surface = _CallTimes(), EndSurface()
    async with open_foundation(settings, times) as base, run_house(base, {PLATFORM: surface}) as house:
        stage = _Stage(house, surface, times)
        await stage.draw("warm-up")
        yield stage


async def measure_fallback(rounds: int) -> dict[str, float]:
    """Return what a first provider adds to a picture of the second: by failing, beyond its own time, and by resting."""
    alone, closed, resting = list[float](), list[float](), list[float]()
    rests = ProviderState(faults=3, fault="overloaded", rests=1, rests_until=datetime.now(UTC) + timedelta(hours=1))
    with tempfile.TemporaryDirectory() as folder:
        async with (
            FakeOpenAI() as first,
            FakeOpenAI() as second,
            _open_stage(Path(folder) / "alone", first, second, "second") as by_second,
            _open_stage(Path(folder) / "both", first, second, "openai", "second") as by_both,
        ):
            for number in range(rounds):
                alone.append(await by_second.draw(f"alone-{number}"))
                first.fail(Endpoint.IMAGES, Kind.SERVER_ERROR)
                await by_both.set_state(ProviderState())
                closed.append(await by_both.draw(f"closed-{number}"))
                await by_both.set_state(rests)
                resting.append(await by_both.draw(f"open-{number}"))
            paid_by_first = len(first.paid)
    assert paid_by_first == 1, "it draws the warm-up only"
    return {
        "fallback_added_ms": round(median(closed) - median(alone), 1),
        "fallback_added_ms_open": round(median(resting) - median(alone), 1),
    }


def measure_pace() -> dict[str, float]:
    """Return how much of a service's allowance is used, and how many calls were too many."""
    figures: dict[str, float] = {}
    for ending, limits in (("", None), ("_set", CallLimits(per_minute=_PER_MINUTE))):
        with asyncio.Runner(loop_factory=FastForwardLoop) as runner:
            use, refused = runner.run(simulate_pace(limits))
        figures |= {f"pace_use{ending}": round(use, 3), f"429s{ending}": refused}
    return figures


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fallback", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print nothing but the figures, as JSON")
    parser.add_argument("--rounds", type=int, default=20, help="how many pictures are drawn each way")
    args = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    figures = {**asyncio.run(measure_fallback(args.rounds)), **measure_pace(), **asyncio.run(measure_kill(_KILLED))}
    if args.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:24} {value:>8}   {AIMS.get(name, '')}")


if __name__ == "__main__":
    main()
