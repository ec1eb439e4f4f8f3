"""The brand kit of a community."""

from bot.app.services import Services
from bot.commands.brand import brand_set, brand_show
from bot.commands.spec import AnyCommand


def build_commands(services: Services) -> tuple[AnyCommand, ...]:
    """Build `/brandkit`."""
    return (brand_show(services.quotas), brand_set(services.rule_changes))
