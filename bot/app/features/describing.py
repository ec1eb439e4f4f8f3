"""Saying what a picture shows."""

from bot.app.quota_services import build_admission
from bot.app.services import FeatureServices
from bot.commands.describe import describe_commands
from bot.commands.spec import AnyCommand
from bot.pipeline.describing import Describing
from storage.sql.codes import SqlCodes


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/describe`, and its buttons."""
    base = services.base
    describing = Describing(
        describer=base.ai_services.describer,
        inputs=base.inputs,
        guard=base.guard,
        quotas=services.quotas,
        ledger=base.records.ledger,
        sanctions=services.moderation.sanctions,
        admission=build_admission(base),
        codes=SqlCodes(base.database, base.clock),
        observer=base.observer,
        clock=base.clock,
        ids=base.ids,
    )
    return describe_commands(services.studio, services.bases, describing)
