"""Which image models there are, and how they are."""

from bot.app.services import Services
from bot.commands.models import models
from bot.commands.spec import AnyCommand


def build_commands(services: Services) -> tuple[AnyCommand, ...]:
    """Build `/models`."""
    base = services.base
    return (models(services.quotas, base.records.provider_states, base.clock),)
