"""Asks docket's engine what only many processes need of one: sharing, handing over, and a Redis that goes and comes back."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.domain.jobs import JobId
from bot.domain.people import GUEST, PREMIUM, Tier
from bot.errors import ConfigError, StorageFailed
from bot.ports.engine import Engine
from tests.contract.engines import SLOTS, DocketStage, docket_stage, jobs, publish
from tests.fakes.redis import RedisServer, redis_server
from tests.fakes.waiting import until
from tests.fakes.work import HeldWork, at_work

pytestmark = pytest.mark.needs("redis")

SECRET = "very-secret-indeed"


@pytest.fixture
async def stage(redis: RedisServer) -> AsyncIterator[DocketStage]:
    """Set the stage."""
    async with docket_stage(redis.url) as stage:
        yield stage


async def test_processes_share_the_work_and_do_none_of_it_twice(stage: DocketStage) -> None:
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


async def test_a_run_is_cancelled_from_another_process(stage: DocketStage) -> None:
    """And what waits goes as well, wherever it was published."""
    work = HeldWork()
    [runs, waits, last] = jobs(GUEST, 3)
    await publish(stage.engine, runs, waits, last)
    async with stage.open() as other, at_work(stage.engine, work, {GUEST: 1}):
        await until(lambda: work.running == {runs})
        await other.cancel(waits)
        await other.cancel(runs)
        await until(lambda: work.running == {last})
        assert work.cancelled == [runs]
    assert work.started == [runs, last]


async def test_others_know_which_tiers_have_a_worker(stage: DocketStage) -> None:
    """As long as it runs; one that leaves a tier to others is none of that tier's."""
    async with stage.open() as other:
        assert await other.has_worker(GUEST) is False
        async with at_work(stage.engine, HeldWork(), {GUEST: 1, PREMIUM: 0}):
            await until_known(other, GUEST, is_there=True)
            assert not await other.has_worker(PREMIUM)
            assert (await stage.engine.has_worker(GUEST), await stage.engine.has_worker(PREMIUM)) == (True, False)
        await until_known(other, GUEST, is_there=False)


async def until_known(engine: Engine, tier: Tier, *, is_there: bool) -> None:
    """Wait until an engine knows it, which it asks only every few seconds."""
    async with asyncio.timeout(60):
        while await engine.has_worker(tier) is not is_there:  # noqa: ASYNC110 - Redis knows
            await asyncio.sleep(0.05)


async def test_many_wishes_ask_once_for_signs_of_life(stage: DocketStage) -> None:
    """For a few seconds the answer is remembered."""
    before = await stage.calls("zrange")
    for _ in range(200):
        assert await stage.engine.has_worker(GUEST) is False
    assert await stage.calls("zrange") - before < 50


async def test_while_redis_is_away_nobody_knows_who_works(tmp_path: Path) -> None:
    """So nothing is said, and nobody waits long."""
    with redis_server(tmp_path) as server:
        async with docket_stage(server.url) as stage:
            server.kill()
            assert await stage.engine.has_worker(GUEST) is None
            server.start()


async def test_a_worker_that_stops_hands_its_jobs_over_at_once(stage: DocketStage) -> None:
    """Nobody has to wait for a lease to run out."""
    one, other = HeldWork(), HeldWork(is_held=False)
    [job] = jobs(GUEST, 1)
    async with stage.open(lease=timedelta(hours=1)) as second:
        async with at_work(stage.engine, one, SLOTS):
            await publish(stage.engine, job)
            await until(lambda: job in one.running)
        assert one.cancelled == [job]
        async with at_work(second, other, SLOTS):
            await until(lambda: job in other.ended)


async def test_a_job_that_runs_elsewhere_comes_again_when_that_has_ended(stage: DocketStage) -> None:
    """And not before: a process that publishes it with a time does not start it itself."""
    work = HeldWork()
    [job] = jobs(PREMIUM, 1)
    async with stage.open() as other, at_work(stage.engine, work, SLOTS):
        await publish(stage.engine, job)
        await until(lambda: job in work.running)
        for _ in range(2):
            await publish(other, job, not_before=stage.now())
        await stage.settle()
        assert work.started == [job]
        await work.let_go(job)
        await until(lambda: len(work.ended) == 2)
        await stage.settle()
    assert work.started == [job, job]


async def test_a_run_that_is_cancelled_does_not_come_again(stage: DocketStage) -> None:
    """Cancelling takes back what was to happen later, too."""
    work = HeldWork()
    [job, last] = jobs(GUEST, 2)
    async with at_work(stage.engine, work, SLOTS):
        await publish(stage.engine, job)
        await until(lambda: job in work.running)
        await publish(stage.engine, job, not_before=stage.now())
        await stage.engine.cancel(job)
        await publish(stage.engine, last)
        await until(lambda: last in work.running)
    assert work.started == [job, last]


async def test_a_message_that_nobody_can_read_stops_no_worker(stage: DocketStage) -> None:
    """It is logged, and the jobs behind it are worked on."""
    work = HeldWork(is_held=False)
    [before, after] = jobs(GUEST, 2)
    await publish(stage.engine, before)
    await stage.add_nonsense(GUEST)
    await publish(stage.engine, after)
    with capture_logs() as logs:
        async with at_work(stage.engine, work, {GUEST: 1}):
            await until(lambda: work.ended == [before, after])
    assert [entry["event"] for entry in logs] == ["engine.worker_broke"]


async def test_asking_for_what_is_missing_is_cheap(stage: DocketStage) -> None:
    """However many jobs wait: recovery asks for all of them again and again."""
    known = [(job, GUEST) for job in jobs(GUEST, 300)]
    await stage.engine.publish_missing(known)
    before = await stage.calls("evalsha")
    await stage.engine.publish_missing(known)
    assert await stage.calls("evalsha") == before


async def test_a_job_that_redis_forgot_may_be_published_again(stage: DocketStage) -> None:
    """Recovery does so from the table; what runs at that moment is not disturbed."""
    work = HeldWork()
    [runs, waits] = jobs(GUEST, 2)
    await publish(stage.engine, runs, waits)
    async with at_work(stage.engine, work, {GUEST: 1}):
        await until(lambda: work.running == {runs})
        await stage.forget_everything()
        await publish(stage.engine, waits)
        await work.let_go(runs, waits)
        await until(lambda: len(work.ended) == 2)
    assert work.started == [runs, waits]


@pytest.mark.long
async def test_what_a_killed_process_had_goes_to_another_once_its_lease_is_over(stage: DocketStage, redis: RedisServer) -> None:
    """Without anybody publishing it again; what the living one works on for longer than a lease stays its own."""
    work = HeldWork()
    [killed, held] = jobs(PREMIUM, 2)
    command = [sys.executable, "-m", "tests.contract.engine_process", redis.url, stage.prefix]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    await publish(stage.engine, killed)
    assert (await process.stdout.readline()).decode().strip() == killed
    async with stage.open(lease=timedelta(seconds=1)) as other, at_work(other, work, SLOTS):
        process.kill()
        await process.wait()
        await publish(other, held)
        await until(lambda: work.running == {killed, held})
        await work.let_go(killed, held)
        await until(lambda: len(work.ended) == 2)
    assert sorted(work.started) == [killed, held]


async def test_password_and_database_of_the_address_are_used(tmp_path: Path) -> None:
    """Jobs go where it says, and nowhere else."""
    work = HeldWork(is_held=False)
    [job] = jobs(GUEST, 1)
    with redis_server(tmp_path, "--requirepass", SECRET) as server:
        url = server.url.replace("//", f"//:{SECRET}@")
        async with docket_stage(url.replace("/0", "/3")) as stage, at_work(stage.engine, work, SLOTS):
            await publish(stage.engine, job)
            await until(lambda: job in work.ended)
            assert await stage.keys_of_database(3) > 0
            assert await stage.keys_of_database(0) == 0


async def test_an_absent_redis_is_named_without_its_password(tmp_path: Path) -> None:
    """At the start as a sentence for whoever runs the house."""
    with redis_server(tmp_path) as server:
        stage = DocketStage(server.url.replace("//", f"//:{SECRET}@"))
        server.kill()
        with pytest.raises(ConfigError, match="does not answer") as refusal:
            async with stage.open():
                pass
    assert "127.0.0.1:" in refusal.value.user_text
    assert SECRET not in f"{refusal.value.user_text} {refusal.value!r}"
    await stage.close()


async def test_a_wrong_password_is_named_and_not_said(tmp_path: Path) -> None:
    """Nor one that is missing."""
    with redis_server(tmp_path, "--requirepass", "another-one") as server:
        for url in (server.url, server.url.replace("//", f"//:{SECRET}@"), server.url.replace("//", f"//ann:{SECRET}@")):
            stage = DocketStage(url)
            with pytest.raises(ConfigError, match="refuses the name or password") as refusal:
                async with stage.open():
                    pass
            assert SECRET not in f"{refusal.value.user_text} {refusal.value!r}"
            await stage.close()


async def test_a_database_that_is_not_there_is_named(redis: RedisServer) -> None:
    """Redis has sixteen."""
    stage = DocketStage(redis.url.replace("/0", "/77"))
    with pytest.raises(ConfigError, match="DB index is out of range"):
        async with stage.open():
            pass
    await stage.close()


@pytest.mark.long
async def test_a_redis_that_goes_and_comes_back_loses_nothing(tmp_path: Path) -> None:
    """Publishing says so meanwhile; what runs goes on, what waited is worked on, and what comes later too."""
    with redis_server(tmp_path) as server:
        async with docket_stage(server.url) as stage:
            work = HeldWork()
            [runs, waits, comes] = jobs(GUEST, 3)
            async with at_work(stage.engine, work, {GUEST: 1}):
                await publish(stage.engine, runs, waits)
                await until(lambda: work.running == {runs})
                server.kill()
                with pytest.raises(StorageFailed):
                    await publish(stage.engine, comes)
                with pytest.raises(StorageFailed):
                    await stage.engine.cancel(JobId("guest-9"))
                assert work.running == {runs}
                server.start()
                await publish(stage.engine, comes)
                await work.let_go(runs, waits, comes)
                await until(lambda: {runs, waits, comes} <= set(work.ended))
    assert work.started.count(waits) == work.started.count(comes) == 1


async def test_after_a_break_of_redis_free_slots_start_what_comes_while_others_still_run(tmp_path: Path) -> None:
    """And no more than there are slots: what runs since before the break has its own."""
    with redis_server(tmp_path) as server:
        async with docket_stage(server.url) as stage:
            work = HeldWork()
            [runs, starts, waits] = jobs(GUEST, 3)
            async with at_work(stage.engine, work, {GUEST: 2}):
                await publish(stage.engine, runs)
                await until(lambda: work.running == {runs})
                server.kill()
                server.start()
                await publish_again(stage, starts, waits)
                await until(lambda: work.running == {runs, starts})
                await stage.settle()
                assert work.running == {runs, starts}
                await work.let_go(runs)
                await until(lambda: work.running == {starts, waits})
                await work.let_go(starts, waits)
                await until(lambda: {starts, waits} <= set(work.ended))
    assert work.most_at_once == 2
    assert work.started.count(starts) == work.started.count(waits) == 1


async def publish_again(stage: DocketStage, *wanted: JobId) -> None:
    """Publish once Redis is back: connections of before break once."""
    for job in wanted:
        async with asyncio.timeout(20):
            while True:
                try:
                    await publish(stage.engine, job)
                except StorageFailed:
                    continue
                break


@pytest.mark.long
async def test_a_redis_that_hangs_holds_up_no_stop(tmp_path: Path) -> None:
    """Nor anybody who publishes; the work is cancelled and waited for as ever."""
    with redis_server(tmp_path) as server:
        async with docket_stage(server.url) as stage:
            work = HeldWork()
            [job, other] = jobs(GUEST, 2)
            async with asyncio.timeout(120), at_work(stage.engine, work, SLOTS):
                await publish(stage.engine, job)
                await until(lambda: work.running == {job})
                server.freeze()
                with pytest.raises(StorageFailed):
                    await publish(stage.engine, other)
            assert work.cancelled == work.ended == [job]
