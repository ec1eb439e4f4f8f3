"""Can the benchmarks be run? What they say of speed is nobody's business here."""

import pytest

from benchmarks.chaos.faults import FaultKind
from benchmarks.chaos.run import RunPlan, run_chaos
from benchmarks.drawing import measure
from tests.fakes.openai import FakeOpenAI


@pytest.mark.parametrize("kind", ["house", "floor"])
async def test_drawing_can_be_measured(kind: str) -> None:
    """With all of easel, and with nothing but the SDK: each picture is drawn once, and one beforehand to warm up."""
    async with FakeOpenAI() as fake:
        measured = await measure(kind, fake.url, at_once=2, rounds=1)
        assert sorted(measured) == ["added_mb_each", "p50_ms", "per_s", "stall_ms"]
        assert len(fake.paid) == 3


@pytest.mark.long
@pytest.mark.needs("postgresql", "redis", "s3")
async def test_chaos_can_be_made_and_is_judged() -> None:
    """A few wishes at every door, while a worker and Redis are killed: each is accounted for."""
    verdict = await run_chaos(RunPlan(seed=1, jobs=4, faults=2, kinds=(FaultKind.WORKER, FaultKind.REDIS)))
    assert verdict.accepted >= 4
    assert verdict.delivered + verdict.told == verdict.accepted
    assert verdict.is_clean
