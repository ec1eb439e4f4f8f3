"""Where people talk: text channels, threads, direct messages, groups."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from tests.fakes.discord.clock import time_of
from tests.fakes.discord.permissions import IN_DIRECT_MESSAGES, Permission
from tests.fakes.discord.users import User
from tests.fakes.discord.wire import Json

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.discord.guilds import Guild, Role
    from tests.fakes.discord.messages import Message
    from tests.fakes.discord.world import World


class Kind(IntEnum):
    """A channel's type."""

    TEXT = 0
    DM = 1
    GROUP = 3
    THREAD = 11
    FORUM = 15


@dataclass(slots=True)
class Overwrite:
    """An exception to the roles in one channel; `kind` is 0 for a role and 1 for a member."""

    kind: int
    allow: Permission = Permission.NONE
    deny: Permission = Permission.NONE


class Channel:
    """A channel. Its methods are what a moderator, or the people in it, may do."""

    def __init__(
        self,
        world: "World",
        channel_id: int,
        kind: Kind,
        name: str,
        *,
        guild: "Guild | None" = None,
        parent: "Channel | None" = None,
        recipients: tuple[User, ...] = (),
        is_nsfw: bool = False,
    ) -> None:
        self.world = world
        self.id = channel_id
        self.kind = kind
        self.name = name
        self.guild = guild
        self.parent = parent
        self.recipients = recipients
        self.is_nsfw: bool = is_nsfw or (parent is not None and parent.is_nsfw)
        self.is_archived = False
        self.is_deleted = False
        self.overwrites: dict[int, Overwrite] = {}
        self.everything: list[Message] = []
        """Every message that ever stood here, the private and deleted ones too, oldest first."""

    @property
    def messages(self) -> "list[Message]":
        """What everybody sees: public and not deleted, oldest first."""
        return [message for message in self.everything if not message.is_deleted and message.whispered_to is None]

    @property
    def is_bot_dm(self) -> bool:
        """Whether this is a direct conversation with the bot."""
        return self.kind is Kind.DM and self.world.bot in self.recipients

    async def message_when(self, look: "Callable[[Message], object]", *, within: float = 5) -> "Message":
        """Wait for a public message here that `look` likes; the newest one is looked at first."""

        def found() -> "Message | None":
            return next((message for message in reversed(self.messages) if look(message)), None)

        return await self.world.changes.until(found, within=within, what=f"a message in #{self.name} of that kind")

    def add_thread(self, name: str) -> "Channel":
        """Open a thread below this channel."""
        if self.guild is None:
            raise ValueError("only channels of a guild have threads")
        return self.guild.add_thread(self, name)

    def deny(self, whom: "User | Role", permissions: Permission) -> None:
        """Take permissions away from somebody, or from a role, in this channel alone."""
        overwrite = self._overwrite(whom)
        overwrite.deny |= permissions
        overwrite.allow &= ~permissions
        self.update()

    def allow(self, whom: "User | Role", permissions: Permission) -> None:
        """Give permissions to somebody, or to a role, in this channel alone."""
        overwrite = self._overwrite(whom)
        overwrite.allow |= permissions
        overwrite.deny &= ~permissions
        self.update()

    def _overwrite(self, whom: "User | Role") -> Overwrite:
        return self.overwrites.setdefault(whom.id, Overwrite(1 if isinstance(whom, User) else 0))

    def update(self) -> None:
        """Tell the bot how the channel is now."""
        if self.guild is not None:
            self.guild.tell("THREAD_UPDATE" if self.kind is Kind.THREAD else "CHANNEL_UPDATE", self.json())

    def delete(self) -> None:
        """Remove the channel with all that is in it."""
        self.is_deleted = True
        if self.guild is not None:
            self.guild.tell("THREAD_DELETE" if self.kind is Kind.THREAD else "CHANNEL_DELETE", self.json())
        self.world.changes.notify()

    def permissions(self, user: User) -> Permission:
        """What somebody may do here."""
        if self.guild is None:
            return IN_DIRECT_MESSAGES if user in self.recipients else Permission.NONE
        return self.guild.permissions(user, self)

    @property
    def upload_bytes(self) -> int:
        """How large a file of the bot may be here."""
        return self.guild.upload_bytes if self.guild is not None else self.world.limits.upload_bytes

    def partial_json(self, user: User) -> Json:
        """Return what an interaction of `user` says of the channel."""
        return {**self.json(), "permissions": str(int(self.permissions(user)))}

    def json(self) -> Json:
        """Return the channel as the API does."""
        last = self.everything[-1].id if self.everything else None
        body: Json = {
            "id": str(self.id),
            "type": int(self.kind),
            "name": self.name,
            "last_message_id": str(last) if last else None,
            "last_pin_timestamp": None,
            "flags": 0,
        }
        if self.guild is None:
            others = [user.json() for user in self.recipients if user is not self.world.bot]
            return {**body, "recipients": others, "owner_id": str(self.recipients[0].id), "icon": None}
        return {**body, **(self._thread_json(self.guild) if self.parent else self._text_json(self.guild))}

    def _text_json(self, guild: "Guild") -> Json:
        return {
            "guild_id": str(guild.id),
            "position": list(guild.channels).index(self.id),
            "nsfw": self.is_nsfw,
            "topic": None,
            "parent_id": None,
            "rate_limit_per_user": 0,
            "permission_overwrites": [
                {"id": str(whom), "type": one.kind, "allow": str(int(one.allow)), "deny": str(int(one.deny))}
                for whom, one in self.overwrites.items()
            ],
        }

    def _thread_json(self, guild: "Guild") -> Json:
        since = time_of(self.id).isoformat()
        return {
            "guild_id": str(guild.id),
            "parent_id": str(self.parent.id) if self.parent else None,
            "owner_id": str(guild.owner.id),
            "nsfw": self.is_nsfw,
            "rate_limit_per_user": 0,
            "message_count": len(self.messages),
            "member_count": 1,
            "total_message_sent": len(self.everything),
            "thread_metadata": {
                "archived": self.is_archived,
                "auto_archive_duration": 1440,
                "archive_timestamp": since,
                "locked": False,
                "create_timestamp": since,
            },
        }
