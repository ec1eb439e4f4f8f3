"""What people act upon: the world, and a way to get interactions to the bot."""

from typing import Protocol

from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.world import World


class Platform(Protocol):
    """The server, as people see it."""

    world: World

    def deliver(self, interaction: Interaction) -> None:
        """Send an interaction to the bot, over the gateway or to its HTTP endpoint."""
        ...
