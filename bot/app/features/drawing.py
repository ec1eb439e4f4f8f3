"""Asking for pictures, asking again, and calling it off."""

from bot.app.quota_services import weights_of
from bot.app.services import Services
from bot.commands.imagine import imagine
from bot.commands.pictures import cancel
from bot.commands.redraw import again, reword, safer, vary
from bot.commands.spec import AnyCommand


def build_commands(services: Services) -> tuple[AnyCommand, ...]:
    """Build `/imagine`, and the buttons under what it says."""
    studio = services.studio
    return (
        imagine(studio, weights_of(services.base.settings)),
        again(studio),
        vary(studio),
        reword(studio),
        safer(studio),
        cancel(studio, services.delivery),
    )
