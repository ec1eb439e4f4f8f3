"""Finding people, channels and messages by the words that somebody types."""

from typing import TYPE_CHECKING

from tests.fakes.changes import NotSeen

if TYPE_CHECKING:
    from tests.fakes.slack.channels import Channel
    from tests.fakes.slack.members import Member
    from tests.fakes.slack.messages import Message
    from tests.fakes.slack.views import SlackView
    from tests.fakes.slack.workspaces import Workspace
    from tests.fakes.slack.world import World


class Lookup:
    """Reads names and ids; an empty one takes the first there is."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def workspace(self, name: str = "") -> "Workspace":
        """Return a workspace.

        Raises:
            NotSeen: There is none like that.
        """
        found = [one for one in self._world.workspaces.values() if not name or name in (one.name, one.id)]
        if not found:
            raise NotSeen(f"there is no workspace {name!r}")
        return found[0]

    def person(self, name: str = "", workspace: str = "") -> "Member":
        """Return somebody.

        Raises:
            NotSeen: There is nobody like that.
        """
        found = [one for one in self.workspace(workspace).people.values() if not name or name in (one.name, one.id)]
        if not found:
            raise NotSeen(f"nobody is called {name!r}")
        return found[0]

    def channel(self, name: str = "", workspace: str = "") -> "Channel":
        """Return a channel.

        Raises:
            NotSeen: There is none like that.
        """
        channels = [one for one in self.workspace(workspace).channels.values() if not one.is_deleted]
        found = [one for one in channels if not name or name.removeprefix("#") in (one.name, one.id)]
        if not found:
            raise NotSeen(f"there is no channel {name!r}")
        return found[0]

    def message(self, person: "Member", which: str = "last", *, button: str = "") -> "Message":
        """Return a message by its timestamp, or the last that somebody sees; with `button`, the last that has it.

        Raises:
            NotSeen: There is none like that.
        """
        places = person.workspace.channels.values()
        seen = [one for place in places for one in place.everything if not one.is_deleted and one.whispered_to in (None, person)]
        found = [one for one in seen if which in ("last", one.ts) and (not button or button in one.buttons)]
        if not found:
            raise NotSeen(f"no message {which!r} with the button {button!r}" if button else f"there is no message {which!r}")
        return max(found, key=lambda one: one.ts)

    def view(self, person: "Member") -> "SlackView":
        """Return the modal that somebody looks at.

        Raises:
            NotSeen: None is open.
        """
        if person.open_view is None:
            raise NotSeen(f"no modal is open for {person.name}")
        return person.open_view

    def where(self, person: "Member", button: str, which: str = "last") -> "Message | SlackView":
        """Return what has a button: the open modal, the last message with it, or the Home tab.

        Raises:
            NotSeen: Nothing has it.
        """
        if person.open_view is not None and button in person.open_view.buttons:
            return person.open_view
        try:
            return self.message(person, which, button=button)
        except NotSeen:
            if person.home is not None and button in person.home.buttons:
                return person.home
            raise
