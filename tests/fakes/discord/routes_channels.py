"""Channels, their messages, and reactions, by the bot's token."""

from urllib.parse import unquote

from aiohttp import web

from tests.fakes.discord.channels import Channel, Kind
from tests.fakes.discord.errors import ApiError, Known
from tests.fakes.discord.messages import Message
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.reactions import Reactions
from tests.fakes.discord.rest import Asked, Rest
from tests.fakes.discord.wire import Intent, Json
from tests.fakes.discord.world import World


class ChannelRoutes:
    """Serves `/channels/…`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._reactions = Reactions(world)

    def add_to(self, app: web.Application, rest: Rest) -> None:
        """Register the routes."""
        messages = "/channels/{channel_id}/messages"
        one = f"{messages}/{{message_id}}"
        emoji = f"{one}/reactions/{{emoji}}"
        for method, path, route in (
            ("GET", "/channels/{channel_id}", self._get_channel),
            ("POST", "/channels/{channel_id}/typing", self._type),
            ("GET", messages, self._history),
            ("POST", messages, self._create),
            ("GET", one, self._get),
            ("PATCH", one, self._edit),
            ("DELETE", one, self._delete),
            ("GET", emoji, self._reacted),
            ("PUT", f"{emoji}/@me", self._react),
            ("DELETE", f"{emoji}/@me", self._unreact),
            ("DELETE", f"{emoji}/{{user_id}}", self._unreact),
        ):
            rest.add(app, method, path, route)

    def _channel(self, asked: Asked, needed: Permission = Permission.NONE) -> Channel:
        channel = self._world.channels.get(asked.number("channel_id"))
        if channel is None or channel.is_deleted:
            raise ApiError.of(Known.UNKNOWN_CHANNEL)
        guild, bot = channel.guild, self._world.bot
        is_there = guild.has_bot if guild is not None else bot in channel.recipients
        held = channel.permissions(bot)
        if not is_there or Permission.VIEW_CHANNEL not in held:
            raise ApiError.of(Known.MISSING_ACCESS)
        if needed not in held:
            raise ApiError.of(Known.MISSING_PERMISSIONS)
        return channel

    def _message(self, asked: Asked, needed: Permission = Permission.NONE) -> Message:
        return self._world.posts.public(self._channel(asked, needed), asked.number("message_id"))

    def _readable(self, message: Message) -> bool:
        if message.author is self._world.bot or message.channel.guild is None:
            return True
        return Intent.MESSAGE_CONTENT in self._world.application.privileged

    def _get_channel(self, asked: Asked) -> Json:
        return self._channel(asked).json()

    def _type(self, asked: Asked) -> None:
        self._channel(asked, Permission.SEND_MESSAGES)

    def _history(self, asked: Asked) -> list[Json]:
        messages = self._channel(asked, Permission.READ_MESSAGE_HISTORY).messages
        newest_first = messages[::-1][: int(asked.query("limit", "50"))]
        return [message.json(is_readable=self._readable(message)) for message in newest_first]

    def _get(self, asked: Asked) -> Json:
        message = self._message(asked, Permission.READ_MESSAGE_HISTORY)
        return message.json(is_readable=self._readable(message))

    def _create(self, asked: Asked) -> Json:
        channel = self._channel(asked)
        is_thread = channel.kind is Kind.THREAD
        needed = Permission.SEND_MESSAGES_IN_THREADS if is_thread else Permission.SEND_MESSAGES
        if asked.body.files:
            needed |= Permission.ATTACH_FILES
        self._channel(asked, needed)
        if channel.is_archived:
            raise ApiError.of(Known.THREAD_ARCHIVED)
        if channel.kind is Kind.DM and any(not one.accepts_dms for one in channel.recipients):
            raise ApiError.of(Known.NO_MESSAGES_TO_THIS_USER)
        if asked.payload.get("message_reference") and Permission.READ_MESSAGE_HISTORY not in channel.permissions(self._world.bot):
            raise ApiError.of(Known.NO_REPLY_WITHOUT_HISTORY)
        return self._world.posts.create(channel, self._world.bot, asked.body).json()

    def _edit(self, asked: Asked) -> Json:
        message = self._message(asked)
        if message.author is not self._world.bot:
            raise ApiError.of(Known.NOT_YOUR_MESSAGE)
        if message.channel.is_archived:
            raise ApiError.of(Known.THREAD_ARCHIVED)
        return self._world.posts.edit(message, asked.body).json()

    def _delete(self, asked: Asked) -> None:
        message = self._message(asked)
        if message.author is not self._world.bot:
            self._channel(asked, Permission.MANAGE_MESSAGES)
        self._world.posts.delete(message)

    def _reacted(self, asked: Asked) -> list[Json]:
        message = self._message(asked, Permission.READ_MESSAGE_HISTORY)
        return [user.json() for user in message.reactions.get(unquote(asked.word("emoji")), [])]

    def _react(self, asked: Asked) -> None:
        message = self._message(asked, Permission.READ_MESSAGE_HISTORY)
        emoji = unquote(asked.word("emoji"))
        if emoji not in message.reactions:
            self._channel(asked, Permission.ADD_REACTIONS)
        self._reactions.add(message, self._world.bot, emoji)

    def _unreact(self, asked: Asked) -> None:
        message = self._message(asked)
        user = self._world.bot
        if "user_id" in asked.places:
            user = self._world.users.get(asked.number("user_id"), user)
            self._channel(asked, Permission.MANAGE_MESSAGES)
        self._reactions.remove(message, user, unquote(asked.word("emoji")))
