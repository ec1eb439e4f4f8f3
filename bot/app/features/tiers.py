"""Who has which tier."""

from bot.app.services import FeatureServices
from bot.commands.spec import AnyCommand
from bot.commands.tier import tier_grant, tier_list, tier_purchase, tier_revoke, tier_role


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/tier`."""
    rule_changes, people, quotas = services.rule_changes, services.people, services.quotas
    return (
        tier_list(quotas),
        tier_role(rule_changes, people, quotas),
        tier_purchase(rule_changes, quotas),
        tier_grant(rule_changes, people, quotas, clock=services.base.clock),
        tier_revoke(rule_changes, people, quotas),
    )
