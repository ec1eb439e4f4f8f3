"""Builds what accepts wishes, and batches of them."""

from bot.app.foundation import Foundation
from bot.app.moderation import ModerationServices
from bot.app.quota_services import build_admission
from bot.pipeline.batch_messages import BatchMessages
from bot.pipeline.batch_studio import BatchStudio
from bot.pipeline.cancellation import Cancellation
from bot.pipeline.studio import Studio
from bot.ports.engine import Engine
from bot.services.budget_alerts import BudgetAlerts
from bot.services.quotas import Quotas
from storage.sql.batches import SqlBatches


def build_studio(
    base: Foundation,
    engine: Engine,
    *,
    quotas: Quotas,
    moderation: ModerationServices,
    cancellation: Cancellation,
    alerts: BudgetAlerts,
) -> Studio:
    """Build what accepts wishes; `engine` takes accepted jobs to workers."""
    return Studio(
        jobs=base.records.jobs,
        quotas=quotas,
        guard=base.guard,
        admission=build_admission(base),
        sanctions=moderation.sanctions,
        tries=moderation.tries,
        cancellation=cancellation,
        budget_alerts=alerts,
        engine=engine,
        observer=base.observer,
        clock=base.clock,
        ids=base.ids,
        inputs=base.inputs,
        slots=sum(base.settings.worker.slots_by_tier.values()),
    )


def build_batch_studio(
    base: Foundation,
    engine: Engine,
    *,
    quotas: Quotas,
    moderation: ModerationServices,
    cancellation: Cancellation,
    messages: BatchMessages,
) -> BatchStudio:
    """Build what accepts batches."""
    return BatchStudio(
        batches=SqlBatches(base.database),
        messages=messages,
        jobs=base.records.jobs,
        quotas=quotas,
        guard=base.guard,
        sanctions=moderation.sanctions,
        tries=moderation.tries,
        admission=build_admission(base),
        cancellation=cancellation,
        engine=engine,
        clock=base.clock,
        ids=base.ids,
    )
