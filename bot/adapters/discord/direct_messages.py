"""Calls from direct messages to the bot, and the replies to them."""

import re

import discord
import structlog

from bot.adapters.discord import DISCORD
from bot.adapters.discord.errors import FormNotShown
from bot.adapters.discord.origins import person_of
from bot.adapters.discord.surface import DiscordSurface
from bot.domain.chat import Form, MessageRef, Place, Post, Tone, promise
from bot.errors import EaselError

log = structlog.get_logger(__name__)

EMPTY_MESSAGE_REPLY = Post(
    "There are no words in that message, so nothing was drawn. Say what you would like to see, such as: a lighthouse in a storm.",
    Tone.REFUSED,
    "bad_input",
)


def line_of_message(message: discord.Message) -> str:
    """Return the words of a direct message, which need no mention of the bot; empty where there are none."""
    us = message.channel.me.id if isinstance(message.channel, discord.DMChannel) else 0
    return re.sub(rf"<@!?{us}>", "", message.content, count=1).strip()


class DirectMessageCall:
    """Implements `bot.ports.surfaces.Call` for a direct message: nobody else reads there, so all answers are replies."""

    def __init__(self, message: discord.Message, surface: DiscordSurface) -> None:
        self.key = f"{DISCORD}:{message.id}"
        self.person = person_of(message.author, None, discord.Permissions.none())
        self.place = Place(DISCORD, "", str(message.channel.id))
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

    async def ask(self, form: Form) -> None:  # noqa: ARG002 - every call is asked alike
        """Show no form: there is none below a message; see `Call.ask`."""
        raise FormNotShown("a direct message")
