"""All parts in one process: the commands, for whatever front ends there are, and the work on what they accept."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass

from bot.app.commands import build_dispatcher
from bot.app.engines import open_engine
from bot.app.foundation import Foundation, open_foundation
from bot.app.services import Services, build_services
from bot.app.work import run_work
from bot.commands.dispatcher import Dispatcher
from bot.config import Settings
from bot.domain.people import Platform
from bot.pipeline.worker import Worker
from bot.ports.surfaces import Surface
from storage.engines.local import LocalEngine


@dataclass(frozen=True, slots=True)
class House:
    """What front ends and the command line need of a running house."""

    base: Foundation
    services: Services
    dispatcher: Dispatcher
    worker: Worker


@asynccontextmanager
async def open_house(settings: Settings, surfaces: Mapping[Platform, Surface], *, recovers: bool = True) -> AsyncIterator[House]:
    """Open the foundation and a running house on it; raises as they do."""
    async with open_foundation(settings) as base, run_house(base, surfaces, recovers=recovers) as house:
        yield house


@asynccontextmanager
async def run_house(base: Foundation, surfaces: Mapping[Platform, Surface], *, recovers: bool = True) -> AsyncIterator[House]:
    """Work on jobs while the body runs: on all processes' jobs, or where `recovers` is false on this house's own only.

    Raises:
        ConfigError: The engine that the settings name cannot be used.
    """
    async with (
        open_engine(base.settings, base.clock, base.events) if recovers else nullcontext(LocalEngine(base.clock)) as engine
    ):
        services = build_services(base, surfaces, engine)
        async with run_work(services, engine, recovers=recovers) as worker:
            yield House(base, services, build_dispatcher(services.features), worker)
