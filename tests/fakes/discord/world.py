"""Everything that exists on the fake platform, and who is told when it changes."""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nacl.signing import SigningKey

from tests.fakes.changes import FakeChanges
from tests.fakes.discord.channels import Channel, Kind
from tests.fakes.discord.clock import DiscordClock, Snowflakes
from tests.fakes.discord.commands import Commands
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.posts import Posts
from tests.fakes.discord.seen import Seen
from tests.fakes.discord.users import User
from tests.fakes.discord.wire import Intent, Json

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.discord.files import File
    from tests.fakes.discord.guilds import Guild
    from tests.fakes.discord.interactions import Interaction


@dataclass(slots=True)
class Application:
    """The app in the developer portal. `privileged` are the intents ticked there, `interactions_url` its HTTP endpoint."""

    id: int
    name: str
    token: str
    key: SigningKey = field(default_factory=SigningKey.generate)
    privileged: Intent = Intent.NONE
    interactions_url: str | None = None
    is_guild_installable: bool = True
    is_user_installable: bool = True
    is_public: bool = False

    @property
    def public_key(self) -> str:
        """The key that its endpoint checks signatures with, as hex."""
        return bytes(self.key.verify_key).hex()


@dataclass(frozen=True, slots=True)
class Event:
    """A gateway event on its way; `guild` says which shard hears it (none: the first), `intent` who wants it."""

    name: str
    payload: Json
    guild: int | None
    intent: Intent


class World:
    """The state of the platform. It knows nothing of sockets."""

    def __init__(self, limits: Limits, token: str) -> None:
        self.limits = limits
        self.clock = DiscordClock()
        self.ids = Snowflakes(self.clock)
        self.changes = FakeChanges()
        self.seen = Seen()
        self.base_url = ""
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.interactions: dict[str, Interaction] = {}
        """By token."""
        self.files: dict[str, File] = {}
        """By the path of their link."""
        self.application = Application(self.ids.new(), "easel", token)
        self.bot = self.keep(User(self.application.id, "easel", is_bot=True))
        self.owner = self.keep(User(self.ids.new(), "owner"))
        self.commands = Commands(self)
        self.posts = Posts(self)
        self.listeners: list[Callable[[Event], None]] = []

    def keep(self, user: User) -> User:
        """Remember an account."""
        self.users[user.id] = user
        return user

    def tell(self, event: str, payload: Json, *, guild: int | None = None, intent: Intent = Intent.NONE) -> None:
        """Send a gateway event to whoever listens, and wake whoever waits."""
        for listener in self.listeners:
            listener(Event(event, payload, guild, intent))
        self.changes.notify()

    def dm(self, *recipients: User) -> Channel:
        """Return the direct conversation of two people, or the group of more; it is opened when there is none."""
        for channel in self.channels.values():
            if channel.guild is None and set(channel.recipients) == set(recipients):
                return channel
        kind = Kind.DM if len(recipients) == 2 else Kind.GROUP
        channel = Channel(self, self.ids.new(), kind, "+".join(one.name for one in recipients), recipients=recipients)
        self.channels[channel.id] = channel
        return channel

    def new_token(self) -> str:
        """Make an interaction's token."""
        return secrets.token_urlsafe(48)
