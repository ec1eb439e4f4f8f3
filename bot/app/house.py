"""Builds the running house: services, pipeline, commands, and the tasks that work in the background."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot.adapters.terminal import TERMINAL
from bot.app.commands import CommandDependencies, build_commands, build_linking, build_record
from bot.app.foundation import Foundation, open_foundation
from bot.app.orphans import build_orphans
from bot.app.quota_services import build_admission, build_notices, build_quotas, build_retention
from bot.app.stores import open_spool, public_store_url
from bot.app.system import new_fault_code
from bot.app.tasks import background_task
from bot.commands.dispatcher import Dispatcher
from bot.config import Settings
from bot.domain.people import Platform
from bot.moderation.picture_check import PictureCheck
from bot.pipeline.account_queue import AccountQueue
from bot.pipeline.delivery import Delivery
from bot.pipeline.drawing import DrawingRules, DrawingStep, WhenUnknown
from bot.pipeline.keeping import KeepingStep
from bot.pipeline.prompt_preparation import PromptPreparation
from bot.pipeline.recovery import Recovery
from bot.pipeline.studio import Studio
from bot.pipeline.worker import Steps, Worker
from bot.ports.engine import Engine
from bot.ports.surfaces import Surface
from bot.providers.plots.matplotlib_plots import MatplotPlots
from bot.services.api_keys import ApiKeyRegistry
from bot.services.budget_alerts import BudgetAlerts
from bot.services.gallery import Gallery
from bot.services.orphans import Orphans
from bot.services.owners import Owners
from bot.services.person_lookup import PersonLookup
from bot.services.picture_links import PictureLinks
from bot.services.quotas import Quotas
from storage.engines.local import LocalEngine

_SWEEP_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class House:
    """What front ends and the command line need of a running house."""

    base: Foundation
    studio: Studio
    quotas: Quotas
    gallery: Gallery
    delivery: Delivery
    keys: ApiKeyRegistry
    dispatcher: Dispatcher
    links: PictureLinks
    worker: Worker
    recovery: Recovery
    orphans: Orphans
    budget_alerts: BudgetAlerts


@asynccontextmanager
async def open_house(settings: Settings, surfaces: Mapping[Platform, Surface], *, recovers: bool = True) -> AsyncIterator[House]:
    """Open the foundation and a running house on it; raises as `open_foundation` does."""
    async with open_foundation(settings) as base, run_house(base, surfaces, recovers=recovers) as house:
        yield house


@asynccontextmanager
async def run_house(base: Foundation, surfaces: Mapping[Platform, Surface], *, recovers: bool = True) -> AsyncIterator[House]:
    """Work on jobs while the body runs. `recovers` says whether jobs that others left are picked up too."""
    engine = LocalEngine(base.clock)
    house = build_house(base, surfaces, engine)
    async with AsyncExitStack() as stack:
        working = engine.run(house.worker.work, base.settings.worker.slots_by_tier)
        await stack.enter_async_context(background_task(working))
        await stack.enter_async_context(background_task(house.budget_alerts.run()))
        if recovers:
            recovering = house.recovery.run(every=_SWEEP_EVERY)
            await stack.enter_async_context(background_task(recovering))
            # Not a part of recovery's own sweep: a large store takes longer than the minute between two of those.
            await stack.enter_async_context(background_task(house.orphans.run()))
        yield house


def build_house(base: Foundation, surfaces: Mapping[Platform, Surface], engine: Engine) -> House:
    """Build every service, step and command from the opened foundation."""
    settings, records = base.settings, base.records
    links = PictureLinks(settings.web.links_base, public_url=settings.web.reachable_url, store_url=public_store_url(settings))
    gallery = Gallery(records.pictures, base.objects, base.clock, settings.gallery.undo)
    quotas = build_quotas(base)
    delivery = Delivery(
        jobs=records.jobs,
        quotas=quotas,
        gallery=gallery,
        links=links,
        surfaces=surfaces,
        clock=base.clock,
        shows_cost=settings.gallery.show_cost,
    )
    queue = AccountQueue(
        jobs=records.jobs,
        engine=engine,
        clock=base.clock,
        platforms=delivery.platforms,
        most_running=settings.bursts.running,
    )
    budget_alerts = build_notices(base, surfaces)
    studio = Studio(
        jobs=records.jobs,
        quotas=quotas,
        guard=base.ai_services.guard,
        admission=build_admission(base),
        queue=queue,
        budget_alerts=budget_alerts,
        engine=engine,
        clock=base.clock,
        ids=base.ids,
        slots=sum(settings.worker.slots_by_tier.values()),
    )
    owners = Owners(records.accounts, named=settings.owners, platforms=(TERMINAL,))
    worker = Worker(
        jobs=records.jobs,
        engine=engine,
        steps=_steps(base, delivery),
        queue=queue,
        clock=base.clock,
        lease=settings.worker.lease,
        fault_code=new_fault_code,
    )
    people, keys = PersonLookup(records.accounts, quotas), ApiKeyRegistry(records.keys, base.clock, base.ids)
    dependencies = CommandDependencies(
        records=records,
        clock=base.clock,
        studio=studio,
        gallery=gallery,
        delivery=delivery,
        links=links,
        quotas=quotas,
        people=people,
        rule_changes=build_record(base, quotas, people),
        linking=build_linking(base),
        keys=keys,
        plots=MatplotPlots(),
        is_owner=owners.is_owner,
    )
    return House(
        base=base,
        studio=studio,
        quotas=quotas,
        gallery=gallery,
        delivery=delivery,
        keys=keys,
        dispatcher=Dispatcher(build_commands(dependencies, settings), new_fault_code, is_owner=owners.is_owner),
        links=links,
        worker=worker,
        recovery=Recovery(
            jobs=records.jobs,
            engine=engine,
            delivery=delivery,
            retention=build_retention(base),
            gallery=gallery,
            clock=base.clock,
            lease=settings.worker.lease,
        ),
        orphans=build_orphans(base),
        budget_alerts=budget_alerts,
    )


def _steps(base: Foundation, delivery: Delivery) -> Steps:
    settings, jobs = base.settings, base.records.jobs
    keeping = KeepingStep(jobs=jobs, objects=base.objects, spool=open_spool(settings), check=PictureCheck(), ids=base.ids)
    rules = DrawingRules(settings.drawing.timeout_by_quality, WhenUnknown(settings.drawing.when_unknown))
    return Steps(
        preparation=PromptPreparation(jobs=jobs, guard=base.ai_services.guard, rewriter=base.ai_services.rewriter),
        drawing=DrawingStep(
            jobs=jobs, providers=base.ai_services.providers, keeping=keeping, rules=rules, clock=base.clock, ids=base.ids
        ),
        keeping=keeping,
        delivery=delivery,
    )
