"""Asking for pictures, asking again, and calling it off."""

from bot.app.brands import build_brands, build_styles
from bot.app.model_suggestions import model_suggestions
from bot.app.quota_services import weights_of
from bot.app.services import FeatureServices
from bot.commands.imagine import imagine
from bot.commands.mistakes import mistake
from bot.commands.pictures import cancel
from bot.commands.redraw import again, reword, safer, vary
from bot.commands.remix import remix
from bot.commands.spec import AnyCommand
from bot.commands.subtle import vary_subtle
from storage.sql.refusals import SqlRefusals


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/imagine`, and the buttons under what it says."""
    studio, base = services.studio, services.base
    suggest_models = model_suggestions(services)
    has_lanes = any(section.is_relaxed for section in base.settings.all_providers.values())
    return (
        imagine(
            studio,
            weights_of(base.settings),
            suggest_models,
            has_lanes=has_lanes,
            brands=build_brands(services),
            styles=build_styles(services),
            bases=services.bases,
        ),
        again(studio),
        vary(studio),
        vary_subtle(studio, services.bases),
        remix(studio, services.bases),
        reword(studio, suggest_models),
        safer(studio),
        mistake(
            studio,
            refusals=SqlRefusals(base.database),
            cases=base.records.cases,
            review=services.moderation.cases,
            people=services.people,
            clock=services.base.clock,
        ),
        cancel(studio, services.pictures.delivery),
    )
