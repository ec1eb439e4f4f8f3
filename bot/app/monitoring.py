"""What watches over a process, as it was started: metrics where somebody can read them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from fastapi import APIRouter

from bot.adapters.monitoring.observers import Observers
from bot.app.foundation import Foundation
from bot.app.roles import Role
from bot.domain.people import Tier
from bot.ports.observer import Observer

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from bot.adapters.monitoring.prometheus import PrometheusObserver


@dataclass(frozen=True, slots=True)
class Metrics:
    """The metrics of a process: who counts, and where that is kept."""

    registry: "CollectorRegistry"
    observer: "PrometheusObserver"

    def routes(self, base: Foundation) -> APIRouter:
        """Return the page that tells of them, and of the table of jobs where this process leads."""
        from bot.adapters.monitoring.backlog_metrics import BacklogMetrics
        from bot.adapters.monitoring.metrics_page import metrics_routes
        from storage.sql.backlog import SqlBacklog

        tiers = [Tier(name) for name in base.settings.quotas.tiers]
        counts = SqlBacklog(base.database, base.clock)
        backlog = BacklogMetrics(counts, base.clock, tiers=tiers, leads=lambda: self.observer.leads)
        self.registry.register(backlog)
        return metrics_routes(self.registry, backlog.refresh)


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Who hears what happens in a process, and its metrics if there is a place to read them."""

    observer: Observer
    metrics: Metrics | None = None

    def routes(self, base: Foundation) -> tuple[APIRouter, ...]:
        """Return what is served to whoever runs the house, and to nobody else."""
        return () if self.metrics is None else (self.metrics.routes(base),)


@asynccontextmanager
async def open_monitoring(role: Role, *, has_metrics: bool) -> AsyncIterator[Monitoring]:
    """Open what hears of everything in this process; it is closed last, when there is nothing more to hear."""
    observers: list[Observer] = []
    metrics = await asyncio.to_thread(_build_metrics, role) if has_metrics else None
    if metrics is not None:
        observers.append(metrics.observer)
    yield Monitoring(Observers(*observers), metrics)


def _build_metrics(role: Role) -> Metrics:
    from bot.adapters.monitoring.prometheus import PrometheusObserver, build_registry

    registry = build_registry(_version(), role)
    return Metrics(registry, PrometheusObserver(registry))


def _version() -> str:
    try:
        return version("easel")
    except PackageNotFoundError:
        return "unknown"
