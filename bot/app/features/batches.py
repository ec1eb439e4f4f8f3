"""Asking for many pictures in one go."""

from bot.app.model_suggestions import model_suggestions
from bot.app.services import FeatureServices
from bot.commands.batch import batch, batch_cancel, batch_delete, batch_draw, batch_undelete, batch_zip
from bot.commands.spec import AnyCommand


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/batch`, and the buttons of its messages."""
    studio, settings = services.batch_studio, services.base.settings
    gallery, messages = services.pictures.gallery, services.pictures.batch_messages
    has_lanes = any(section.is_relaxed for section in settings.all_providers.values())
    return (
        batch(studio, services.knows_cost, model_suggestions(services), has_lanes=has_lanes),
        batch_draw(studio),
        batch_cancel(studio),
        batch_delete(studio, gallery, messages),
        batch_undelete(studio, gallery, messages),
        batch_zip(studio, settings.web.links_base),
    )
