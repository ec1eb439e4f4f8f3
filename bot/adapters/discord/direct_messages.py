"""Calls from messages that people write to the bot, in private or in answer to a picture, and the replies to them."""

import re

import discord
import structlog
from discord.abc import GuildChannel

from bot.adapters.discord import DISCORD
from bot.adapters.discord.errors import FormNotShown
from bot.adapters.discord.origins import person_of, place_of
from bot.adapters.discord.surface import DiscordSurface
from bot.domain.chat import Form, MessageRef, Post, Tone, promise
from bot.errors import EaselError

log = structlog.get_logger(__name__)

EMPTY_MESSAGE_REPLY = Post(
    "There are no words in that message, so nothing was drawn. Say what you would like to see, such as: a lighthouse in a storm.",
    Tone.REFUSED,
    "bad_input",
)


_MESSAGES_ARE_CLOSED = Post(
    "I have an answer for you alone, and you take no direct messages from me; please allow them for this server and ask again.",
    Tone.REFUSED,
    "bad_input",
)


def line_of_message(message: discord.Message, us: int) -> str:
    """Return the words of a message to the bot, whose id is `us`, without its mention; empty where there are none."""
    return re.sub(rf"<@!?{us}>", "", message.content, count=1).strip()


class DirectMessageCall:
    """Implements `bot.ports.surfaces.Call` for a direct message: nobody else reads there, so all answers are replies."""

    def __init__(self, message: discord.Message, surface: DiscordSurface) -> None:
        self.key = f"{DISCORD}:{message.id}"
        self.person = person_of(message.author, None, permissions_of(message))
        self.place = place_of(message.guild.id if message.guild else None, message.channel.id, message.channel)
        self.message: MessageRef | None = None
        self._message_id = message.id
        self._surface = surface
        self._whispers = 0

    def promise(self) -> MessageRef:
        """Promise an answer; see `Call.promise`."""
        return promise(self.place)

    async def answer(self, post: Post, *, key: str) -> MessageRef:
        """Reply; see `Call.answer`."""
        return await self._surface.post(self.place, post, key=key, reply_to=self._message_id)

    async def whisper(self, post: Post) -> MessageRef | None:
        """Reply; see `Call.whisper`. Each whisper has a key of its own, for Discord takes the same one once."""
        self._whispers += 1
        try:
            key = f"{self.key}:whisper:{self._whispers}"
            return await self._surface.post(self.place, post, key=key, reply_to=self._message_id)
        except EaselError as error:
            log.warning("discord.whisper_lost", call=self.key, kind=post.kind, reason=str(error))
            return None

    async def settle(self, post: Post) -> bool:  # noqa: ARG002 - every call is asked alike
        """Change nothing: nothing is pressed here; see `Call.settle`."""
        return False

    async def ask(self, form: Form) -> None:  # noqa: ARG002 - every call is asked alike
        """Show no form: there is none below a message; see `Call.ask`."""
        raise FormNotShown("a direct message")


class ReplyCall(DirectMessageCall):
    """Implements `bot.ports.surfaces.Call` for an answer to a picture in a server, where everybody reads replies.

    Whispers come as direct messages. Where the person takes none, the reply says only that.
    """

    async def whisper(self, post: Post) -> MessageRef | None:
        """Send `post` as a direct message; see `Call.whisper`."""
        self._whispers += 1
        try:
            place = await self._surface.direct(self.person.identity)
            return await self._surface.post(place, post, key=f"{self.key}:alone:{self._whispers}")
        except EaselError as error:
            log.info("discord.whisper_lost", call=self.key, kind=post.kind, reason=str(error))
            await super().whisper(_MESSAGES_ARE_CLOSED)
            return None


def answered_message(message: discord.Message, us: int) -> int | None:
    """Return the message that somebody answers for us: one that names us in a server, and any in private."""
    reference = message.reference
    is_for_us = message.guild is None or any(one.id == us for one in message.mentions)
    is_answer = message.type is discord.MessageType.reply and reference is not None
    return reference.message_id if is_for_us and is_answer and reference is not None else None


def permissions_of(message: discord.Message) -> discord.Permissions:
    """Return what a message's author may do in its channel; in private they moderate nothing."""
    channel, author = message.channel, message.author
    if isinstance(author, discord.Member) and isinstance(channel, (GuildChannel, discord.Thread)):
        return channel.permissions_for(author)
    return discord.Permissions.none()
