"""How much money may be spent."""

from bot.app.services import FeatureServices
from bot.commands.budget import budget_set, budget_show
from bot.commands.spec import AnyCommand


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/budget`."""
    records = services.base.records
    return (
        budget_show(services.quotas, ledger=records.ledger, rulebook=records.rulebook),
        budget_set(services.rule_changes),
    )
