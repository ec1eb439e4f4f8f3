"""Asks whether removals end well when platforms, the store, the record or another process are in their way."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.removals import RemovalReason, StepState
from bot.errors import StorageFailed, SurfaceFailed
from bot.pipeline.removal_steps import EVERY
from tests.fakes.bench import Bench
from tests.fakes.surfaces import LOOM
from tests.fakes.waiting import quiet, until
from tests.unit.pipeline.test_removal_steps import drawn, outcomes, remove

DOWN = SurfaceFailed(LOOM, "down")
AWAY = StorageFailed("memory", "away")
BUG = RuntimeError("nobody thought of this")


async def test_what_a_platform_does_not_take_is_tried_again_and_the_rest_is_not(bench: Bench) -> None:
    """The author is told once, though the message takes longer."""
    job, [picture] = await drawn(bench)
    bench.surface.failures.fail_always("retract", DOWN)
    await remove(bench, picture)
    assert (await outcomes(bench, picture))["message"] == (StepState.FAILED, str(DOWN))
    posted = list(bench.surface.posted)
    bench.surface.failures.clear()
    await bench.removal_steps.sweep()
    assert bench.message(job).pictures
    bench.clock.move(EVERY)
    await bench.removal_steps.sweep()
    assert bench.message(job).text == "This picture was taken down."
    assert bench.surface.posted == posted
    assert {state for state, _ in (await outcomes(bench, picture)).values()} == {StepState.DONE}


async def test_bytes_go_though_a_message_does_not(bench: Bench) -> None:
    """A platform that is down for an hour keeps nothing in our store."""
    _, [picture] = await drawn(bench)
    bench.surface.failures.fail_always("retract", DOWN)
    await remove(bench, picture)
    assert bench.objects.objects == {}


async def test_tries_become_rarer_and_end_after_a_day(bench: Bench) -> None:
    """Then it is listed as impossible."""
    _, [picture] = await drawn(bench)
    bench.surface.failures.fail_always("retract", DOWN)
    await remove(bench, picture)
    tries = 0
    while await bench.removals.list_unfinished(most=9) and (await outcomes(bench, picture))["message"][0] is StepState.FAILED:
        tries += 1
        bench.clock.move(timedelta(minutes=10))
        await bench.removal_steps.sweep()
    assert tries <= 24 * 6
    assert (await outcomes(bench, picture))["message"] == (StepState.IMPOSSIBLE, str(DOWN))
    assert await bench.removals.due(most=9) == ()


async def test_a_store_that_is_away_keeps_nothing_for_ever(bench: Bench) -> None:
    """What it does not let go now it is asked for again."""
    job, [picture] = await drawn(bench)
    bench.objects.failures.fail_always("delete", AWAY)
    await remove(bench, picture)
    assert len(bench.objects.objects) == 1
    assert bench.message(job).text == "This picture was taken down."
    assert (await outcomes(bench, picture))["store"] == (StepState.FAILED, str(AWAY))
    bench.objects.failures.clear()
    bench.clock.move(EVERY)
    await bench.removal_steps.sweep()
    assert bench.objects.objects == {}
    assert {state for state, _ in (await outcomes(bench, picture)).values()} == {StepState.DONE}


async def test_whoever_dies_in_the_middle_is_followed_by_another(bench: Bench) -> None:
    """As by `kill -9`: what was done is done, the rest is done after the restart."""
    job, [picture] = await drawn(bench)
    bench.surface.failures.fail_next("direct", asyncio.CancelledError())
    await bench.decisions.remove(picture.id, RemovalReason.RULES, "mod")
    await bench.removal_steps.sweep()
    assert bench.message(job).text == "This picture was taken down."
    await bench.removal_steps.sweep()
    assert len(bench.surface.posted) == 1
    bench.clock.move(timedelta(seconds=15))
    await bench.removal_steps.sweep()
    assert bench.surface.posted[-1][0].channel == "ann alone"
    assert len(bench.surface.retracted) == 1


@pytest.mark.parametrize("error", [AWAY, BUG])
async def test_a_look_that_fails_is_followed_by_another(bench: Bench, error: Exception) -> None:
    """Whatever went wrong: somebody has to look for what was decided."""
    _, [picture] = await drawn(bench)
    bench.removals.failures.fail_next("due", error)
    task = asyncio.create_task(bench.removal_steps.run(bench.leader))
    await asyncio.sleep(0)
    await bench.decisions.remove(picture.id, RemovalReason.RULES, "mod")
    await until(lambda: bench.objects.objects == {})
    task.cancel()


@pytest.mark.parametrize("error", [AWAY, BUG])
async def test_a_removal_that_breaks_off_is_tried_later_and_keeps_no_other_waiting(bench: Bench, error: Exception) -> None:
    """Nothing of it has happened meanwhile."""
    job, [picture] = await drawn(bench)
    other, [second] = await drawn(bench, key="call-2")
    bench.removals.failures.fail_next("steps", error)
    await bench.decisions.remove(picture.id, RemovalReason.RULES, "mod")
    bench.clock.move(timedelta(microseconds=1))
    await remove(bench, second)
    assert bench.message(job).pictures
    assert bench.message(other).text == "This picture was taken down."
    bench.clock.move(EVERY)
    await bench.removal_steps.sweep()
    assert bench.message(job).text == "This picture was taken down."


@pytest.mark.parametrize("error", [AWAY, BUG])
async def test_a_removal_that_cannot_be_claimed_is_left_for_the_next_look(bench: Bench, error: Exception) -> None:
    """The record went away between two questions."""
    job, [picture] = await drawn(bench)
    bench.removals.failures.fail_next("claim", error)
    await remove(bench, picture)
    assert bench.message(job).text == "This picture was taken down."
    assert len(bench.surface.retracted) == 1


async def test_two_processes_do_not_do_the_same(bench: Bench) -> None:
    """Both see what is due; one of them has it."""
    _, [picture] = await drawn(bench)
    here = bench.removal_steps
    del bench.removal_steps
    there = bench.removal_steps
    await bench.decisions.remove(picture.id, RemovalReason.RULES, "mod")
    await asyncio.gather(here.sweep(), there.sweep())
    assert len(bench.surface.retracted) == 1
    assert len([place for place, _, _ in bench.surface.posted if place.channel == "ann alone"]) == 1


async def test_what_takes_longer_than_its_lease_is_not_begun_again_by_the_same_process(bench: Bench) -> None:
    """A platform hangs; what else is decided meanwhile does not wait for it."""
    job, [picture] = await drawn(bench)
    _, [other] = await drawn(bench, key="call-2")
    bench.surface.may_retract.clear()
    task = asyncio.create_task(bench.removal_steps.run(bench.leader))
    await bench.decisions.remove(picture.id, RemovalReason.RULES, "mod")
    await until(lambda: len(bench.objects.objects) == 1)
    bench.clock.move(timedelta(seconds=15))
    assert [one.picture for one in await bench.removals.due(most=9)] == [picture.id]
    await bench.decisions.remove(other.id, RemovalReason.RULES, "mod")
    await until(lambda: bench.objects.objects == {})
    bench.surface.may_retract.set()
    await until(lambda: len(bench.surface.retracted) == 2)
    await quiet()
    assert [ref for ref, _ in bench.surface.retracted].count(bench.job(job).message) == 1  # type: ignore[arg-type]  # it is posted
    task.cancel()
