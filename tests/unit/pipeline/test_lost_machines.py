"""Asks what becomes of paid pictures that are on one machine's disk: found again, or lost, told and given back; never both."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.allowances import QuotaStatus
from bot.domain.jobs import CANCELLED, Job, JobState
from bot.errors import StorageFailed
from bot.pipeline.keeping import LOST_AFTER
from bot.pipeline.worker import MOST_ATTEMPTS, MOST_LAPSES, Worker
from bot.services.spool_sweep import SpoolSweep
from tests.fakes.bench import LEASE, Bench
from tests.fakes.images import PRICE
from tests.fakes.objects import MemoryObjects
from tests.fakes.prompts import REWRITING_COSTS
from tests.fakes.references import MemoryReferences
from tests.fakes.waiting import until

AWAY = StorageFailed("s3", "no route")
MINUTE = timedelta(minutes=1)
UNTOUCHED = QuotaStatus(20, held=0, spent=0)
PAID = QuotaStatus(20, held=0, spent=1)


class Machines:
    """Two machines of one house, each with a spool of its own. The second draws nothing and takes over what the first leaves."""

    def __init__(self) -> None:
        self.spool = MemoryObjects()
        self.bench = Bench(spool=self.spool)
        self.second_spool = MemoryObjects()

    @property
    def second(self) -> Worker:
        """A worker on the second machine."""
        return self.bench.new_worker(self.bench.keeping_with(self.second_spool))

    async def draw_and_die(self) -> Job:
        """Have a wish drawn on the first machine while the store is away, and lose that machine."""
        for method in ("put", "get"):
            self.bench.objects.failures.fail_always(method, AWAY)
        job = await self.bench.imagine()
        self.bench.engine.start(self.bench.worker.work)
        await until(lambda: "waiting for the storage" in self.bench.message(job).text)
        await self.bench.kill()
        assert len(self.spool.objects) == 1
        return job

    def mend_store(self) -> None:
        """Bring the store back."""
        self.bench.objects.failures.clear()

    async def go_on(self, lasts: timedelta, worker: Worker | None = None) -> None:
        """Let a worker, the second machine's if none is named, work for so long on what is due; every ten seconds it looks."""
        for _ in range(lasts // timedelta(seconds=10)):
            await self.bench.recovery.sweep()
            await self.bench.engine.turn((worker or self.second).work)
            self.bench.clock.move(timedelta(seconds=10))

    async def return_first(self, objects: MemoryObjects | None = None) -> None:
        """Have the first machine come back and look through its spool."""
        await SpoolSweep(MemoryReferences(self.bench.jobs), objects or self.bench.objects, self.spool).sweep()


@pytest.fixture
def machines() -> Machines:
    """Set both up."""
    return Machines()


async def test_a_picture_whose_machine_does_not_come_back_is_an_unknown_outcome(machines: Machines) -> None:
    """The person has it back and a button; the house has paid, and its books say so."""
    bench, job = machines.bench, await machines.draw_and_die()
    machines.mend_store()
    await machines.go_on(LOST_AFTER - MINUTE)
    assert (bench.job(job).state, (await bench.quota_status()).held) == (JobState.RUNNING, 1)
    assert "waiting for the storage" in bench.message(job).text
    await machines.go_on(3 * MINUTE)
    assert (bench.job(job).state, bench.message(job).kind) == (JobState.FAILED, "outcome_unknown")
    assert "does not come back" in bench.message(job).text
    assert [button.label for button in bench.message(job).buttons] == ["Draw again", "Change words"]
    assert await bench.quota_status() == UNTOUCHED
    assert await bench.jobs.cost(job.id) == PRICE + REWRITING_COSTS
    assert len(bench.painter.requests) == len(bench.surface.posted) == 1


async def test_a_job_that_waits_for_a_machine_is_looked_at_ever_more_rarely(machines: Machines) -> None:
    """Once a minute in the end."""
    job = await machines.draw_and_die()
    machines.mend_store()
    await machines.go_on(LOST_AFTER - MINUTE)
    assert machines.bench.job(job).attempt < 40


async def test_a_machine_that_comes_back_in_time_brings_its_pictures(machines: Machines) -> None:
    """Another one delivers them."""
    bench, job = machines.bench, await machines.draw_and_die()
    machines.mend_store()
    await machines.go_on(LOST_AFTER / 2)
    await machines.return_first()
    assert (machines.spool.objects, len(bench.objects.objects)) == ({}, 1)
    await machines.go_on(2 * MINUTE)
    assert bench.job(job).state is JobState.DONE
    assert len(bench.message(job).pictures) == len(bench.painter.requests) == 1
    assert await bench.quota_status() == PAID


async def test_a_machine_that_comes_back_too_late_leaves_nothing_behind(machines: Machines) -> None:
    """What it has is shown to nobody, and is not kept either."""
    bench, job = machines.bench, await machines.draw_and_die()
    machines.mend_store()
    await machines.go_on(LOST_AFTER + 2 * MINUTE)
    said = list(bench.surface.said)
    await machines.return_first()
    await machines.go_on(2 * MINUTE)
    assert (machines.spool.objects, bench.objects.objects) == ({}, {})
    assert (bench.job(job).state, bench.surface.said) == (JobState.FAILED, said)
    assert await bench.quota_status() == UNTOUCHED


async def test_what_cannot_be_removed_from_the_store_then_is_left_to_the_search_for_orphans(machines: Machines) -> None:
    """The person is told and has it back all the same."""
    bench, job = machines.bench, await machines.draw_and_die()
    machines.mend_store()
    bench.objects.failures.fail_always("delete", AWAY)
    with capture_logs() as logs:
        await machines.go_on(LOST_AFTER + 2 * MINUTE)
    assert (bench.job(job).state, await bench.quota_status()) == (JobState.FAILED, UNTOUCHED)
    assert [line["event"] for line in logs if line["event"] == "object.not_removed"] == ["object.not_removed"]


async def test_the_time_that_the_store_is_away_does_not_count_against_the_machine(machines: Machines) -> None:
    """Nobody could have brought anything there."""
    bench, job = machines.bench, await machines.draw_and_die()
    await machines.go_on(6 * timedelta(hours=1))
    assert bench.job(job).state is JobState.RUNNING
    assert bench.job(job).attempt > 10 * MOST_LAPSES
    with pytest.raises(StorageFailed):
        await machines.return_first()
    assert len(machines.spool.objects) == 1
    machines.mend_store()
    await machines.go_on(2 * MINUTE)
    await machines.return_first()
    await machines.go_on(2 * MINUTE)
    assert bench.job(job).state is JobState.DONE
    assert await bench.quota_status() == PAID


async def test_a_record_that_is_away_does_not_count_as_tries_either(machines: Machines) -> None:
    """Whatever could not be written before the drawing."""
    bench = machines.bench
    bench.jobs.failures.fail_always("open_drawing", StorageFailed("database", "unreachable"))
    job = await bench.imagine()
    await machines.go_on(timedelta(hours=1), bench.worker)
    assert bench.job(job).state is JobState.RUNNING
    bench.jobs.failures.clear()
    await machines.go_on(2 * MINUTE, bench.worker)
    assert bench.job(job).state is JobState.DONE


async def test_workers_that_are_stopped_one_after_another_use_up_no_tries(bench: Bench) -> None:
    """Each hands the job back."""
    job = await bench.imagine()
    for _ in range(2 * MOST_LAPSES):
        claimed = await bench.jobs.claim(job.id, LEASE)
        assert claimed is not None
        await bench.jobs.release(job.id, claimed.attempt, bench.clock.now())
    await bench.work()
    assert bench.job(job).state is JobState.DONE


async def test_a_job_that_no_storage_ever_takes_is_given_up_in_the_end(bench: Bench) -> None:
    """After most of a day: it would have words paid for again and again."""
    bench.jobs.failures.fail_always("record_words", StorageFailed("database", "a value it cannot keep"))
    job = await bench.imagine()
    for _ in range(MOST_ATTEMPTS + 1):
        await bench.work()
        bench.clock.move(MINUTE)
    assert bench.job(job).state is JobState.FAILED
    assert await bench.quota_status() == UNTOUCHED


async def test_pictures_that_arrive_while_their_job_ends_are_removed_by_whoever_ends_it(machines: Machines) -> None:
    """The first machine found it open, and puts them there just after the second has looked."""
    bench, job = machines.bench, await machines.draw_and_die()
    machines.mend_store()
    await machines.go_on(LOST_AFTER - MINUTE)
    [(key, stored)] = machines.spool.objects.items()

    class Arriving(MemoryObjects):
        async def get(self, wanted: str) -> bytes:
            try:
                return await super().get(wanted)
            finally:
                self.objects[key] = stored

    late = Arriving()
    bench.objects = late
    bench.clock.move(3 * MINUTE)
    await bench.engine.turn(machines.second.work)
    assert bench.job(job).state is JobState.FAILED
    assert late.objects == {}


async def test_pictures_that_arrive_after_their_job_has_ended_are_removed_by_whoever_brings_them(machines: Machines) -> None:
    """It ends while they are on their way, and not by its author, who would still see them."""
    bench, job = machines.bench, await machines.draw_and_die()

    class EndingObjects(MemoryObjects):
        async def put(self, key: str, content: bytes, media_type: str) -> None:
            await bench.jobs.cancel(job.id, CANCELLED)
            await super().put(key, content, media_type)

    store = EndingObjects()
    await machines.return_first(store)
    assert bench.job(job).state is JobState.CANCELLED
    assert (store.objects, machines.spool.objects) == ({}, {})


@pytest.mark.parametrize(
    ("broken", "state", "quota"),
    [
        ("close_drawing", JobState.FAILED, UNTOUCHED),
        ("keep", JobState.DONE, PAID),
    ],
)
async def test_a_machine_that_dies_between_two_writes_leaves_what_can_be_decided(
    machines: Machines, broken: str, state: JobState, quota: QuotaStatus
) -> None:
    """In the spool and no drawing says so; or in the store and no job says so."""
    bench = machines.bench
    bench.jobs.failures.fail_always(broken, StorageFailed("database", "unreachable"))
    job = await bench.imagine()
    bench.engine.start(bench.worker.work)
    await until(lambda: "waiting for the storage" in bench.message(job).text)
    await bench.kill()
    await machines.return_first()
    await machines.go_on(2 * MINUTE)
    await machines.return_first()
    assert bench.job(job).state is state
    assert machines.spool.objects == {}
    assert len(bench.objects.objects) == (state is JobState.DONE)
    assert await bench.quota_status() == quota
    assert len(bench.painter.requests) == 1


async def test_a_machine_that_dies_before_it_empties_its_spool_empties_it_later(machines: Machines) -> None:
    """The picture stays in the store."""
    bench = machines.bench
    machines.spool.failures.fail_always("delete", StorageFailed("disk", "gone"))
    job = await bench.draw()
    assert (job.state, len(machines.spool.objects)) == (JobState.DONE, 1)
    machines.spool.failures.clear()
    await machines.return_first()
    assert machines.spool.objects == {}
    assert len(bench.objects.objects) == 1
