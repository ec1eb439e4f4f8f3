"""Asks RabbitMQ's engine what only many processes need of one: sharing, handing over, and a RabbitMQ that goes and comes back."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.app.broker_checks import check_broker
from bot.config import Settings
from bot.domain.health import Health
from bot.domain.jobs import JobId
from bot.domain.people import GUEST, PREMIUM, Tier
from bot.errors import ConfigError, StorageFailed
from tests.contract.engines import LEASE, SLOTS, BrokerStage, jobs, publish, rabbitmq_stage
from tests.fakes.rabbitmq import RabbitServer
from tests.fakes.waiting import until
from tests.fakes.work import HeldWork, at_work

pytestmark = [pytest.mark.needs("rabbitmq"), pytest.mark.long]

SECRET = "very-secret-indeed"


@pytest.fixture
async def stage(rabbitmq: RabbitServer) -> AsyncIterator[BrokerStage]:
    """Set the stage."""
    async with rabbitmq_stage(rabbitmq.url) as stage:
        yield stage


@asynccontextmanager
async def channel_to(url: str) -> AsyncIterator[Any]:
    """Open a channel as somebody with a shell could."""
    from aio_pika import connect  # noqa: PLC0415 - tests that need it are skipped without it

    async with await connect(url) as connection:
        yield await connection.channel()


async def waiting(stage: BrokerStage, queue: str) -> int:
    """Count the messages in a queue that nobody has."""
    async with channel_to(stage.url) as channel:
        return int((await channel.declare_queue(f"{stage.prefix}.{queue}", passive=True)).declaration_result.message_count)


async def test_processes_share_the_work_and_do_none_of_it_twice(stage: BrokerStage) -> None:
    """Whoever publishes need not work, and each job has one worker."""
    one, other = HeldWork(), HeldWork()
    everything = jobs(GUEST, 4)
    async with stage.open() as second, at_work(stage.engine, one, {GUEST: 2}), at_work(second, other, {GUEST: 2}):
        await publish(stage.engine, *everything)
        await until(lambda: len(one.running) == len(other.running) == 2)
        await one.let_go(*everything)
        await other.let_go(*everything)
        await until(lambda: len(one.ended) + len(other.ended) == 4)
    assert sorted(one.started + other.started) == everything


async def test_a_run_is_cancelled_from_another_process(stage: BrokerStage) -> None:
    """All of them are told."""
    work = HeldWork()
    [runs, next_one] = jobs(GUEST, 2)
    await publish(stage.engine, runs, next_one)
    async with stage.open() as other, at_work(stage.engine, work, {GUEST: 1}):
        await until(lambda: work.running == {runs})
        await other.cancel(runs)
        await until(lambda: work.running == {next_one})
        assert work.cancelled == [runs]
    assert work.started == [runs, next_one]


async def test_a_worker_that_stops_hands_its_jobs_over_at_once(stage: BrokerStage) -> None:
    """Nobody has to wait for a lease to run out."""
    one, other = HeldWork(), HeldWork(is_held=False)
    [job] = jobs(GUEST, 1)
    async with stage.open() as second:
        async with at_work(stage.engine, one, SLOTS):
            await publish(stage.engine, job)
            await until(lambda: job in one.running)
        assert one.cancelled == [job]
        async with at_work(second, other, SLOTS):
            await until(lambda: job in other.ended)


async def test_what_a_killed_process_had_goes_to_another_once_its_lease_is_over(stage: BrokerStage) -> None:
    """RabbitMQ brings it at once; before that nobody could claim it, and it would be taken for a repetition."""
    work = HeldWork()
    [job] = jobs(PREMIUM, 1)
    command = [sys.executable, "-m", "tests.contract.broker_process", stage.url, stage.prefix]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    await publish(stage.engine, job)
    assert (await process.stdout.readline()).decode().strip() == job
    async with stage.open() as other, at_work(other, work, SLOTS):
        process.kill()
        await process.wait()
        await until(lambda: job in other._later)
        assert work.started == []
        await stage.move(LEASE)
        await publish(other, *jobs(GUEST, 1))
        await until(lambda: job in work.running)
        await work.let_go(job)
        await until(lambda: job in work.ended)


async def test_what_breaks_everybody_who_works_on_it_goes_to_the_dead_letters(stage: BrokerStage) -> None:
    """There it keeps nobody busy, and can be looked at."""
    [job] = jobs(GUEST, 1)
    await publish(stage.engine, job)
    async with channel_to(stage.url) as channel:
        queue = await channel.get_queue(f"{stage.prefix}.{GUEST}")
        rounds = 0
        while message := await queue.get(fail=False):
            await message.nack(requeue=True)
            rounds += 1
    assert rounds == 21
    async with asyncio.timeout(10):  # the broker moves it there by itself, after it has said that the queue is empty
        while await waiting(stage, "dead") == 0:  # noqa: ASYNC110 - the broker is another process
            await asyncio.sleep(0.02)
    assert await waiting(stage, "dead") == 1


async def test_recovery_may_ask_as_often_as_it_likes(stage: BrokerStage) -> None:
    """What one process has published is not published by it again, however long it waits."""
    known = [(job, GUEST) for job in jobs(GUEST, 30)]
    for _ in range(3):
        await stage.engine.publish_missing(known)
    assert await waiting(stage, GUEST) == 30


async def test_a_queue_that_somebody_deletes_is_made_again(stage: BrokerStage) -> None:
    """Whoever worked on it goes on, and what was in it can be published anew."""
    work = HeldWork(is_held=False)
    [before, after] = jobs(GUEST, 2)
    async with at_work(stage.engine, work, SLOTS):
        await publish(stage.engine, before)
        await until(lambda: work.ended == [before])
        async with channel_to(stage.url) as channel:
            await channel.queue_delete(f"{stage.prefix}.{GUEST}")
        await until_published(stage, after)
        await until(lambda: work.ended == [before, after])


async def until_published(stage: BrokerStage, job: JobId) -> None:
    """Publish a job as soon as that can be done."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await publish(stage.engine, job)
            except StorageFailed:
                await asyncio.sleep(0.05)


async def test_a_rabbitmq_that_goes_and_comes_back_loses_nothing(stage: BrokerStage, rabbitmq: RabbitServer) -> None:
    """Publishing says so meanwhile; what runs goes on, what waited is worked on, and what comes later too. Each is said once."""
    work = HeldWork()
    [runs, waits, comes] = jobs(GUEST, 3)
    with capture_logs() as logs:
        async with at_work(stage.engine, work, {GUEST: 1}):
            await publish(stage.engine, runs, waits)
            await until(lambda: work.running == {runs} and rabbitmq.has_on_disk(f"{stage.prefix}._others"))
            rabbitmq.kill()
            try:
                with pytest.raises(StorageFailed):
                    await publish(stage.engine, comes)
                assert work.running == {runs}
            finally:
                await asyncio.to_thread(rabbitmq.start)
            await until_published(stage, comes)
            await work.let_go(runs, waits, comes)
            await until(lambda: {runs, waits, comes} <= set(work.ended))
    assert work.started == [runs, waits, comes]
    assert [entry["event"] for entry in logs if entry["event"].startswith("engine.")] == ["engine.away", "engine.back"]


async def test_a_rabbitmq_that_hangs_holds_up_no_stop(stage: BrokerStage, rabbitmq: RabbitServer) -> None:
    """Nor anybody who publishes; the work is cancelled and waited for as ever."""
    work = HeldWork()
    [job, other] = jobs(GUEST, 2)
    try:
        async with asyncio.timeout(120), at_work(stage.engine, work, SLOTS):
            await publish(stage.engine, job)
            await until(lambda: work.running == {job})
            rabbitmq.freeze()
            with pytest.raises(StorageFailed):
                await publish(stage.engine, other)
        assert work.cancelled == work.ended == [job]
    finally:
        rabbitmq.thaw()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda url: url.replace("guest:guest", f"guest:{SECRET}"), "refuses the name or password"),
        (lambda url: f"amqp://guest:{SECRET}@127.0.0.1:1/", "does not answer"),
        (lambda url: f"{url}nowhere", "does not let us in"),
    ],
)
async def test_a_wrong_address_is_named_without_its_password(
    rabbitmq: RabbitServer, change: Callable[[str], str], sentence: str
) -> None:
    """At the start, as a sentence for whoever runs the house."""
    with pytest.raises(ConfigError, match=sentence) as refusal:
        async with rabbitmq_stage(change(rabbitmq.url)):
            pass
    assert "127.0.0.1:" in refusal.value.user_text
    assert SECRET not in f"{refusal.value.user_text} {refusal.value!r}"


async def test_the_doctor_says_which_rabbitmq_it_is(rabbitmq: RabbitServer) -> None:
    """Or that there is none."""
    for url, health, text in (
        (rabbitmq.url, Health.OK, r"RabbitMQ \d[\d.]+ at 127\.0\.0\.1:\d+ answers\."),
        (
            f"amqp://guest:{SECRET}@127.0.0.1:1/",
            Health.WRONG,
            r"\[engine\] url names RabbitMQ at 127\.0\.0\.1:1, which does not.*",
        ),
    ):
        [finding] = await check_broker(Settings.model_validate({"engine": {"url": url}}))
        assert finding.health is health
        assert re.fullmatch(text, finding.text)


async def test_a_queue_of_another_kind_is_named(stage: BrokerStage) -> None:
    """Somebody made it by hand."""
    async with channel_to(stage.url) as channel:
        await channel.queue_delete(f"{stage.prefix}.{GUEST}")
        await channel.declare_queue(f"{stage.prefix}.{GUEST}", durable=True)
    with pytest.raises(ConfigError, match=rf"{stage.prefix}\.{Tier(GUEST)}"):
        async with stage.open():
            pass
