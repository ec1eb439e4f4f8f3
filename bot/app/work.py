"""The work on jobs in one process: a worker, and the sweeps over all jobs."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.app.engines import open_leader_lock
from bot.app.foundation import Foundation
from bot.app.orphans import build_orphans
from bot.app.privacy import build_privacy_chores
from bot.app.queues import QueueServices
from bot.app.quota_services import build_retention, build_retention_sweep, deployment_limits
from bot.app.services import FeatureServices, Services
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
from bot.services.thumbnails import convert_image_to_jpeg
from storage.sql.blocked_pictures import SqlBlockedPictures
from storage.sql.references import SqlReferences

_SWEEP_EVERY = timedelta(minutes=1)
_SWEEP_BATCHES_EVERY = timedelta(seconds=15)
"""Somebody waits for what a crash left of one, and to look for that is one short statement."""


@asynccontextmanager
async def run_work(services: Services, engine: Engine, *, recovers: bool) -> AsyncIterator[Worker]:
    """Work on jobs while the body runs. `recovers` says whether jobs that others left are picked up too."""
    features, worker = services.features, _build_worker(services, engine)
    async with AsyncExitStack() as stack:
        working = engine.run(worker.work, features.base.settings.worker.slots_by_tier)
        for task in (working, *follow_intake(services)):
            await stack.enter_async_context(background_task(task))
        if recovers:
            leader = await stack.enter_async_context(open_leader_lock(features.base, features.pictures.delivery.platforms))
            for sweeping in _sweep_all(services, engine, leader):
                await stack.enter_async_context(background_task(sweeping))
        yield worker


def follow_intake(services: Services) -> tuple[Coroutine[Any, Any, None], ...]:
    """Return what has to run in every process that accepts jobs, cases and batches."""
    features = services.features
    return services.budget_alerts.run(), features.moderation.case_messages.run(), features.pictures.batch_messages.run()


def _sweep_all(services: Services, engine: Engine, leader: LeaderLock) -> tuple[Coroutine[Any, Any, None], ...]:
    """Return the sweeps that repair and remove, which the leading process runs."""
    features, moderation = services.features, services.features.moderation
    return (
        _build_recovery(services, engine, leader).run(every=_SWEEP_EVERY),
        moderation.enforcement.run(leader, every=_SWEEP_EVERY),
        moderation.case_messages.sweep(leader, every=_SWEEP_EVERY),
        features.batch_studio.sweep(leader, every=_SWEEP_BATCHES_EVERY),
        _build_removal_steps(features).run(leader),
        # Not a part of recovery's own sweep: a large store takes longer than the minute between two of those.
        build_orphans(features.base).run(leader),
        build_retention_sweep(features.base, features.surfaces).run(leader),
        moderation.report_follow_up.run(leader, every=_SWEEP_EVERY),
        build_privacy_chores(features).run(leader),
        # Whoever leads: nobody else can get at this machine's spool.
        _sweep_spool(features.base),
    )


async def _sweep_spool(base: Foundation) -> None:
    spool = open_spool(base.settings)
    if spool is not None:
        await SpoolSweep(SqlReferences(base.database), base.objects, spool).run(every=_SWEEP_EVERY)


def _build_worker(services: Services, engine: Engine) -> Worker:
    base = services.features.base
    return Worker(
        jobs=base.records.jobs,
        engine=engine,
        steps=_build_steps(services),
        queue=services.queues.accounts,
        observer=base.observer,
        clock=base.clock,
        lease=base.settings.worker.lease,
        fault_code=new_fault_code,
        relaxed_share=services.features.quotas.weights.relaxed_share,
    )


def _build_steps(services: Services) -> Steps:
    features, base = services.features, services.features.base
    jobs, moderation = base.records.jobs, features.moderation
    keeping = _build_keeping(features)
    policies = GuardPolicies(base.records.rulebook, deployment_limits(base.settings))
    return Steps(
        preparation=PromptPreparation(
            jobs=jobs,
            policies=policies,
            guard=base.guard,
            rewriter=base.ai_services.rewriter,
            inputs=base.inputs,
            observer=base.observer,
        ),
        drawing=_build_drawing(base, services.queues, keeping),
        review=PictureReview(jobs=jobs, keeping=keeping, guard=base.guard, policies=policies),
        keeping=keeping,
        inputs=InputStore(base.records.inputs, base.objects, base.clock),
        doubts=DoubtReview(
            guard=base.guard,
            policies=policies,
            gallery=features.pictures.gallery,
            cases=base.records.cases,
            review=moderation.cases,
        ),
        delivery=features.pictures.delivery,
        refusals=RefusalHandling(
            jobs=jobs,
            rewriter=base.ai_services.rewriter,
            guard=base.guard,
            policies=policies,
            tries=moderation.tries,
            observer=base.observer,
        ),
    )


def _build_keeping(features: FeatureServices) -> KeepingStep:
    base = features.base
    return KeepingStep(
        jobs=base.records.jobs,
        objects=base.objects,
        spool=open_spool(base.settings),
        check=PictureCheck(
            blocked=SqlBlockedPictures(base.database, base.clock),
            make_copy=convert_image_to_jpeg if base.guard.judges_pictures else None,
        ),
        count=features.quotas.count_drawn,
        clock=base.clock,
        ids=base.ids,
    )


def _build_drawing(base: Foundation, queues: QueueServices, keeping: KeepingStep) -> DrawingStep:
    parts = PartKeeping(base.inputs, PartComposites(), base.copy_signer)
    return DrawingStep(
        jobs=base.records.jobs,
        pool=queues.pool,
        models=base.ai_services.models,
        slots=queues.call_slots,
        calls=_build_paid_calls(base, queues),
        inputs=base.inputs,
        parts=parts,
        finishing=Finishing(parts=parts, formats=FormatConversion(base.copy_signer), keeping=keeping),
        when_unknown=WhenUnknown(base.settings.drawing.when_unknown),
        observer=base.observer,
    )


def _build_paid_calls(base: Foundation, queues: QueueServices) -> PaidCalls:
    settings, tickets = base.settings, queues.ticket_cancellation
    return PaidCalls(
        slots=queues.call_slots,
        ticket_calls=TicketCalls(jobs=base.records.jobs, providers=queues.ticket_providers, cancellation=tickets),
        cancellation=tickets,
        time_limits={name: settings.time_limits(section) for name, section in settings.all_providers.items()},
        warm_ups={name: section.warm_up for name, section in settings.all_providers.items()},
        observer=base.observer,
        clock=base.clock,
        ids=base.ids,
    )


def _build_removal_steps(features: FeatureServices) -> RemovalSteps:
    base, records = features.base, features.base.records
    return RemovalSteps(
        removals=features.moderation.removals,
        removal_records=records.removals,
        blocked=SqlBlockedPictures(base.database, base.clock),
        sent_messages=records.sent_messages,
        jobs=records.jobs,
        pictures=records.pictures,
        objects=base.objects,
        gallery=features.pictures.gallery,
        copies=features.pictures.copies,
        clock=base.clock,
    )


def _build_recovery(services: Services, engine: Engine, leader: LeaderLock) -> Recovery:
    base, pictures = services.features.base, services.features.pictures
    return Recovery(
        jobs=base.records.jobs,
        engine=engine,
        slots=services.queues.call_slots,
        leader=leader,
        delivery=pictures.delivery,
        retention=build_retention(base),
        gallery=pictures.gallery,
        inputs=InputStore(base.records.inputs, base.objects, base.clock),
        tickets=services.queues.ticket_cancellation,
        observer=base.observer,
        clock=base.clock,
        lease=base.settings.worker.lease,
    )
