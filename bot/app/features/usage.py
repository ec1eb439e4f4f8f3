"""Who drew how much, in figures and plots."""

from bot.app.services import FeatureServices
from bot.commands.spec import AnyCommand
from bot.commands.usage import usage
from bot.providers.plots.matplotlib_plots import MatplotPlots
from storage.sql.statistics import SqlStatistics


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/usage`."""
    return (usage(SqlStatistics(services.base.database), MatplotPlots(), services.people, services.quotas),)
