"""Which image models there are, and how they are."""

from bot.app.services import FeatureServices
from bot.commands.models import models
from bot.commands.spec import AnyCommand
from storage.sql.provider_states import SqlProviderStates


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/models`."""
    base = services.base
    return (models(services.quotas, SqlProviderStates(base.database, base.clock), base.clock),)
