"""Reactions below messages."""

from typing import TYPE_CHECKING

from tests.fakes.discord.errors import ApiError, Known
from tests.fakes.discord.messages import Message, emoji_json
from tests.fakes.discord.users import User
from tests.fakes.discord.wire import Intent, Json

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

_MOST = 20


class Reactions:
    """Adds and removes them, for people and for the bot, and tells the gateway."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def add(self, message: Message, user: User, emoji: str) -> None:
        """Add a reaction; twice changes nothing.

        Raises:
            ApiError: It is no emoji, or there are 20 kinds of them already.
        """
        if not _is_emoji(emoji):
            raise ApiError.of(Known.UNKNOWN_EMOJI)
        if emoji not in message.reactions and len(message.reactions) >= _MOST:
            raise ApiError.of(Known.TOO_MANY_REACTIONS)
        users = message.reactions.setdefault(emoji, [])
        if user in users:
            return
        users.append(user)
        more: Json = {"message_author_id": str(message.author.id), "burst": False, "burst_colors": []}
        guild = message.channel.guild
        if guild is not None:
            more["member"] = guild.member(user).json(guild)
        self._tell("MESSAGE_REACTION_ADD", message, user, {**more, "emoji": emoji_json(emoji)})

    def remove(self, message: Message, user: User, emoji: str) -> None:
        """Take a reaction away; one that is not there is no error."""
        users = message.reactions.get(emoji, [])
        if user not in users:
            return
        users.remove(user)
        if not users:
            del message.reactions[emoji]
        self._tell("MESSAGE_REACTION_REMOVE", message, user, {"emoji": emoji_json(emoji), "burst": False})

    def _tell(self, event: str, message: Message, user: User, more: Json) -> None:
        channel = message.channel
        payload: Json = {
            "user_id": str(user.id),
            "channel_id": str(channel.id),
            "message_id": str(message.id),
            "type": 0,
            **more,
        }
        if channel.guild is not None:
            channel.guild.tell(event, {**payload, "guild_id": str(channel.guild.id)}, Intent.GUILD_MESSAGE_REACTIONS)
        elif channel.is_bot_dm:
            self._world.tell(event, payload, intent=Intent.DIRECT_MESSAGE_REACTIONS)
        self._world.changes.notify()


def _is_emoji(emoji: str) -> bool:
    name, separator, custom = emoji.partition(":")
    if separator:
        return bool(name) and custom.isdigit()
    return bool(emoji) and not emoji.isascii()
