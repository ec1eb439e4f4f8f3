"""Opens what monitors a process, as its settings say: metrics, traces, reports of errors."""

import asyncio
import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from fastapi import APIRouter

from bot.adapters.monitoring.observers import Observers
from bot.app.foundation import Foundation
from bot.app.roles import Role
from bot.config import Settings
from bot.domain.people import Tier
from bot.errors import ConfigError
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
        """Return the page of the metrics, and of the open jobs where this process leads."""
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
    """The observer of this process, and its metrics if there is a place to read them."""

    observer: Observer
    metrics: Metrics | None = None

    def routes(self, base: Foundation) -> tuple[APIRouter, ...]:
        """Return the routes that are served to the operator, and to nobody else."""
        return () if self.metrics is None else (self.metrics.routes(base),)


@asynccontextmanager
async def open_monitoring(settings: Settings, role: Role, *, has_metrics: bool) -> AsyncIterator[Monitoring]:
    """Open the observer of everything in this process; it is closed last, when nothing more happens.

    Raises:
        ConfigError: The settings ask for what is not installed, or name an address that is none.
    """
    async with AsyncExitStack() as stack:
        observers: list[Observer] = []
        if settings.monitoring.sentry_dsn:
            await stack.enter_async_context(_reporting_errors(settings, role))
        if settings.monitoring.otlp_url:
            observers.append(await stack.enter_async_context(_open_tracing(settings, role)))
        metrics = await asyncio.to_thread(_build_metrics, role) if has_metrics else None
        if metrics is not None:
            observers.append(metrics.observer)
        yield Monitoring(Observers(*observers), metrics)


@asynccontextmanager
async def _open_tracing(settings: Settings, role: Role) -> AsyncIterator[Observer]:
    try:
        tracing = await asyncio.to_thread(importlib.import_module, "bot.adapters.monitoring.tracing")
    except ModuleNotFoundError as error:
        raise ConfigError("[monitoring] otlp_url needs more packages: pip install easel[otel].") from error
    ids = tracing.JobIdGenerator()
    provider = tracing.build_tracer_provider(settings.monitoring.otlp_url, _version(), role, ids)
    try:
        yield tracing.TracingObserver(provider, ids)
    finally:
        await asyncio.to_thread(provider.shutdown)


@asynccontextmanager
async def _reporting_errors(settings: Settings, role: Role) -> AsyncIterator[None]:
    """Report what is logged as an error while the body runs."""
    try:
        error_reports = await asyncio.to_thread(importlib.import_module, "bot.adapters.monitoring.error_reports")
        reporter = error_reports.build_error_reporter(settings.monitoring.sentry_dsn.get_secret_value(), _version(), role)
    except ModuleNotFoundError as error:
        raise ConfigError("[monitoring] sentry_dsn needs more packages: pip install easel[sentry].") from error
    except ValueError:
        raise ConfigError("[monitoring] sentry_dsn is not the address that Sentry shows for the project: copy it.") from None
    root = logging.getLogger()
    root.addHandler(reporter)
    try:
        yield
    finally:
        root.removeHandler(reporter)
        await asyncio.to_thread(reporter.close)


def _build_metrics(role: Role) -> Metrics:
    from bot.adapters.monitoring.prometheus import PrometheusObserver, build_registry

    registry = build_registry(_version(), role)
    return Metrics(registry, PrometheusObserver(registry))


def _version() -> str:
    try:
        return version("easel")
    except PackageNotFoundError:
        return "unknown"
