"""Sharing pictures by pages that anybody with their links sees."""

from bot.app.services import Services
from bot.app.sharing import build_sharing
from bot.commands.share import ShareDesk, share, share_again, unshare
from bot.commands.spec import AnyCommand


def build_commands(services: Services) -> tuple[AnyCommand, ...]:
    """Build `/share`, `/unshare`, and the buttons below a share."""
    desk = ShareDesk(studio=services.studio, lookup=services.lookup, sharing=build_sharing(services), links=services.links)
    return (
        share(desk),
        unshare(desk),
        share_again(desk, shows_words=True),
        share_again(desk, shows_words=False),
    )
