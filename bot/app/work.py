"""The work on jobs in one process: a worker, and what looks after the jobs of all."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from bot.app.engines import open_leader_lock
from bot.app.foundation import Foundation
from bot.app.orphans import build_orphans
from bot.app.privacy import build_privacy_chores
from bot.app.quota_services import build_retention, build_retention_sweep, deployment_limits
from bot.app.services import Services
from bot.app.stores import open_spool
from bot.app.system import new_fault_code
from bot.app.tasks import background_task
from bot.moderation.picture_check import PictureCheck
from bot.pipeline.doubts import DoubtReview
from bot.pipeline.drawing import DrawingStep, WhenUnknown
from bot.pipeline.finishing import Finishing
from bot.pipeline.format_conversion import FormatConversion
from bot.pipeline.keeping import KeepingStep
from bot.pipeline.paid_calls import PaidCalls
from bot.pipeline.part_composites import PartComposites
from bot.pipeline.part_keeping import PartKeeping
from bot.pipeline.picture_review import PictureReview
from bot.pipeline.prompt_preparation import PromptPreparation
from bot.pipeline.recovery import Recovery
from bot.pipeline.refusal_handling import RefusalHandling
from bot.pipeline.removal_steps import RemovalSteps
from bot.pipeline.ticket_calls import TicketCalls
from bot.pipeline.worker import Steps, Worker
from bot.ports.engine import Engine
from bot.ports.leader_lock import LeaderLock
from bot.services.guard_policies import GuardPolicies
from bot.services.input_store import InputStore
from bot.services.spool_sweep import SpoolSweep
from storage.sql.blocked_pictures import SqlBlockedPictures
from storage.sql.references import SqlReferences

_SWEEP_EVERY = timedelta(minutes=1)
_SWEEP_BATCHES_EVERY = timedelta(seconds=15)
"""Somebody waits for what a crash left of one, and to look for that is one short statement."""


@asynccontextmanager
async def run_work(services: Services, engine: Engine, *, recovers: bool) -> AsyncIterator[Worker]:
    """Work on jobs while the body runs. `recovers` says whether jobs that others left are picked up too."""
    worker = _build_worker(services, engine)
    async with AsyncExitStack() as stack:
        working = engine.run(worker.work, services.base.settings.worker.slots_by_tier)
        await stack.enter_async_context(background_task(working))
        await stack.enter_async_context(background_task(services.budget_alerts.run()))
        await stack.enter_async_context(background_task(services.case_messages.run()))
        await stack.enter_async_context(background_task(services.batch_messages.run()))
        if recovers:
            leader = await stack.enter_async_context(open_leader_lock(services.base, services.delivery.platforms))
            recovering = _build_recovery(services, engine, leader).run(every=_SWEEP_EVERY)
            await stack.enter_async_context(background_task(recovering))
            enforcing = services.sanction_enforcement.run(leader, every=_SWEEP_EVERY)
            await stack.enter_async_context(background_task(enforcing))
            sweeping_cases = services.case_messages.sweep(leader, every=_SWEEP_EVERY)
            await stack.enter_async_context(background_task(sweeping_cases))
            sweeping_batches = services.batch_studio.sweep(leader, every=_SWEEP_BATCHES_EVERY)
            await stack.enter_async_context(background_task(sweeping_batches))
            await stack.enter_async_context(background_task(_build_removal_steps(services).run(leader)))
            # Not a part of recovery's own sweep: a large store takes longer than the minute between two of those.
            await stack.enter_async_context(background_task(build_orphans(services.base).run(leader)))
            retention = build_retention_sweep(services.base, services.surfaces)
            await stack.enter_async_context(background_task(retention.run(leader)))
            await stack.enter_async_context(background_task(services.report_follow_up.run(leader, every=_SWEEP_EVERY)))
            await stack.enter_async_context(background_task(build_privacy_chores(services).run(leader)))
            # Whoever leads: nobody else can get at this machine's spool.
            await stack.enter_async_context(background_task(_sweep_spool(services.base)))
        yield worker


async def _sweep_spool(base: Foundation) -> None:
    spool = open_spool(base.settings)
    if spool is not None:
        await SpoolSweep(SqlReferences(base.database), base.objects, spool).run(every=_SWEEP_EVERY)


def _build_worker(services: Services, engine: Engine) -> Worker:
    base = services.base
    return Worker(
        jobs=base.records.jobs,
        engine=engine,
        steps=_build_steps(services),
        queue=services.queue,
        observer=base.observer,
        clock=base.clock,
        lease=base.settings.worker.lease,
        fault_code=new_fault_code,
        relaxed_share=services.quotas.weights.relaxed_share,
    )


def _build_steps(services: Services) -> Steps:
    base = services.base
    settings, jobs = base.settings, base.records.jobs
    spool = open_spool(settings)
    check = PictureCheck(blocked=SqlBlockedPictures(base.database, base.clock))
    keeping = KeepingStep(
        jobs=jobs,
        objects=base.objects,
        spool=spool,
        check=check,
        count=services.quotas.count_drawn,
        clock=base.clock,
        ids=base.ids,
    )
    policies = GuardPolicies(base.records.rulebook, deployment_limits(settings))
    calls = PaidCalls(
        queue=services.providers,
        ticket_calls=TicketCalls(jobs=jobs, providers=services.ticket_providers, cancellation=services.ticket_cancellation),
        cancellation=services.ticket_cancellation,
        time_limits={name: settings.time_limits(section) for name, section in settings.all_providers.items()},
        warm_ups={name: section.warm_up for name, section in settings.all_providers.items()},
        observer=base.observer,
        clock=base.clock,
        ids=base.ids,
    )
    parts = PartKeeping(base.inputs, PartComposites(), base.copy_signer)
    return Steps(
        preparation=PromptPreparation(
            jobs=jobs,
            policies=policies,
            guard=base.guard,
            rewriter=base.ai_services.rewriter,
            inputs=base.inputs,
            observer=base.observer,
        ),
        drawing=DrawingStep(
            jobs=jobs,
            pool=services.pool,
            models=base.ai_services.models,
            queue=services.providers,
            calls=calls,
            inputs=base.inputs,
            parts=parts,
            finishing=Finishing(parts=parts, formats=FormatConversion(base.copy_signer), keeping=keeping),
            when_unknown=WhenUnknown(settings.drawing.when_unknown),
            observer=base.observer,
        ),
        review=PictureReview(jobs=jobs, keeping=keeping, guard=base.guard, policies=policies),
        keeping=keeping,
        inputs=InputStore(base.records.inputs, base.objects, base.clock),
        doubts=DoubtReview(
            guard=base.guard, policies=policies, gallery=services.gallery, cases=base.records.cases, review=services.cases
        ),
        delivery=services.delivery,
        refusals=RefusalHandling(
            jobs=jobs,
            rewriter=base.ai_services.rewriter,
            guard=base.guard,
            policies=policies,
            tries=services.tries,
            observer=base.observer,
        ),
    )


def _build_removal_steps(services: Services) -> RemovalSteps:
    base, records = services.base, services.base.records
    return RemovalSteps(
        decisions=services.removals,
        removals=records.removals,
        blocked=SqlBlockedPictures(base.database, base.clock),
        sent_messages=records.sent_messages,
        jobs=records.jobs,
        pictures=records.pictures,
        objects=base.objects,
        gallery=services.gallery,
        copies=services.copies,
        clock=base.clock,
    )


def _build_recovery(services: Services, engine: Engine, leader: LeaderLock) -> Recovery:
    base = services.base
    return Recovery(
        jobs=base.records.jobs,
        engine=engine,
        providers=services.providers,
        leader=leader,
        delivery=services.delivery,
        retention=build_retention(base),
        gallery=services.gallery,
        inputs=InputStore(base.records.inputs, base.objects, base.clock),
        tickets=services.ticket_cancellation,
        observer=base.observer,
        clock=base.clock,
        lease=base.settings.worker.lease,
    )
