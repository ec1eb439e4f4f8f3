"""Metrics of the open jobs in the database, which are the same for all processes: only the leader exports them."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.adapters.monitoring.labels import BoundedLabel
from bot.domain.people import Tier
from bot.errors import StorageFailed
from bot.ports.backlog import Backlog, OpenJobs, Phase
from bot.ports.clock import Clock

log = structlog.get_logger(__name__)

_TIMEOUT = timedelta(seconds=5)
_HOLDS_FOR = timedelta(seconds=15)
_REST = 20
"""A count that took long holds for so many times as long: counting takes a twentieth of the time at most."""


class BacklogMetrics(Collector):
    """Counts the open jobs when the metrics are read, but not each time."""

    def __init__(self, backlog: Backlog, clock: Clock, *, tiers: Iterable[Tier], leads: Callable[[], bool]) -> None:
        self._backlog = backlog
        self._clock = clock
        self._tiers = tuple(tiers)
        self._leads = leads
        self._tier = BoundedLabel(30)
        self._lock = asyncio.Lock()
        self._counted: tuple[OpenJobs, ...] | None = None
        self._until = clock.now()

    async def refresh(self) -> None:
        """Count again if this process leads and the last count is old; after a failure nothing is exported until it works."""
        async with self._lock:
            if not self._leads():
                self._counted, self._until = None, self._clock.now()
            elif self._clock.now() >= self._until:
                await self._count()

    async def _count(self) -> None:
        began_at = self._clock.now()
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                self._counted = await self._backlog.count()
        except (StorageFailed, TimeoutError) as error:
            log.warning("backlog.uncounted", reason=str(error) or "no answer in time")
            self._counted = None
        now = self._clock.now()
        self._until = now + max(_HOLDS_FOR, _REST * (now - began_at))

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Yield what there is when this process leads."""
        return self._families((), self._clock.now())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what was counted last."""
        if self._counted is not None:
            yield from self._families(self._counted, self._clock.now())

    def _families(self, counted: tuple[OpenJobs, ...], now: datetime) -> Iterator[GaugeMetricFamily]:
        jobs = GaugeMetricFamily("easel_queue_jobs", "Jobs that are not final, by what they wait for.", labels=["tier", "phase"])
        oldest = GaugeMetricFamily(
            "easel_queue_oldest_age_seconds", "How long the first of those has waited that could be taken up.", labels=["tier"]
        )
        holds = GaugeMetricFamily("easel_holds", "Jobs whose pictures are set aside in somebody's quota.", labels=["tier"])
        pictures = GaugeMetricFamily("easel_held_pictures", "Pictures that are set aside, as they count.", labels=["tier"])
        for tier, of_tier in self._by_tier(counted).items():
            for phase in Phase:
                jobs.add_metric([tier, phase], sum(one.jobs for one in of_tier if one.phase is phase))
            oldest.add_metric([tier], _oldest(of_tier, Phase.WAITING, now))
            holds.add_metric([tier], sum(one.holds for one in of_tier))
            pictures.add_metric([tier], sum(one.held_pictures for one in of_tier))
        lag = _oldest(counted, Phase.ABANDONED, now)
        yield from (jobs, oldest, holds, pictures)
        yield GaugeMetricFamily(
            "easel_recovery_lag_seconds", "How long ago the lease of a job ran out that nobody has taken up since.", value=lag
        )

    def _by_tier(self, counted: tuple[OpenJobs, ...]) -> dict[str, list[OpenJobs]]:
        """Return the counts by the label of their tier, of those that have none too."""
        found: dict[str, list[OpenJobs]] = {self._tier(tier): [] for tier in self._tiers}
        for one in counted:
            found.setdefault(self._tier(one.tier), []).append(one)
        return found


def _oldest(jobs: Iterable[OpenJobs], phase: Phase, now: datetime) -> float:
    """Return the age of the first one in a phase, in seconds; 0 where there is none."""
    return max((max(0.0, (now - one.since).total_seconds()) for one in jobs if one.phase is phase), default=0.0)
