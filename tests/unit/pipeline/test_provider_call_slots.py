"""Asks whether no more is drawn at once by a provider than it takes, whoever waits is told so, and everybody has a turn."""

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.call_limits import CallLimits
from bot.domain.chat import Tone, promise
from bot.domain.jobs import Job, JobState
from bot.errors import StorageFailed
from bot.pipeline.worker import MOST_ATTEMPTS
from bot.provider_errors import ProviderFailed, ProviderFault
from tests.fakes.bench import Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.waiting import until

LOCKED = StorageFailed("sqlite", "locked")


@pytest.fixture
def bench() -> Bench:
    """Have a provider that takes one call at once."""
    return Bench(limits=CallLimits(at_once=1))


async def imagine(bench: Bench, *names: str) -> list[Job]:
    """Have a wish of each somebody accepted, a second apart."""
    accepted = []
    for name in names:
        accepted.append(await bench.imagine(f"a fox for {name}", key=name, user=name))
        bench.clock.move(timedelta(seconds=1))
    return accepted


async def begin(bench: Bench, *jobs: Job) -> list[asyncio.Task[None]]:
    """Begin to work on them, one after the other: the first is being drawn, and the others are told to wait."""
    bench.painter.will_hold()
    tasks = [bench.engine.start(bench.worker.work, jobs[0].id)]
    await until(lambda: bool(bench.painter.requests))
    for job in jobs[1:]:
        tasks.append(bench.engine.start(bench.worker.work, job.id))
        await tasks[-1]
    return tasks


def states(bench: Bench, jobs: Sequence[Job]) -> list[JobState]:
    """Return where they stand."""
    return [bench.job(job).state for job in jobs]


async def test_one_too_many_waits_without_a_slot_and_is_told_so(bench: Bench) -> None:
    """Its words are settled already, and are not asked for again when it is its turn."""
    ann, bob = await imagine(bench, "ann", "bob")
    first, second = await begin(bench, ann, bob)
    assert second.done()
    assert states(bench, [ann, bob]) == [JobState.RUNNING, JobState.QUEUED]
    await until(lambda: "Waiting" in bench.message(bob).text)
    assert (bench.message(bob).tone, bench.message(bob).text) == (
        Tone.WAITING,
        "Waiting for the image service: a fox for bob · 1st in line",
    )
    assert [button.command for button in bench.message(bob).buttons] == ["cancel"]
    bench.painter.release()
    await first
    await bench.work()
    assert states(bench, [ann, bob]) == [JobState.DONE] * 2
    assert (len(bench.rewriter.asks), len(bench.painter.requests)) == (2, 2)


async def test_whoever_waits_before_the_message_is_there_is_told_so_in_it(bench: Bench) -> None:
    """Words can be settled faster than a platform posts."""
    ann, bob = await imagine(bench, "ann", "bob")
    message = bench.job(bob).message
    assert message is not None
    await bench.jobs.attach(bob.id, promise(bob.place))
    bench.painter.will_hold()
    bench.engine.start(bench.worker.work, ann.id)
    await until(lambda: bool(bench.painter.requests))
    second = bench.engine.start(bench.worker.work, bob.id)
    await until(lambda: (bench.job(bob).attempt, bench.job(bob).state) == (1, JobState.QUEUED))
    await bench.jobs.attach(bob.id, message)
    await second
    await until(lambda: "Waiting for the image service" in bench.message(bob).text)
    bench.painter.release()


async def test_the_next_begins_as_soon_as_the_call_has_ended(bench: Bench) -> None:
    """It does not wait until the pictures of the one before are in the store and shown."""
    ann, bob = await imagine(bench, "ann", "bob")
    first, _ = await begin(bench, ann, bob)
    bench.jobs.failures.fail_always("keep", LOCKED)
    bench.painter.release()
    await until(lambda: bench.engine.waiting == [bob.id])
    bench.jobs.failures.clear()
    await first


async def test_they_go_in_the_order_of_their_acceptance(bench: Bench) -> None:
    """Whoever began last too; and nobody is refused, however long the line is."""
    everybody = await imagine(bench, *"abcdefgh")
    first, *_ = await begin(bench, everybody[0], *reversed(everybody[1:]))
    bench.painter.release()
    await first
    await bench.work()
    assert states(bench, everybody) == [JobState.DONE] * 8
    assert re.findall(r"a fox for (\w)", " ".join(request.prompt for request in bench.painter.requests)) == [*"abcdefgh"]
    assert max(bench.job(job).attempt for job in everybody) == 2


@pytest.mark.parametrize("end", ["cancelled", "failed", "broken"])
async def test_however_a_call_ends_the_next_begins(bench: Bench, end: str) -> None:
    """By a press of Cancel in another process, by a fault of the service, by one of ours."""
    ann, bob = await imagine(bench, "ann", "bob")
    if end != "cancelled":
        bench.painter.will(
            {"failed": ProviderFailed("painter", "401", fault=ProviderFault.BAD_KEY)}.get(end, RuntimeError("broken"))
        )
        await bench.engine.start(bench.worker.work, ann.id)
        assert states(bench, [ann]) == [JobState.FAILED]
        await bench.work()
    else:
        first, _ = await begin(bench, ann, bob)
        await bench.studio.cancel(bench.job(ann))
        await until(first.done)
        assert bench.engine.waiting == [bob.id]
        await bench.work()
    assert states(bench, [bob]) == [JobState.DONE]


async def test_a_process_that_is_killed_in_a_call_keeps_nobody_waiting(bench: Bench) -> None:
    """When its lease has run out recovery has both taken up: the one asks before it pays again, the other is drawn."""
    ann, bob = await imagine(bench, "ann", "bob")
    await begin(bench, ann, bob)
    await bench.kill()
    await bench.recover()
    assert states(bench, [ann, bob]) == [JobState.FAILED, JobState.DONE]
    ending = bench.job(ann).ending
    assert ending is not None
    assert ending.kind == "outcome_unknown"


async def test_what_nobody_could_publish_recovery_does(bench: Bench) -> None:
    """The engine may be away at the moment when a call ends."""
    ann, bob = await imagine(bench, "ann", "bob")
    first, _ = await begin(bench, ann, bob)
    bench.engine.failures.fail_always("publish", StorageFailed("redis", "away"))
    bench.painter.release()
    with capture_logs() as lines:
        await first
    assert {
        "event": "provider.unpublished",
        "provider": "painter",
        "reason": "store=redis reason=away",
        "log_level": "warning",
    } in lines
    assert bench.engine.waiting == []
    bench.engine.failures.clear()
    await bench.recover()
    assert states(bench, [ann, bob]) == [JobState.DONE] * 2


async def test_a_line_that_cannot_be_counted_makes_a_job_wait_as_any_trouble_of_the_table_does(bench: Bench) -> None:
    """Nothing is called that was not counted."""
    [ann] = await imagine(bench, "ann")
    bench.calls.failures.fail_next("open_drawing", LOCKED)
    await bench.work()
    assert (bench.painter.requests, states(bench, [ann])) == ([], [JobState.RUNNING])
    await bench.recover()
    assert states(bench, [ann]) == [JobState.DONE]


async def test_so_many_begin_in_any_minute() -> None:
    """The others are called when it is their time, and not over and over before that."""
    bench = Bench(limits=CallLimits(per_minute=2))
    everybody = await imagine(bench, *"abcdef")
    for _ in range(3):
        await bench.work()
        bench.clock.move(timedelta(seconds=61))
    assert states(bench, everybody) == [JobState.DONE] * 6
    assert max(bench.job(job).attempt for job in everybody) == 2 < MOST_ATTEMPTS
    started = [drawing.started_at for job in everybody for drawing in await bench.jobs.drawings(job.id)]
    assert all(later - earlier >= timedelta(minutes=1) for earlier, later in zip(started, started[2:], strict=False))


async def test_a_provider_without_bounds_is_asked_as_ever() -> None:
    """Also where the one before it has some."""
    other = ScriptedProvider("other")
    bench = Bench(limits=CallLimits(at_once=1), others=(other,))
    bench.painter.will(ProviderFailed("painter", "401", fault=ProviderFault.BAD_KEY))
    job = await bench.draw()
    assert (job.state, len(other.requests)) == (JobState.DONE, 1)
