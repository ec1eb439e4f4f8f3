"""Reports of pictures."""

from datetime import datetime

from bot.adapters.discord import DISCORD
from bot.app.services import FeatureServices
from bot.commands.reports import flag, report, report_reason, unflag, unreport
from bot.commands.spec import AnyCommand
from bot.domain.people import Identity
from bot.services.reporting import Reporting
from storage.sql.reports import SqlReports


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/report`, what the reactions mean, and the buttons under the thanks."""
    base, records = services.base, services.base.records
    rate_limiter = base.shared.rate_limiter
    lookup = services.pictures.lookup
    reporting = Reporting(
        reports=SqlReports(base.database, base.clock),
        accounts=records.accounts,
        quotas=services.quotas,
        sanctions=services.moderation.sanctions,
        follow_up=services.moderation.report_follow_up.follow_up,
        rate_limiter=rate_limiter,
        clock=base.clock,
        is_owner=services.is_owner,
        platform_age=platform_age,
    )
    return (
        report(reporting, lookup),
        flag(reporting, lookup, rate_limiter),
        unflag(reporting, lookup, rate_limiter),
        unreport(reporting, lookup),
        report_reason(reporting, lookup),
    )


def platform_age(identity: Identity) -> datetime | None:
    """Return since when somebody has an account of their platform, where its ids say so."""
    if identity.platform != DISCORD or not identity.user.isdecimal():
        return None
    from bot.adapters.discord.reply_token import snowflake_time

    return snowflake_time(int(identity.user))
