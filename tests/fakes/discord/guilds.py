"""Servers: their roles, their members, and whether the bot is among them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.discord.channels import Channel, Kind, Overwrite
from tests.fakes.discord.clock import time_of
from tests.fakes.discord.limits import MIB
from tests.fakes.discord.permissions import EVERYTHING, USUAL, Permission
from tests.fakes.discord.users import User
from tests.fakes.discord.wire import Intent, Json

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

_BOOSTED_BYTES = {2: 50 * MIB, 3: 100 * MIB}


@dataclass(eq=False, slots=True)
class Role:
    """A named set of permissions in one guild. The role whose id is the guild's is @everyone."""

    id: int
    name: str
    permissions: Permission
    position: int

    def json(self) -> Json:
        """Return the role as the API does."""
        return {
            "id": str(self.id),
            "name": self.name,
            "description": None,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "icon": None,
            "unicode_emoji": None,
            "position": self.position,
            "permissions": str(int(self.permissions)),
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }


@dataclass(eq=False, slots=True)
class Member:
    """Somebody in a guild."""

    user: User
    roles: list[Role] = field(default_factory=list)
    nick: str | None = None

    def json(self, guild: "Guild") -> Json:
        """Return the member as the API does, with the account inside."""
        return {
            "user": self.user.json(),
            "nick": self.nick,
            "avatar": None,
            "banner": None,
            "roles": [str(role.id) for role in self.roles],
            "joined_at": time_of(guild.id).isoformat(),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "communication_disabled_until": None,
            "avatar_decoration_data": None,
        }


class Guild:
    """A server. Its methods are what its owner may do; the bot hears of them over the gateway."""

    def __init__(self, world: "World", guild_id: int, name: str, *, owner: User) -> None:
        self.world = world
        self.id = guild_id
        self.name = name
        self.owner = owner
        self.has_bot = False
        self.is_available = True
        self.locale = "en-US"
        self.premium_tier = 0
        self.everyone = Role(guild_id, "@everyone", USUAL, 0)
        self.roles = {guild_id: self.everyone}
        self.members: dict[int, Member] = {owner.id: Member(owner)}
        self.channels: dict[int, Channel] = {}

    @property
    def upload_bytes(self) -> int:
        """How large a file may be here, by the boosts of the server."""
        return _BOOSTED_BYTES.get(self.premium_tier, self.world.limits.upload_bytes)

    def add_channel(self, name: str = "general", *, is_nsfw: bool = False, kind: Kind = Kind.TEXT) -> Channel:
        """Make a text channel, or a forum, whose posts are threads."""
        channel = Channel(self.world, self.world.ids.new(), kind, name, guild=self, is_nsfw=is_nsfw)
        self._keep(channel)
        self.tell("CHANNEL_CREATE", channel.json())
        return channel

    def add_thread(self, parent: Channel, name: str) -> Channel:
        """Open a public thread below a channel."""
        thread = Channel(self.world, self.world.ids.new(), Kind.THREAD, name, guild=self, parent=parent)
        self._keep(thread)
        self.tell("THREAD_CREATE", {**thread.json(), "newly_created": True})
        return thread

    def add_role(self, name: str, permissions: Permission = Permission.NONE) -> Role:
        """Make a role."""
        role = Role(self.world.ids.new(), name, permissions, len(self.roles))
        self.roles[role.id] = role
        self.tell("GUILD_ROLE_CREATE", {"guild_id": str(self.id), "role": role.json()})
        return role

    def member(self, user: User) -> Member:
        """Return somebody's membership; whoever is not a member yet joins."""
        if user.id not in self.members:
            self.members[user.id] = Member(user)
            payload = {**self.members[user.id].json(self), "guild_id": str(self.id)}
            self.tell("GUILD_MEMBER_ADD", payload, Intent.GUILD_MEMBERS)
        return self.members[user.id]

    def grant(self, user: User, permissions: Permission) -> Role:
        """Return somebody a new role with these permissions."""
        role = self.add_role(f"role of {user.name}", permissions)
        member = self.member(user)
        member.roles.append(role)
        is_bot = user is self.world.bot
        self.tell(
            "GUILD_MEMBER_UPDATE",
            {**member.json(self), "guild_id": str(self.id)},
            Intent.GUILDS if is_bot else Intent.GUILD_MEMBERS,
        )
        return role

    def invite_bot(self, permissions: Permission = Permission.NONE) -> None:
        """Add the bot, with a role of its own when permissions beyond everybody's were ticked."""
        self.has_bot = True
        member = self.members[self.world.bot.id] = Member(self.world.bot)
        if permissions:
            member.roles.append(self.add_role(self.world.bot.name, permissions))
        self.tell("GUILD_CREATE", self.json())

    def remove_bot(self) -> None:
        """Kick the bot."""
        self.tell("GUILD_DELETE", {"id": str(self.id)})
        self.has_bot = False
        self.members.pop(self.world.bot.id, None)

    def become_unavailable(self) -> None:
        """Let the platform lose this guild for a while."""
        self.is_available = False
        self.tell("GUILD_DELETE", {"id": str(self.id), "unavailable": True})

    def become_available(self) -> None:
        """Let the guild come back."""
        self.is_available = True
        self.tell("GUILD_CREATE", self.known_json())

    def permissions(self, user: User, channel: Channel | None = None) -> Permission:
        """Work out what somebody may do here, by roles and then the channel's overwrites."""
        if user is self.owner:
            return EVERYTHING
        member = self.members.get(user.id)
        roles = member.roles if member else []
        held = self.everyone.permissions
        for role in roles:
            held |= role.permissions
        if Permission.ADMINISTRATOR in held:
            return EVERYTHING
        return self._overwritten(held, channel, user, roles) if channel else held

    def _overwritten(self, held: Permission, channel: Channel, user: User, roles: list[Role]) -> Permission:
        overwrites = (channel.parent or channel).overwrites
        everyone = overwrites.get(self.id, Overwrite(0))
        of_roles = [overwrites[role.id] for role in roles if role.id in overwrites]
        denied, allowed = Permission.NONE, Permission.NONE
        for overwrite in of_roles:
            denied, allowed = denied | overwrite.deny, allowed | overwrite.allow
        own = overwrites.get(user.id, Overwrite(1))
        for deny, allow in ((everyone.deny, everyone.allow), (denied, allowed), (own.deny, own.allow)):
            held = (held & ~deny) | allow
        return held if Permission.VIEW_CHANNEL in held else Permission.NONE

    def tell(self, event: str, payload: Json, intent: Intent = Intent.GUILDS) -> None:
        """Send a gateway event about this guild; without the bot in it, nobody hears."""
        if self.has_bot:
            self.world.tell(event, payload, guild=self.id, intent=intent)

    def _keep(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        self.world.channels[channel.id] = channel

    def partial_json(self) -> Json:
        """Return what an interaction says of the guild."""
        return {"id": str(self.id), "locale": self.locale, "features": []}

    def known_json(self) -> Json:
        """Return the guild as GUILD_CREATE does for one that the bot knew already: clients tell it from an invitation by this."""
        return {**self.json(), "unavailable": False}

    def json(self) -> Json:
        """Return the guild as GUILD_CREATE does for a new one."""
        living = [channel for channel in self.channels.values() if not channel.is_deleted]
        return {
            **_PLAIN,
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner.id),
            "preferred_locale": self.locale,
            "premium_tier": self.premium_tier,
            "joined_at": time_of(self.id).isoformat(),
            "member_count": len(self.members),
            "roles": [role.json() for role in self.roles.values()],
            "members": [self.members[user].json(self) for user in (self.world.bot.id,) if user in self.members],
            "channels": [channel.json() for channel in living if channel.kind is not Kind.THREAD],
            "threads": [channel.json() for channel in living if channel.kind is Kind.THREAD],
        }


_PLAIN: Json = {
    "icon": None,
    "splash": None,
    "discovery_splash": None,
    "banner": None,
    "description": None,
    "region": "us-east",
    "afk_channel_id": None,
    "afk_timeout": 300,
    "verification_level": 0,
    "default_message_notifications": 1,
    "explicit_content_filter": 0,
    "mfa_level": 0,
    "nsfw_level": 0,
    "application_id": None,
    "system_channel_id": None,
    "system_channel_flags": 0,
    "rules_channel_id": None,
    "public_updates_channel_id": None,
    "safety_alerts_channel_id": None,
    "vanity_url_code": None,
    "max_members": 500000,
    "max_presences": None,
    "max_video_channel_users": 25,
    "premium_subscription_count": 0,
    "premium_progress_bar_enabled": False,
    "large": False,
    "incidents_data": None,
    "features": [],
    "emojis": [],
    "stickers": [],
    "stage_instances": [],
    "guild_scheduled_events": [],
    "soundboard_sounds": [],
    "voice_states": [],
    "presences": [],
}
"""A guild without anything special about it. Never handed out itself."""
