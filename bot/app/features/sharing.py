"""Sharing pictures by pages that anybody with their links sees."""

from bot.app.services import FeatureServices
from bot.app.sharing import build_sharing
from bot.commands.share import CallerShares, share, share_again, unshare
from bot.commands.spec import AnyCommand


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/share`, `/unshare`, and the buttons below a share."""
    caller = CallerShares(
        studio=services.studio, lookup=services.pictures.lookup, sharing=build_sharing(services), links=services.pictures.links
    )
    return (
        share(caller),
        unshare(caller),
        share_again(caller, shows_words=True),
        share_again(caller, shows_words=False),
    )
