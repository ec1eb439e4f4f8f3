"""What moderators had to do, in figures and plots."""

from bot.app.services import FeatureServices
from bot.commands.moderation_stats import moderation_stats
from bot.commands.spec import AnyCommand
from bot.providers.plots.matplotlib_plots import MatplotPlots
from storage.sql.moderation_log import SqlModerationLog


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/moderation stats`."""
    base = services.base
    return (moderation_stats(SqlModerationLog(base.database, base.clock), MatplotPlots(), services.quotas),)
