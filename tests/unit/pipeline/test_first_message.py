"""Asks whether a job has one message, whoever says it first, and whoever dies over it."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.chat import MessageRef, Post, Tone
from bot.domain.jobs import Job, JobState
from bot.domain.wishes import Wish
from bot.errors import StorageFailed, SurfaceFailed
from tests.fakes.bench import LEASE, Bench
from tests.fakes.surfaces import FakeCall
from tests.fakes.waiting import quiet, until

FOX = Wish(prompt="a fox")
TICKETS = pytest.mark.parametrize("reply_token", ["", "token"], ids=["found by its key", "found by its ticket"])


class SlowCall(FakeCall):
    """A call whose platform takes its time to show the answer."""

    def __init__(self, bench: Bench, reply_token: str = "") -> None:
        super().__init__(bench.surface, reply_token=reply_token)
        self.may_answer = asyncio.Event()

    async def answer(self, post: Post, *, key: str) -> MessageRef:
        """Answer when the test says so."""
        await self.may_answer.wait()
        return await super().answer(post, key=key)


def only_job(bench: Bench) -> Job:
    """Return the one job there is."""
    [row] = bench.jobs.rows.values()
    return row.job


def messages(bench: Bench) -> list[Tone]:
    """Return what stands in the place."""
    return [post.tone for post in bench.surface.shown.values()]


@TICKETS
async def test_a_sweep_while_the_first_message_is_on_its_way_makes_no_second_one(bench: Bench, reply_token: str) -> None:
    """Nor does the picture, though it is ready first."""
    call = SlowCall(bench, reply_token)
    accepting = asyncio.create_task(bench.studio.accept(FOX, call))
    await until(lambda: bool(bench.engine.waiting))
    working = bench.engine.start(bench.worker.work)
    bench.clock.move(timedelta(seconds=1))
    await bench.recovery.sweep()
    await until(lambda: only_job(bench).state is JobState.KEPT)
    assert messages(bench) == []
    call.may_answer.set()
    await asyncio.gather(accepting, working)
    assert messages(bench) == [Tone.DONE]


async def test_a_sweep_leaves_a_job_to_whoever_accepted_it(bench: Bench) -> None:
    """For a lease: the process is about to have it worked on."""
    bench.engine.failures.fail_next("publish", StorageFailed("redis", "away"))
    job = await bench.imagine()
    bench.clock.move(LEASE - timedelta(seconds=1))
    await bench.recovery.sweep()
    assert bench.engine.waiting == []
    bench.clock.move(timedelta(seconds=1))
    await bench.recovery.sweep()
    assert bench.engine.waiting == [job.id]


async def test_drawing_does_not_wait_for_the_first_message(bench: Bench) -> None:
    """It is published before the platform is asked."""
    call = SlowCall(bench)
    accepting = asyncio.create_task(bench.studio.accept(FOX, call))
    await until(lambda: bool(bench.engine.waiting))
    bench.engine.start(bench.worker.work)
    await until(lambda: len(bench.painter.requests) == 1)
    call.may_answer.set()
    await accepting


@TICKETS
async def test_a_message_whose_id_was_never_noted_is_found_again(bench: Bench, reply_token: str) -> None:
    """A crash came between."""
    bench.jobs.failures.fail_next("attach", StorageFailed("sqlite", "killed"), times=2)
    await bench.studio.accept(FOX, FakeCall(bench.surface, reply_token=reply_token))
    assert only_job(bench).message is not None
    assert not only_job(bench).message.is_posted  # type: ignore[union-attr]  # see above
    await bench.kill()
    await bench.recover()
    assert messages(bench) == [Tone.DONE]
    assert bench.message(only_job(bench)).tone is Tone.DONE


@TICKETS
async def test_a_message_that_was_never_said_is_said_by_delivery(bench: Bench, reply_token: str) -> None:
    """A crash came before; its time has to be over."""
    call = SlowCall(bench, reply_token)
    accepting = asyncio.create_task(bench.studio.accept(FOX, call))
    await until(lambda: bool(bench.engine.waiting))
    accepting.cancel()
    await quiet()
    await bench.kill()
    await bench.recover()
    assert messages(bench) == [Tone.DONE]


async def test_an_answer_that_arrived_though_nobody_heard_is_found_by_its_ticket(bench: Bench) -> None:
    """The platform took it, and the line broke."""
    call = FakeCall(bench.surface, reply_token="token")
    shown = await call.answer(Post("Drawing", Tone.WAITING), key="")
    call.failures.fail_next("answer", SurfaceFailed("loom", "cut"))
    await bench.studio.accept(FOX, call)
    await bench.work()
    assert only_job(bench).message == shown
    assert messages(bench) == [Tone.DONE]
