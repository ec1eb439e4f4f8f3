"""Furnishes the house: every room gets what it needs, and the work goes on while it is open."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.app.chance import fault_code
from bot.app.foundation import Foundation, open_foundation
from bot.app.stores import open_spool
from bot.commands.dispatcher import Dispatcher
from bot.commands.help import help_command
from bot.commands.imagine import imagine
from bot.commands.pictures import cancel, delete, show_gallery, undelete
from bot.commands.redraw import again, safer, vary
from bot.commands.sharing import mail, report
from bot.commands.spec import AnyCommand
from bot.config import Settings
from bot.domain.people import Platform, Tier
from bot.moderation.picture_check import PictureCheck
from bot.pipeline.delivery import Delivery
from bot.pipeline.drawing import DrawingRoom, DrawingRules, WhenUnknown
from bot.pipeline.keeping import Keeping
from bot.pipeline.recovery import Recovery
from bot.pipeline.studio import Studio
from bot.pipeline.wording import Wording
from bot.pipeline.worker import Steps, Worker
from bot.ports.engine import Engine
from bot.ports.reports import Reports
from bot.ports.surfaces import Surface
from bot.services.allowances import Allowances, Limits
from bot.services.gallery import Gallery
from bot.services.links import Links
from storage.engines.local import LocalEngine

_SWEEP_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class House:
    """What front ends and the command line need of a running house."""

    base: Foundation
    studio: Studio
    dispatcher: Dispatcher
    links: Links
    worker: Worker
    recovery: Recovery


@asynccontextmanager
async def open_house(settings: Settings, surfaces: Mapping[Platform, Surface], *, recovers: bool = True) -> AsyncIterator[House]:
    """Open the foundation and a running house on it; raises as `open_foundation` does."""
    async with open_foundation(settings) as base, running_house(base, surfaces, recovers=recovers) as house:
        yield house


@asynccontextmanager
async def running_house(base: Foundation, surfaces: Mapping[Platform, Surface], *, recovers: bool = True) -> AsyncIterator[House]:
    """Work on jobs while the body runs. `recovers` says whether jobs that others left are picked up too."""
    engine = LocalEngine(base.clock)
    house = furnished(base, surfaces, engine)
    async with AsyncExitStack() as stack:
        working = engine.run(house.worker.work, base.settings.worker.slots_by_tier)
        stack.push_async_callback(_stopped, asyncio.create_task(working))
        if recovers:
            recovering = house.recovery.run(lease=base.settings.worker.lease, every=_SWEEP_EVERY)
            stack.push_async_callback(_stopped, asyncio.create_task(recovering))
        yield house


async def _stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def furnished(base: Foundation, surfaces: Mapping[Platform, Surface], engine: Engine) -> House:
    """Build every room and hand it what it needs."""
    settings, records = base.settings, base.records
    links = Links(settings.web.links_base)
    gallery = Gallery(records.pictures, base.objects, base.clock, settings.gallery.undo)
    delivery = Delivery(jobs=records.jobs, gallery=gallery, links=links, surfaces=surfaces)
    studio = Studio(
        jobs=records.jobs,
        accounts=records.accounts,
        allowances=Allowances(_limits(settings), base.clock),
        guard=base.makers.guard,
        engine=engine,
        clock=base.clock,
        ids=base.ids,
        slots=sum(settings.worker.slots_by_tier.values()),
    )
    worker = Worker(
        jobs=records.jobs,
        engine=engine,
        steps=_steps(base, delivery),
        clock=base.clock,
        lease=settings.worker.lease,
        fault_code=fault_code,
    )
    return House(
        base=base,
        studio=studio,
        dispatcher=Dispatcher(all_commands(studio, gallery, delivery, links, records.reports), fault_code),
        links=links,
        worker=worker,
        recovery=Recovery(jobs=records.jobs, engine=engine, delivery=delivery, gallery=gallery),
    )


def _limits(settings: Settings) -> Limits:
    quotas = settings.quotas
    first_tier = {Platform(platform): Tier(tier) for platform, tier in quotas.first_tier.items()}
    return Limits(quotas.limits, first_tier, quotas.zone)


def _steps(base: Foundation, delivery: Delivery) -> Steps:
    settings, jobs = base.settings, base.records.jobs
    keeping = Keeping(jobs=jobs, objects=base.objects, spool=open_spool(settings), check=PictureCheck(), ids=base.ids)
    rules = DrawingRules(settings.drawing.budget_by_quality, WhenUnknown(settings.drawing.when_unknown))
    return Steps(
        wording=Wording(jobs=jobs, guard=base.makers.guard, rewriter=base.makers.rewriter),
        drawing=DrawingRoom(
            jobs=jobs, providers=base.makers.providers, keeping=keeping, rules=rules, clock=base.clock, ids=base.ids
        ),
        keeping=keeping,
        delivery=delivery,
    )


def all_commands(studio: Studio, gallery: Gallery, delivery: Delivery, links: Links, reports: Reports) -> tuple[AnyCommand, ...]:
    """Build every command there is; `/help` knows all the others."""
    commands: tuple[AnyCommand, ...] = (
        imagine(studio),
        show_gallery(studio, gallery, links),
        again(studio),
        vary(studio),
        safer(studio),
        cancel(studio, delivery),
        delete(studio, gallery, delivery),
        undelete(studio, gallery, delivery),
        report(studio, gallery, reports),
        mail(studio, gallery, delivery),
    )
    return (*commands, help_command(commands))


def declared_commands() -> tuple[AnyCommand, ...]:
    """Give the commands as they are declared, with nobody behind them: for whoever reads them and runs none."""
    nobody: Any = None
    return all_commands(nobody, nobody, nobody, nobody, nobody)
