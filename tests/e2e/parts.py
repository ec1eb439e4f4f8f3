"""Parts of one house, each with an observer of its own, as processes have: one takes wishes in, the other draws them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.adapters.monitoring.observers import Observers
from bot.app.commands import build_dispatcher
from bot.app.foundation import open_foundation
from bot.app.services import build_services
from bot.app.work import run_work
from bot.config import Settings
from bot.domain.chat import Place
from bot.domain.jobs import Job
from bot.ports.observer import Observer
from storage.engines.local import LocalEngine
from tests.fakes.engine import ManualEngine
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface

TENANT = "guild-7"
_NOBODY = Observers()


async def take_in(
    settings: Settings, surface: RecordingSurface, key: str, observer: Observer = _NOBODY, prompt: str = "a fox"
) -> Job:
    """Have a process accept a wish that another is to draw."""
    async with open_foundation(settings, observer) as base:
        services = build_services(base, {LOOM: surface}, ManualEngine(base.clock))
        call = FakeCall(surface, key=key, at=Place(LOOM, TENANT, "market square"))
        await build_dispatcher(services.features).dispatch("imagine", {"prompt": prompt}, call)
        job = await base.records.jobs.by_key(key)
        assert job is not None
        return job


@asynccontextmanager
async def working_on(settings: Settings, surface: RecordingSurface, job: Job, observer: Observer = _NOBODY) -> AsyncIterator[Job]:
    """Have another process draw the job, and yield it when it has ended, while that process still runs."""
    async with open_foundation(settings, observer) as base:
        engine = LocalEngine(base.clock)
        services = build_services(base, {LOOM: surface}, engine)
        async with run_work(services, engine, recovers=False):
            await engine.publish(job.id, tier=job.tier)
            async with asyncio.timeout(60):
                while not (job := await services.features.studio.find(job.id)).state.is_final:  # noqa: ASYNC110 - a task of the worker's ends it
                    await asyncio.sleep(0.01)
            yield job
