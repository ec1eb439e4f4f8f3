"""Asks whether pictures that people brought go when nothing needs them any more, and no sooner."""

from datetime import timedelta

import pytest

from bot.domain.jobs import Job
from bot.domain.people import HOUSE
from bot.errors import StorageFailed
from bot.services.input_store import InputStore
from tests.fakes.bench import Bench
from tests.fakes.inputs import an_input, give_inputs


@pytest.fixture
def bench() -> Bench:
    """Set up a house."""
    return Bench()


async def bring(bench: Bench, key: str, *owns: str) -> Job:
    """Have a job drawn that has begun with these."""
    job = await bench.draw("make it night", key=key)
    await give_inputs(bench.jobs, bench.objects, job, *owns)
    return job


def stored(bench: Bench) -> list[str]:
    """Return the keys of inputs in the store."""
    return sorted(key for key in bench.objects.objects if key.startswith("inputs/"))


async def test_an_input_goes_with_the_last_picture_of_its_job(bench: Bench) -> None:
    """At the sweep that finds it."""
    job = await bring(bench, "call-1", "a", "b")
    await bench.recovery.sweep()
    assert len(stored(bench)) == 2
    await bench.gallery.remove_now(job.id)
    await bench.recovery.sweep()
    assert stored(bench) == []
    assert await bench.inputs.of_job(job.id) == ()


async def test_a_job_is_without_its_inputs_at_once(bench: Bench) -> None:
    """Where its person is forgotten."""
    job = await bring(bench, "call-1", "a")
    await bring(bench, "call-2", "b")
    await bench.input_store.remove_now(job.id)
    assert stored(bench) == [an_input("b").key]


async def test_what_does_not_go_now_goes_at_a_later_sweep(bench: Bench) -> None:
    """And holds up no other."""
    job = await bring(bench, "call-1", "a", "b", "c")
    await bench.gallery.remove_now(job.id)
    store = InputStore(bench.inputs, bench.objects, bench.clock, page=1)
    bench.objects.failures.fail_next("delete", StorageFailed("disk", "away"))
    await store.sweep()
    assert stored(bench) == [an_input("a").key]
    await store.sweep()
    assert stored(bench) == []


async def test_old_ones_expire(bench: Bench) -> None:
    """As their community says."""
    await bring(bench, "call-1", "a", "b")
    before = bench.clock.now() + timedelta(days=1)
    assert await bench.input_store.expire_older(HOUSE, before, most=1) == 1
    await bench.input_store.sweep()
    assert stored(bench) == [an_input("b").key]
