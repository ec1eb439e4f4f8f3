"""Finding people, channels, messages and interactions by the words that somebody types."""

from typing import TYPE_CHECKING

from tests.fakes.changes import NotSeen
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.messages import Message
from tests.fakes.discord.people import DiscordPerson

if TYPE_CHECKING:
    from tests.fakes.discord.world import World


class Lookup:
    """Reads names and ids."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def person(self, name: str = "") -> DiscordPerson:
        """Return somebody by name; without one, the first there is.

        Raises:
            NotSeen: There is nobody like that.
        """
        people = [user for user in self._world.users.values() if isinstance(user, DiscordPerson)]
        found = [one for one in people if not name or one.name == name]
        if not found:
            raise NotSeen(f"nobody is called {name!r}")
        return found[0]

    def channel(self, name: str = "") -> Channel:
        """Return a channel by name or id; without one, the first there is.

        Raises:
            NotSeen: There is none like that.
        """
        channels = [one for one in self._world.channels.values() if not one.is_deleted]
        found = [one for one in channels if not name or name in {one.name, str(one.id)}]
        if not found:
            raise NotSeen(f"there is no channel {name!r}")
        return found[0]

    def message(self, which: str = "last", person: DiscordPerson | None = None) -> Message:
        """Return a message by id, or the last one that can be seen.

        Raises:
            NotSeen: There is none like that.
        """
        seen = [one for channel in self._world.channels.values() for one in channel.everything if not one.is_deleted]
        shown = [one for one in seen if which == str(one.id) or (which == "last" and one.whispered_to in (None, person))]
        if not shown:
            raise NotSeen(f"there is no message {which!r}")
        return max(shown, key=lambda one: one.id)

    def interaction(self, wanted: str) -> Interaction:
        """Return an interaction by id.

        Raises:
            NotSeen: There is none like that.
        """
        for one in self._world.interactions.values():
            if str(one.id) == wanted:
                return one
        raise NotSeen(f"there is no interaction {wanted}")
