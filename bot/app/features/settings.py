"""How a community draws."""

from bot.app.quota_services import deployment_limits
from bot.app.services import FeatureServices
from bot.commands.settings import settings_set, settings_show
from bot.commands.spec import AnyCommand


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/settings`."""
    base, quotas = services.base, services.quotas
    usual = deployment_limits(base.settings).settings
    return (
        settings_show(quotas, usual),
        settings_set(services.rule_changes, quotas, deployment=usual, clock=base.clock, grace=base.settings.gallery.undo),
    )
