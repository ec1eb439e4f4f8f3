"""Can the benchmarks be run? What they say of speed is nobody's business here."""

import pytest

from benchmarks.cases import measure_pages
from benchmarks.chaos.faults import FaultKind
from benchmarks.chaos.run import RunPlan, run_chaos
from benchmarks.drawing import measure
from benchmarks.edits import measure_edits, measure_pictures
from benchmarks.fallback import measure_fallback, measure_pace
from benchmarks.kills import measure_kill
from benchmarks.removals import measure_removals
from benchmarks.reports import measure_reports
from benchmarks.scale.__main__ import AIMS
from benchmarks.scale.__main__ import measure as measure_scale
from benchmarks.scale.sizes import Sizes
from benchmarks.studio import measure_studio
from tests.fakes.openai import Endpoint, FakeOpenAI
from tests.fakes.redis import RedisServer


@pytest.mark.parametrize("kind", ["house", "floor"])
async def test_drawing_can_be_measured(kind: str) -> None:
    """With all of easel, and with nothing but the SDK: each picture is drawn once, and one beforehand to warm up."""
    async with FakeOpenAI() as fake:
        measured = await measure(kind, fake.url, at_once=2, rounds=1)
        assert sorted(measured) == ["added_mb_each", "p50_ms", "per_s", "stall_ms"]
        assert len(fake.paid) == 3


@pytest.mark.parametrize("kind", ["house", "floor"])
async def test_edits_can_be_measured(kind: str) -> None:
    """Each with the same picture, once, and one beforehand to warm up."""
    async with FakeOpenAI() as fake:
        measured = await measure_edits(kind, fake.url, at_once=2, rounds=1)
        assert sorted(measured) == ["added_mb_each", "p50_ms", "stall_ms"]
        assert [one.endpoint for one in fake.paid] == [Endpoint.EDITS] * 3


async def test_what_is_done_to_pictures_can_be_measured() -> None:
    """With small ones."""
    measured = await measure_pictures(1, camera=(200, 100), edges=(96, 64))
    assert sorted(measured) == ["composite_ms_p50", "input_check_ms_p50", "stall_ms"]


async def test_looking_for_pictures_can_be_measured() -> None:
    """With a few hundred of them."""
    figures = await measure_studio(400, 50, rounds=2)
    measured = ("gallery_ms_p50_100k", "search_ms_p50_100k", "share_page_ms_p50", "wish_search_ms_p50_100k", "wishes_ms_p50_100k")
    page = ("wall_ms_p50_100k", "wall_kb_before_pictures")
    assert sorted(figures) == sorted((*measured, *page, "growth_ratio"))
    assert figures["wall_kb_before_pictures"] <= 300
    assert min(figures.values()) > 0


async def test_pages_of_cases_can_be_measured() -> None:
    """With a few thousand of them."""
    assert await measure_pages(4000) > 0


@pytest.mark.long
@pytest.mark.needs("postgresql", "redis", "s3")
async def test_reports_can_be_measured() -> None:
    """A picture that three people report is hidden, and a crowd makes one case."""
    figures = await measure_reports(1, 40)
    assert figures["report_to_hidden_s_p99"] > 0
    assert figures["cases_of_a_storm"] == 1


async def test_chaos_can_be_made_and_is_judged() -> None:
    """A few wishes at every front end, while a worker and Redis are killed: each is accounted for."""
    verdict = await run_chaos(RunPlan(seed=1, jobs=4, faults=2, kinds=(FaultKind.WORKER, FaultKind.REDIS)))
    assert verdict.accepted >= 4
    assert verdict.delivered + verdict.notified == verdict.accepted
    assert verdict.is_clean


@pytest.mark.needs("redis")
async def test_engines_can_be_measured(redis: RedisServer) -> None:
    """Each job comes once, through easel's engine and through docket alone."""
    from benchmarks.scale.engines import through_docket, through_ours  # noqa: PLC0415 - tests that need it are skipped without it

    for through in (through_ours, through_docket):
        assert all(seconds > 0 for seconds in await through(redis.url, f"measured-{through.__name__}", 20))


@pytest.mark.long
async def test_removals_can_be_measured() -> None:
    """One on each platform."""
    assert all(seconds > 0 for seconds in await measure_removals(at_once=1, quiet_seconds=0))


@pytest.mark.long
@pytest.mark.needs("postgresql", "redis")
async def test_scale_can_be_measured() -> None:
    """With all its programs, but for a few jobs only; four workers take long to start."""
    few = Sizes(throughput_jobs=1, starts=10, queued=100, rounds=5, memory_jobs=20, engine_jobs=20)
    measured = await measure_scale(few, ("engine", "queue", "start", "memory"))
    assert {name for name in AIMS if "_4" not in name} <= set(measured)


def test_a_pace_is_learnt_from_two_refusals_at_most_and_is_used() -> None:
    """On a clock that leaps: what the benchmark aims at does not depend on the machine."""
    figures = measure_pace()
    assert figures["429s"] <= 2
    assert figures["429s_set"] == 0
    assert min(figures["pace_use"], figures["pace_use_set"]) >= 0.95


@pytest.mark.long
async def test_a_kill_can_be_measured_and_costs_nothing() -> None:
    """All that was under way is collected."""
    assert await measure_kill(3) == {"resubmitted_after_kill": 0, "charged_per_job": 1.0}


async def test_fallback_can_be_measured() -> None:
    """The first one draws nothing but the warm-up."""
    assert sorted(await measure_fallback(1)) == ["fallback_added_ms", "fallback_added_ms_open"]
