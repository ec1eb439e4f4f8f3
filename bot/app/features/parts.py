"""Changing a part of a picture."""

from bot.app.part_editing import build_part_editing
from bot.app.services import Services
from bot.commands.part import part
from bot.commands.spec import AnyCommand


def build_commands(services: Services) -> tuple[AnyCommand, ...]:
    """Build the button."""
    return (part(build_part_editing(services), is_local=not services.base.settings.web.reachable_url),)
