"""Is the table of jobs counted by one process, now and then, and told as it is?"""

import asyncio
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from bot.adapters.monitoring.backlog_metrics import BacklogMetrics
from bot.domain.people import GUEST, PREMIUM, Tier
from bot.errors import StorageFailed
from bot.ports.backlog import OpenJobs, Phase
from tests.fakes.backlog import MemoryBacklog
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.metrics import read_samples

MINUTE = timedelta(minutes=1)


class Leading:
    """Whether the process leads."""

    def __init__(self) -> None:
        self.leads = True


class SlowBacklog(MemoryBacklog):
    """Takes a while, by the clock."""

    def __init__(self, clock: StoppedClock, takes: timedelta) -> None:
        super().__init__(_open(Phase.WAITING))
        self._clock, self._takes = clock, takes

    async def count(self) -> tuple[OpenJobs, ...]:
        """Count, while time goes on."""
        self._clock.move(self._takes)
        return await super().count()


@pytest.fixture
def leading() -> Leading:
    """Return a process that leads."""
    return Leading()


def _open(phase: Phase, tier: Tier = GUEST, jobs: int = 1, ago: timedelta = MINUTE) -> OpenJobs:
    return OpenJobs(tier=tier, phase=phase, jobs=jobs, holds=jobs, held_pictures=2 * jobs, since=NOON - ago)


async def scrape(metrics: BacklogMetrics) -> dict[str, float]:
    """Read them as the page does."""
    registry = CollectorRegistry()
    registry.register(metrics)
    await metrics.refresh()
    return read_samples(generate_latest(registry).decode())


async def test_depths_holds_and_lateness_are_told(leading: Leading) -> None:
    """By tier; what waits is late since it was due, and recovery since the first lease ran out."""
    counts = (_open(Phase.WAITING, jobs=3), _open(Phase.RUNNING, jobs=2), _open(Phase.ABANDONED, PREMIUM, ago=2 * MINUTE))
    metrics = BacklogMetrics(MemoryBacklog(*counts), StoppedClock(), tiers=(GUEST, PREMIUM), leads=lambda: leading.leads)
    assert await scrape(metrics) == {
        "easel_queue_jobs{phase=waiting,tier=guest}": 3,
        "easel_queue_jobs{phase=running,tier=guest}": 2,
        "easel_queue_jobs{phase=abandoned,tier=premium}": 1,
        "easel_queue_oldest_age_seconds{tier=guest}": 60,
        "easel_holds{tier=guest}": 5,
        "easel_holds{tier=premium}": 1,
        "easel_held_pictures{tier=guest}": 10,
        "easel_held_pictures{tier=premium}": 2,
        "easel_recovery_lag_seconds": 120,
    }


async def test_an_empty_line_is_told_as_such(leading: Leading) -> None:
    """A metric that comes and goes cannot be alarmed on."""
    metrics = BacklogMetrics(MemoryBacklog(), StoppedClock(), tiers=(GUEST, PREMIUM), leads=lambda: leading.leads)
    registry = CollectorRegistry()
    registry.register(metrics)
    await metrics.refresh()
    text = generate_latest(registry).decode()
    assert 'easel_queue_jobs{phase="waiting",tier="premium"} 0.0' in text
    assert "easel_recovery_lag_seconds 0.0" in text


async def test_nobody_but_the_leader_tells_of_the_table(leading: Leading) -> None:
    """All processes would tell the same, and a sum over them would be wrong."""
    backlog = MemoryBacklog(_open(Phase.WAITING))
    metrics = BacklogMetrics(backlog, StoppedClock(), tiers=(GUEST,), leads=lambda: leading.leads)
    leading.leads = False
    assert (await scrape(metrics), backlog.asked) == ({}, 0)
    leading.leads = True
    assert (await scrape(metrics))["easel_queue_jobs{phase=waiting,tier=guest}"] == 1
    leading.leads = False
    assert await scrape(metrics) == {}


async def test_many_who_read_count_once(leading: Leading) -> None:
    """A count holds for a while, however often somebody looks; ages go on."""
    backlog, clock = MemoryBacklog(_open(Phase.WAITING)), StoppedClock()
    metrics = BacklogMetrics(backlog, clock, tiers=(GUEST,), leads=lambda: leading.leads)
    await asyncio.gather(*(metrics.refresh() for _ in range(100)))
    clock.move(timedelta(seconds=14))
    assert (await scrape(metrics))["easel_queue_oldest_age_seconds{tier=guest}"] == 74
    assert backlog.asked == 1
    clock.move(timedelta(seconds=1))
    await scrape(metrics)
    assert backlog.asked == 2


async def test_a_count_that_takes_long_is_rarer(leading: Leading) -> None:
    """A hundred thousand open jobs must not be counted all the time."""
    clock = StoppedClock()
    backlog = SlowBacklog(clock, timedelta(seconds=3))
    metrics = BacklogMetrics(backlog, clock, tiers=(GUEST,), leads=lambda: leading.leads)
    await scrape(metrics)
    clock.move(timedelta(seconds=59))
    await scrape(metrics)
    assert backlog.asked == 1
    clock.move(timedelta(seconds=1))
    await scrape(metrics)
    assert backlog.asked == 2


async def test_a_database_that_is_away_is_not_told_as_an_empty_line(leading: Leading) -> None:
    """The other metrics are read all the same, and these are missing."""
    backlog = MemoryBacklog(_open(Phase.WAITING))
    clock = StoppedClock()
    metrics = BacklogMetrics(backlog, clock, tiers=(GUEST,), leads=lambda: leading.leads)
    await scrape(metrics)
    backlog.failures.fail_next("count", StorageFailed("postgresql", "away"))
    clock.move(MINUTE)
    assert await scrape(metrics) == {}
    clock.move(MINUTE)
    assert (await scrape(metrics))["easel_queue_jobs{phase=waiting,tier=guest}"] == 1
