"""Keys that programs ask with."""

from bot.app.foundation import Foundation
from bot.app.services import FeatureServices
from bot.commands.api_keys import apikey_list, apikey_make, apikey_revoke
from bot.commands.spec import AnyCommand
from bot.services.api_keys import ApiKeyRegistry
from storage.sql.api_keys import SqlApiKeys


def build_registry(base: Foundation) -> ApiKeyRegistry:
    """Return what knows the keys; the REST API asks it too."""
    return ApiKeyRegistry(SqlApiKeys(base.database, base.clock), base.clock, base.ids)


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/apikey`."""
    keys, quotas = build_registry(services.base), services.quotas
    return (apikey_list(keys, quotas), apikey_make(keys, quotas), apikey_revoke(keys, quotas))
