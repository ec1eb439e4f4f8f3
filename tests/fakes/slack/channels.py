"""Channels, direct conversations, and what is said in them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.fakes.slack.messages import Message
from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.users import User
    from tests.fakes.slack.workspaces import Workspace


class Channel:
    """A place to talk. `is_im` is a direct conversation of one person with the bot."""

    def __init__(
        self, workspace: "Workspace", channel_id: str, name: str, *, is_private: bool = False, is_im: bool = False
    ) -> None:
        self.workspace = workspace
        self.id = channel_id
        self.name = name
        self.is_private = is_private or is_im
        self.is_im = is_im
        self.is_archived = False
        self.is_deleted = False
        self.everything: list[Message] = []
        """Also what was deleted and what only one person sees, oldest first."""
        self.shared_with: list[Workspace] = []
        """Other workspaces whose people are in it too (Slack Connect); the bot here is that of `workspace`."""
        self._members: set[str] = set()

    @property
    def messages(self) -> list[Message]:
        """What everybody in it can see, oldest first; replies in threads too."""
        return [one for one in self.everything if not one.is_deleted and not one.is_ephemeral]

    @property
    def has_bot(self) -> bool:
        """Whether our bot is in it."""
        return self.workspace.bot_user.id in self._members

    def has(self, user: "User") -> bool:
        """Whether somebody is in it."""
        return user.id in self._members

    def add(self, user: "User") -> None:
        """Bring somebody in."""
        self._members.add(user.id)

    def share_with(self, other: "Workspace") -> None:
        """Let the people of another workspace in, as Slack Connect does."""
        self.shared_with.append(other)

    def is_open_to(self, workspace: "Workspace") -> bool:
        """Whether people of a workspace can be in it."""
        return workspace is self.workspace or workspace in self.shared_with

    def invite_bot(self) -> None:
        """Bring our bot in, as `/invite @easel` does."""
        self.add(self.workspace.bot_user)

    def kick_bot(self) -> None:
        """Put our bot out."""
        self._members.discard(self.workspace.bot_user.id)

    def archive(self) -> None:
        """Close it: nobody can write any more."""
        self.is_archived = True

    def unarchive(self) -> None:
        """Open it again."""
        self.is_archived = False

    def delete(self) -> None:
        """Take it away with everything that was said."""
        self.is_deleted = True
        for message in self.everything:
            message.is_deleted = True
        self.workspace.world.changes.notify()

    def put(self, message: Message) -> Message:
        """Show a new message."""
        self.everything.append(message)
        self.workspace.world.changes.notify()
        return message

    def find(self, ts: str) -> Message | None:
        """Return a message that is there, by its timestamp; whispers cannot be found."""
        return next((one for one in self.messages if one.ts == ts), None)

    def root_of(self, ts: str) -> str | None:
        """Return the thread that a reply to `ts` goes into; None when there is none (any more).

        The platform then shows the reply outside of threads, without a word (slack-go/slack#1571). A deleted message
        that has replies stays as a tombstone, and so does its thread.
        """
        parent = next((one for one in self.everything if one.ts == ts and not one.is_ephemeral), None)
        if parent is None:
            return None
        root = parent.thread or parent.ts
        has_replies = any(one.thread == root for one in self.messages)
        return root if has_replies or not parent.is_deleted else None

    async def message_when(self, look: Callable[[Message], object], *, within: float = 5) -> Message:
        """Wait for a visible message as `look` likes it."""
        changes = self.workspace.world.changes
        what = f"a message like that in #{self.name}, only {[one.shown for one in self.messages]}"
        return await changes.until(lambda: next((one for one in self.messages if look(one)), None), within=within, what=what)

    def json(self) -> Json:
        """Return the channel as `conversations.info` does."""
        body: Json = {
            "id": self.id,
            "is_archived": self.is_archived,
            "is_im": self.is_im,
            "is_channel": not self.is_private,
            "is_group": self.is_private and not self.is_im,
            "is_private": self.is_private,
            "is_mpim": False,
            "is_member": self.has_bot,
            "context_team_id": self.workspace.id,
        }
        return body | ({"user": self.user_id} if self.is_im else {"name": self.name, "name_normalized": self.name})

    @property
    def user_id(self) -> str:
        """The person of a direct conversation."""
        return next(one for one in self._members if one != self.workspace.bot_user.id)
