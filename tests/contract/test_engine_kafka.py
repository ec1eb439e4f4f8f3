"""Asks Kafka's engine what only many processes need of one: sharing, handing over, and a Kafka that goes and comes back.

The Kafka is librdkafka's, which keeps everything in memory: it shows that we
speak with one as we should, and not what a real one loses.
"""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.app.broker_checks import check_broker
from bot.config import Settings
from bot.domain.health import Health
from bot.domain.people import GUEST, PREMIUM
from bot.errors import ConfigError, StorageFailed
from tests.contract.engines import SLOTS, BrokerStage, jobs, kafka_stage, publish
from tests.fakes.kafka import KafkaServer
from tests.fakes.waiting import until
from tests.fakes.work import HeldWork, at_work

pytestmark = [pytest.mark.needs("kafka"), pytest.mark.long]


@pytest.fixture
async def stage(kafka: KafkaServer) -> AsyncIterator[BrokerStage]:
    """Set the stage, with several partitions for each tier."""
    async with kafka_stage(kafka, partitions=4) as stage:
        yield stage


async def test_a_run_is_cancelled_from_another_process(stage: BrokerStage) -> None:
    """All of them are told."""
    work = HeldWork()
    [runs] = jobs(GUEST, 1)
    await publish(stage.engine, runs)
    async with stage.open() as other, at_work(stage.engine, work, {GUEST: 1}):
        await until(lambda: work.running == {runs})
        await other.cancel(runs)
        await until(lambda: work.cancelled == [runs])


async def test_a_worker_that_stops_hands_its_jobs_over(stage: BrokerStage) -> None:
    """It puts them at the end of the topic, and leaves the group."""
    one, other = HeldWork(), HeldWork(is_held=False)
    everything = jobs(GUEST, 2)
    async with stage.open() as second:
        async with at_work(stage.engine, one, {GUEST: 2}):
            await publish(stage.engine, *everything)
            await until(lambda: len(one.running) == 2)
        async with at_work(second, other, SLOTS):
            await until(lambda: set(other.ended) == set(everything))


async def test_what_a_killed_process_had_goes_to_another(stage: BrokerStage) -> None:
    """Kafka notices after ten seconds, or one and a half leases if those are longer."""
    work = HeldWork(is_held=False)
    [job] = jobs(PREMIUM, 1)
    command = [sys.executable, "-m", "tests.contract.broker_process", stage.url, stage.prefix]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    await publish(stage.engine, job)
    assert (await process.stdout.readline()).decode().strip() == job
    process.kill()
    await process.wait()
    async with at_work(stage.engine, work, SLOTS), asyncio.timeout(60):
        while not work.ended:  # noqa: ASYNC110 - it takes longer than `until` waits
            await asyncio.sleep(0.05)
    assert work.started == [job]


async def test_what_is_done_is_not_read_again_although_an_earlier_job_was_cut_off(kafka: KafkaServer) -> None:
    """That one goes to the end, so that everything before it can be committed."""
    async with kafka_stage(kafka) as stage:
        work, again = HeldWork(), HeldWork(is_held=False)
        [cut_off, done] = jobs(GUEST, 2)
        await publish(stage.engine, cut_off, done)
        async with at_work(stage.engine, work, {GUEST: 2}):
            await work.let_go(done)
            await until(lambda: work.ended == [done])
        async with stage.open() as other, at_work(other, again, SLOTS):
            await until(lambda: again.ended == [cut_off])
            await stage.settle()
        assert again.started == [cut_off]


async def test_recovery_may_ask_as_often_as_it_likes(stage: BrokerStage) -> None:
    """What one process has published is not published by it again, however long it waits."""
    work = HeldWork(is_held=False)
    known = [(job, GUEST) for job in jobs(GUEST, 30)]
    for _ in range(3):
        await stage.engine.publish_missing(known)
    async with at_work(stage.engine, work, SLOTS):
        await until(lambda: len(work.ended) == 30)
        await stage.settle()
    assert set(Counter(work.started).values()) == {1}


async def test_a_kafka_that_goes_and_comes_back_is_said_once(stage: BrokerStage, kafka: KafkaServer) -> None:
    """Publishing says so meanwhile; what runs goes on, and what comes later is worked on."""
    work = HeldWork()
    [runs, comes, later] = jobs(GUEST, 3)
    with capture_logs() as logs:
        async with at_work(stage.engine, work, {GUEST: 3}):
            await publish(stage.engine, runs)
            await until(lambda: work.running == {runs})
            kafka.go_away()
            try:
                await until(lambda: "engine.away" in {entry["event"] for entry in logs})
                with pytest.raises(StorageFailed):
                    await publish(stage.engine, comes)
                assert work.running == {runs}
            finally:
                kafka.come_back()
            await until(lambda: "engine.back" in {entry["event"] for entry in logs})
            await publish(stage.engine, later)
            await work.let_go(runs, later)
            await until(lambda: {runs, later} <= set(work.ended))
    assert [entry["event"] for entry in logs] == ["engine.away", "engine.back"]


async def test_the_doctor_says_that_it_answers(kafka: KafkaServer) -> None:
    """And how many brokers it has."""
    [finding] = await check_broker(Settings.model_validate({"engine": {"url": kafka.url}}))
    assert finding.health is Health.OK
    assert re.fullmatch(r"Kafka at 127\.0\.0\.1:\d+ \(brokers: 1\) answers\.", finding.text)


async def test_a_kafka_that_is_not_there_is_named(kafka: KafkaServer) -> None:
    """At the start, as a sentence for whoever runs the house."""
    async with kafka_stage(kafka) as stage:
        kafka.go_away()
        try:
            with pytest.raises(ConfigError, match=r"names Kafka at 127\.0\.0\.1:\d+, which does not answer"):
                async with stage.open():
                    pass
            [finding] = await check_broker(Settings.model_validate({"engine": {"url": kafka.url}}))
            assert finding.health is Health.WRONG
        finally:
            kafka.come_back()
