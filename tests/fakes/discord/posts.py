"""Making, changing and deleting messages by the platform's rules."""

import re
import time
from collections import deque
from typing import TYPE_CHECKING

from tests.fakes.discord.drafts import Drafting
from tests.fakes.discord.errors import ApiError, BodyErrors, Known, TooManyRequests
from tests.fakes.discord.messages import Message, Version
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.users import User
from tests.fakes.discord.wire import Intent, Json, MessageFlag

if TYPE_CHECKING:
    from tests.fakes.discord.bodies import Body
    from tests.fakes.discord.channels import Channel
    from tests.fakes.discord.interactions import Interaction
    from tests.fakes.discord.world import World

_MENTION = re.compile(r"@(?P<everyone>everyone|here)|<@!?(?P<user>\d+)>|<@&(?P<role>\d+)>")
_LONGEST_NONCE = 25


class Posts:
    """The message store: every change of a message goes through here, and is told to the gateway."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._messages: dict[int, Message] = {}
        self._by_nonce: dict[tuple[int, object], Message] = {}
        self._old_edits: dict[int, deque[float]] = {}

    def get(self, channel: "Channel", message_id: int) -> Message | None:
        """Return a message that still stands in `channel`, the whispered ones too."""
        message = self._messages.get(message_id)
        return message if message and message.channel is channel and not message.is_deleted else None

    def public(self, channel: "Channel", message_id: int) -> Message:
        """Return a message as the bot's token sees it.

        Raises:
            ApiError: It is deleted, whispered, or was never there (10008).
        """
        message = self.get(channel, message_id)
        if message is None or message.is_ephemeral:
            raise ApiError.of(Known.UNKNOWN_MESSAGE)
        return message

    def create(
        self,
        channel: "Channel",
        author: User,
        body: "Body",
        *,
        form: BodyErrors | None = None,
        whispered_to: User | None = None,
        upload_bytes: int | None = None,
        interaction: "Interaction | None" = None,
    ) -> Message:
        """Post a message; the same nonce of the same author within minutes gives the message that has it.

        Raises:
            ApiError: The platform does not take it.
        """
        form = form or BodyErrors()
        nonce = body.payload.get("nonce")
        if isinstance(nonce, str):
            form.at("nonce").longest(nonce, _LONGEST_NONCE)
        if body.payload.get("enforce_nonce") and (twin := self._twin(author, nonce)) is not None:
            return twin
        drafting = Drafting(self._world, channel, form, upload_bytes, is_ephemeral=whispered_to is not None)
        first = drafting.first(body)
        reference = self._reference(channel, body.payload.get("message_reference"))
        message = self._add(channel, author, first)
        message.nonce = nonce
        self._by_nonce[author.id, nonce] = message
        message.interaction = interaction
        message.whispered_to = whispered_to
        message.reference = reference
        message.pings = self._pings(message, body.payload.get("allowed_mentions"))
        if reference is not None and (body.payload.get("allowed_mentions") or {}).get("replied_user", True):
            message.pings = tuple(dict.fromkeys((*message.pings, str(reference.author.id))))
        self._tell("MESSAGE_CREATE", message)
        return message

    def placeholder(self, interaction: "Interaction", whispered_to: User | None) -> Message:
        """Post what stands there while the bot is thinking."""
        flags = MessageFlag.LOADING | (MessageFlag.EPHEMERAL if whispered_to else MessageFlag(0))
        first = Version(self._world.clock.now(), "", (), (), (), flags)
        message = self._add(interaction.origin.channel, self._world.bot, first)
        message.interaction = interaction
        message.whispered_to = whispered_to
        self._tell("MESSAGE_CREATE", message)
        return message

    def edit(self, message: Message, body: "Body", *, form: BodyErrors | None = None, upload_bytes: int | None = None) -> Message:
        """Change a message.

        Raises:
            ApiError: The platform does not take it; a message older than an hour may only be edited now and then (30046).
        """
        self._count_old_edit(message)
        drafting = Drafting(self._world, message.channel, form or BodyErrors(), upload_bytes, is_ephemeral=message.is_ephemeral)
        message.history.append(drafting.next(message.now, body))
        message.pings = self._pings(message, body.payload.get("allowed_mentions"))
        self._tell("MESSAGE_UPDATE", message)
        return message

    def delete(self, message: Message) -> None:
        """Take a message away."""
        message.is_deleted = True
        payload: Json = {"id": str(message.id), "channel_id": str(message.channel.id)}
        if message.channel.guild is not None:
            payload["guild_id"] = str(message.channel.guild.id)
        self._send("MESSAGE_DELETE", message, payload)

    def _add(self, channel: "Channel", author: User, first: Version) -> Message:
        message = Message(channel, self._world.ids.new(), author, first)
        self._messages[message.id] = message
        channel.everything.append(message)
        return message

    def _twin(self, author: User, nonce: object) -> Message | None:
        message = self._by_nonce.get((author.id, nonce))
        if nonce is None or message is None or message.is_deleted:
            return None
        age = self._world.clock.now() - message.history[0].at
        return message if age <= self._world.limits.nonce_memory else None

    def _count_old_edit(self, message: Message) -> None:
        limits = self._world.limits
        if self._world.clock.now() - message.history[0].at < limits.old_after:
            return
        edits = self._old_edits.setdefault(message.id, deque())
        now = time.monotonic()
        while edits and edits[0] + limits.old_edits.seconds <= now:
            edits.popleft()
        if len(edits) >= limits.old_edits.limit:
            raise TooManyRequests(
                edits[0] + limits.old_edits.seconds - now,
                code=30046,
                message="Maximum number of edits to messages older than 1 hour reached. Try again later.",
            )
        edits.append(now)

    def _reference(self, channel: "Channel", reference: Json | None) -> Message | None:
        if not reference:
            return None
        message = self.get(channel, int(reference["message_id"]))
        if message is None and reference.get("fail_if_not_exists", True):
            form = BodyErrors("message_reference")
            form.wrong("REPLIES_UNKNOWN_MESSAGE", "Unknown message")
            form.check()
        return message

    def _pings(self, message: Message, allowed: Json | None) -> tuple[str, ...]:
        """Return whom the message calls, by what it says and what it is allowed to."""
        parse = {"everyone", "users", "roles"} if allowed is None else set(allowed.get("parse") or [])
        users, roles = ({str(one) for one in (allowed or {}).get(key) or []} for key in ("users", "roles"))
        may_call_all = Permission.MENTION_EVERYONE in message.channel.permissions(message.author)
        found = []
        for match in _MENTION.finditer(message.text):
            everyone, user, role = match["everyone"], match["user"], match["role"]
            if everyone and "everyone" in parse and may_call_all:
                found.append("everyone")
            elif user and ("users" in parse or user in users):
                found.append(user)
            elif role and ("roles" in parse or role in roles):
                found.append(role)
        return tuple(dict.fromkeys(found))

    def _tell(self, event: str, message: Message) -> None:
        is_direct = message.channel.guild is None
        intents = self._world.application.privileged
        is_ours = message.author is self._world.bot or str(self._world.bot.id) in message.pings
        is_readable = is_direct or is_ours or Intent.MESSAGE_CONTENT in intents
        payload = message.json(is_readable=is_readable)
        if message.channel.guild is not None:
            guild = message.channel.guild
            payload["guild_id"] = str(guild.id)
            if message.author.id in guild.members:
                member = guild.members[message.author.id].json(guild)
                payload["member"] = {key: value for key, value in member.items() if key != "user"}
        self._send(event, message, payload)

    def _send(self, event: str, message: Message, payload: Json) -> None:
        channel = message.channel
        if message.is_ephemeral:
            self._world.changes.notify()
        elif channel.guild is not None:
            channel.guild.tell(event, payload, Intent.GUILD_MESSAGES)
            self._world.changes.notify()
        elif channel.is_bot_dm:
            self._world.tell(event, payload, intent=Intent.DIRECT_MESSAGES)
        else:
            self._world.changes.notify()
