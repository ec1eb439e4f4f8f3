"""Changing a part of a picture, what is beyond its edges, and one out of several."""

from bot.app.part_editing import build_part_editing
from bot.app.services import FeatureServices
from bot.commands.blend import blend
from bot.commands.part import part
from bot.commands.reframe import Reframing, reframe_commands
from bot.commands.spec import AnyCommand
from bot.pipeline.canvases import Canvases


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build the buttons, and `/blend`."""
    return (
        blend(services.studio),
        part(build_part_editing(services), is_local=not services.base.settings.web.reachable_url),
        *reframe_commands(Reframing(services.studio, services.bases, Canvases())),
    )
