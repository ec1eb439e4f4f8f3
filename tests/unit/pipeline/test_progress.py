"""Asks whether the progress of a job is shown in its message, as soon as that is there, and never afterwards."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.chat import Post, promise
from bot.domain.jobs import Job
from bot.errors import StorageFailed
from bot.pipeline.delivery import PROMISE_LIFETIME
from tests.fakes.bench import Bench
from tests.fakes.surfaces import SQUARE, RecordingSurface, person
from tests.fakes.waiting import quiet, until


def said(surface: RecordingSurface) -> list[str]:
    """Return what the message said, in order."""
    return [post.text for post in surface.said]


@pytest.fixture
async def job(bench: Bench) -> Job:
    """Return a job that has its message."""
    return bench.job(await bench.imagine())


@pytest.fixture
async def promised(bench: Bench, job: Job) -> Job:
    """Return a job whose message is being posted."""
    await bench.jobs.attach(job.id, promise(SQUARE))
    return bench.job(job)


async def test_what_is_said_is_shown(bench: Bench, job: Job) -> None:
    """Soon."""
    async with bench.delivery.progress(job) as show:
        show(Post("one"))
        await until(lambda: said(bench.surface) == ["one"])
    assert bench.surface.updated == [(job.message, Post("one"))]


async def test_nothing_is_shown_that_is_said_afterwards(bench: Bench, job: Job) -> None:
    """Whoever is late is not heard."""
    async with bench.delivery.progress(job) as show:
        show(Post("one"))
        await until(lambda: said(bench.surface) == ["one"])
    show(Post("two"))
    await asyncio.sleep(60)
    assert said(bench.surface) == ["one"]


async def test_what_was_said_before_the_message_was_there_is_shown_once_it_is(bench: Bench, promised: Job) -> None:
    """The newest of it."""
    async with bench.delivery.progress(promised) as show:
        show(Post("one"))
        show(Post("two"))
        await quiet()
        assert said(bench.surface) == []
        message = await bench.surface.post(SQUARE, Post("Drawing"), key="late")
        await bench.jobs.attach(promised.id, message)
        await until(lambda: said(bench.surface) == ["two"])


async def test_a_message_that_stands_apart_says_who_asked(bench: Bench, job: Job) -> None:
    """In its progress too."""
    assert job.message is not None
    await bench.jobs.attach(job.id, replace(job.message, names_asker=True))
    async with bench.delivery.progress(bench.job(job)) as show:
        show(Post("one"))
        await until(lambda: bench.surface.said != [])
    assert person().name in str(bench.surface.said[0])


async def test_a_message_that_is_not_there_by_the_end_holds_nobody_up(bench: Bench, promised: Job) -> None:
    """It is looked for no longer; nor is it where it cannot be looked for."""
    began = asyncio.get_running_loop().time()
    async with bench.delivery.progress(promised) as show:
        show(Post("one"))
        await quiet()
    bench.jobs.failures.fail_always("get", StorageFailed("memory", "down"))
    async with bench.delivery.progress(promised) as show:
        show(Post("one"))
        await quiet()
    assert asyncio.get_running_loop().time() - began < 1
    assert said(bench.surface) == []


async def test_a_message_that_never_comes_is_not_looked_for_without_end(bench: Bench, promised: Job) -> None:
    """Also where the clock stands still: it is looked for as long as such a promise lasts."""
    async with bench.delivery.progress(promised) as show:
        show(Post("one"))
        await asyncio.sleep(2 * PROMISE_LIFETIME.total_seconds())
        await bench.jobs.attach(promised.id, await bench.surface.post(SQUARE, Post("Drawing"), key="too late"))
        await asyncio.sleep(PROMISE_LIFETIME.total_seconds())
    assert said(bench.surface) == []


async def test_without_a_message_it_keeps_quiet(bench: Bench, job: Job) -> None:
    """The end makes one."""
    async with bench.delivery.progress(replace(job, message=None)) as show:
        show(Post("one"))
        await asyncio.sleep(10)
    assert said(bench.surface) == []


async def test_what_breaks_inside_comes_out(bench: Bench, promised: Job) -> None:
    """Nothing goes on behind its back."""

    async def break_inside() -> None:
        async with bench.delivery.progress(promised) as show:
            show(Post("one"))
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        await break_inside()
    await asyncio.sleep(10)
    assert said(bench.surface) == []


async def test_where_the_message_cannot_be_looked_for_nothing_is_shown_and_the_work_goes_on(bench: Bench, promised: Job) -> None:
    """The end looks for it again."""
    bench.jobs.failures.fail_always("get", StorageFailed("sqlite", "locked"))
    with capture_logs() as logs:
        async with bench.delivery.progress(promised) as show:
            await until(lambda: [line["event"] for line in logs] == ["progress.homeless"])
            show(Post("one"))
            await quiet()
    assert said(bench.surface) == []


async def test_that_a_job_waits_is_shown_while_it_does(bench: Bench, job: Job) -> None:
    """In its message, if it has one; whoever is drawn again by then is not told so."""
    await bench.delivery.show_waiting(job, Post("waiting"))
    await until(lambda: said(bench.surface) == ["waiting"])
    await bench.delivery.show_waiting(replace(job, message=None), Post("nowhere"))
    assert await bench.jobs.claim(job.id, timedelta(seconds=30)) is not None
    await bench.delivery.show_waiting(job, Post("late"))
    await quiet()
    assert said(bench.surface) == ["waiting"]


async def test_where_the_message_cannot_be_looked_for_nobody_is_told_to_wait(bench: Bench, promised: Job) -> None:
    """Nothing breaks by it."""
    bench.jobs.failures.fail_always("get", StorageFailed("sqlite", "locked"))
    with capture_logs() as logs:
        await bench.delivery.show_waiting(promised, Post("waiting"))
    assert [line["event"] for line in logs] == ["progress.homeless"]
    assert said(bench.surface) == []
