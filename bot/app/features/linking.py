"""One account on several platforms."""

from bot.app.services import FeatureServices
from bot.app.system import random_below
from bot.commands.linking import link, part, unlink
from bot.commands.spec import AnyCommand
from bot.domain.people import Platform, Tier
from bot.services.account_linking import AccountLinking
from storage.sql.codes import SqlCodes


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/link` and `/unlink`."""
    base, quotas = services.base, services.quotas
    linking = AccountLinking(
        accounts=base.records.accounts,
        codes=SqlCodes(base.database, base.clock),
        rate_limiter=base.shared.rate_limiter,
        clock=base.clock,
        first_tier={Platform(platform): Tier(tier) for platform, tier in base.settings.quotas.first_tier.items()},
        random_below=random_below,
    )
    return (link(linking, quotas), unlink(linking), part(linking, quotas))
