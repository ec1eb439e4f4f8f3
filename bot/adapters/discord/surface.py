"""Discord's messages as a surface: by interaction token while it is young, then by the bot's own."""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import structlog

from bot.adapters.discord import DISCORD
from bot.adapters.discord.bot_client import DiscordBotClient, parse_snowflake
from bot.adapters.discord.errors import DiscordMessageRejected, InteractionTokenExpired
from bot.adapters.discord.interaction_client import InteractionClient
from bot.adapters.discord.message_renderer import USUAL_UPLOAD_BYTES, MessageRenderer, UploadLimits
from bot.adapters.discord.rendering import RenderedMessage
from bot.adapters.discord.reply_token import DiscordReplyToken, snowflake_time
from bot.adapters.shared.message_updates import MessageUpdateQueue, OnOutcome, tell_nobody
from bot.adapters.shared.newest_entries import NewestEntries
from bot.adapters.shared.rate_limit_queue import RateLimitQueue
from bot.domain.chat import MessageRef, Place, Post
from bot.domain.people import Identity
from bot.domain.pictures import PictureId
from bot.errors import MessageGone, MessageOutOfReach, SurfaceFailed
from bot.ports.clock import Clock
from bot.ports.copy_signer import CopySigner
from bot.ports.objects import ObjectStore
from bot.ports.rate_limiter import Rate, RateLimiter
from bot.services.provenance import NO_COPY_SIGNER

log = structlog.get_logger(__name__)

_UPDATE_EVERY = timedelta(seconds=1.5)
_PROGRESSES_IN_A_CHANNEL = Rate(1, timedelta(seconds=2.5))
"""By the bot's own token: then a channel takes 5 edits in 5 s, and the rest is for what is final."""

_PROGRESS_TIMEOUT = timedelta(seconds=10)
_TIMEOUT = timedelta(seconds=40)
_FINAL_WAIT = timedelta(milliseconds=300)
"""How long something final waits for a progress that is on its way, before that is cut off."""

_REMEMBERED = 1000
_SMALLEST_BYTES = 256 * 1024
"""Files below that are not made smaller: their size is not what Discord has against them."""

T = TypeVar("T")


class DiscordSurface:
    """Implements `bot.ports.surfaces.Surface` for Discord.

    It needs no gateway: any process with the bot's token can change any
    message. `spoiler_guilds` want their pictures behind a click;
    `shows_links` is as in `MessageRenderer`. Progress is shown in the
    background, so that nothing final ever waits for it.
    """

    def __init__(
        self,
        bot_client: DiscordBotClient,
        objects: ObjectStore,
        clock: Clock,
        rate_limiter: RateLimiter,
        *,
        spoiler_guilds: Collection[str] = (),
        shows_links: bool = False,
        copy_signer: CopySigner = NO_COPY_SIGNER,
        on_progress: OnOutcome = tell_nobody,
    ) -> None:
        self.renderer = MessageRenderer(objects, shows_links=shows_links, signer=copy_signer)
        self._bot_client = bot_client
        self._clock = clock
        self._interactions = InteractionClient(proxy=bot_client.proxy)
        self._progress_queue = RateLimitQueue(rate_limiter)
        self._updates = MessageUpdateQueue(
            self._show_progress,
            update_every=_UPDATE_EVERY,
            wait=self._wait_for_progress,
            final_wait=_FINAL_WAIT,
            on_outcome=on_progress,
        )
        self._spoiler_guilds = frozenset(spoiler_guilds)
        self._fingerprints = NewestEntries[str, str](_REMEMBERED)

    async def close(self) -> None:
        """Stop updating messages and close the session. The `DiscordBotClient` is its owner's to close."""
        await self._updates.close()
        await self._interactions.close()

    @property
    def has_pending_updates(self) -> bool:
        """Whether a progress is on its way."""
        return self._updates.is_busy

    def limits(self, place: Place, upload_bytes: int = USUAL_UPLOAD_BYTES) -> UploadLimits:
        """Return what fits into a place."""
        return UploadLimits(upload_bytes, place.tenant in self._spoiler_guilds)

    async def post(self, place: Place, post: Post, *, key: str, reply_to: int | None = None) -> MessageRef:
        """Post at `place`, as a reply to the message `reply_to` if there is one; see `Surface.post`."""
        channel = place.thread or place.channel
        id_ = await self._send_fitting(
            post, self.limits(place), lambda rendered: self._post_rendered(channel, rendered, key, reply_to)
        )
        return MessageRef(place, str(id_))

    async def _post_rendered(self, channel: str, rendered: RenderedMessage, key: str, reply_to: int | None) -> int:
        return await self._bot_client.post(_parse_message_id(channel), rendered, nonce_of(key, channel), reply_to=reply_to)

    async def find(self, promised: MessageRef) -> MessageRef | None:
        """Look the message up by the call's own token, while that is young; see `Surface.find`."""
        reply_token = self._valid_reply_token(promised)
        id_ = None if reply_token is None else await self._interactions.find_response(reply_token, _TIMEOUT)
        return None if id_ is None else replace(promised, id=str(id_))

    def show_progress(self, message: MessageRef, post: Post) -> None:
        """Replace the whole message soon; see `Surface.show_progress`."""
        if self._is_worth_a_progress(message):
            self._updates.show_progress(message, post)

    def drop_progress(self, message: MessageRef) -> None:
        """Drop the progress that still waits; see `Surface.drop_progress`."""
        self._updates.drop_progress(message)

    async def update(self, message: MessageRef, post: Post) -> None:
        """Replace the whole message; see `Surface.update`."""
        await self._updates.show_final(message, lambda is_repeat: self._show_end(message, post, is_repeat=is_repeat))

    async def retract(self, message: MessageRef, post: Post, gone: Collection[PictureId]) -> None:  # noqa: ARG002 - the port's signature
        """Replace the message, whose files go with it; see `Surface.retract`."""
        try:
            await self.update(message, post)
        except DiscordMessageRejected as error:
            log.warning("message.not_retracted", reason=str(error))
            await self.delete(message)

    async def direct(self, person: Identity) -> Place:
        """Return the place where only this person reads; see `Surface.direct`."""
        return Place(DISCORD, "", str(await self._bot_client.direct(_parse_message_id(person.user))))

    async def delete(self, message: MessageRef) -> None:
        """Delete the message; see `Surface.delete`."""
        await self._updates.show_final(message, lambda _: self._delete_message(message))

    async def _delete_message(self, message: MessageRef) -> None:
        self._fingerprints.pop(message.id, None)
        try:
            id_, reply_token = _parse_message_id(message.id), self._valid_reply_token(message)
            if reply_token is not None:
                try:
                    return await self._interactions.delete(reply_token, id_, _TIMEOUT)
                except InteractionTokenExpired:
                    log.debug("token.dead")
            await self._bot_client.delete(_parse_message_id(message.place.thread or message.place.channel), id_)
        except MessageOutOfReach:
            raise
        except MessageGone:
            return None

    async def _show_progress(self, message: MessageRef, post: Post) -> None:
        await self._edit_if_changed(message, await self._render(message, post), is_progress=True)

    async def _show_end(self, message: MessageRef, post: Post, *, is_repeat: bool) -> None:
        """Show a final post. If Discord refuses its pictures, at least its words are shown."""
        if is_repeat:
            self._fingerprints.pop(message.id, None)
        try:
            await self._send_fitting(post, self._limits_of(message), lambda rendered: self._edit_if_changed(message, rendered))
        except DiscordMessageRejected as error:
            if not post.pictures:
                raise
            log.warning("message.not_changeable", reason=str(error))
            # Counts as gone: a new message may take the pictures that this one does not.
            await self._delete_message(message)
            raise MessageGone(DISCORD, "it does not take the pictures; a new message may") from error

    async def _send_fitting(self, post: Post, limits: UploadLimits, send: Callable[[RenderedMessage], Awaitable[T]]) -> T:
        """Send a message; as long as Discord finds its files too large, again with files half as large."""
        while True:
            rendered = await self.renderer.render(post, limits)
            try:
                return await send(rendered)
            except DiscordMessageRejected as error:
                largest = max((len(one.content) for one in rendered.uploads), default=0)
                if not error.is_too_large or largest < _SMALLEST_BYTES:
                    raise
                limits = replace(limits, upload_bytes=min(limits.upload_bytes, largest) // 2)

    async def _edit_if_changed(self, message: MessageRef, rendered: RenderedMessage, *, is_progress: bool = False) -> None:
        if self._fingerprints.get(message.id) == rendered.fingerprint:
            return
        await self._edit_message(message, rendered, is_progress=is_progress)
        self._fingerprints[message.id] = rendered.fingerprint

    async def _edit_message(self, message: MessageRef, rendered: RenderedMessage, *, is_progress: bool) -> None:
        reply_token = self._valid_reply_token(message)
        if reply_token is not None:
            try:
                time_limit = _PROGRESS_TIMEOUT if is_progress else _TIMEOUT
                await self._interactions.edit(
                    reply_token, _parse_message_id(message.id), rendered, time_limit, waits=not is_progress
                )
            except InteractionTokenExpired:
                log.info("token.dead", message=message.id)
            else:
                return
        place = message.place
        await self._bot_client.edit(_parse_message_id(place.thread or place.channel), _parse_message_id(message.id), rendered)

    async def _render(self, message: MessageRef, post: Post) -> RenderedMessage:
        return await self.renderer.render(post, self._limits_of(message))

    def _limits_of(self, message: MessageRef) -> UploadLimits:
        reply_token = self._valid_reply_token(message)
        return self.limits(message.place, reply_token.upload_bytes if reply_token else USUAL_UPLOAD_BYTES)

    def new_reply_token(self, application: int, interaction: int, token: str, upload_bytes: int) -> DiscordReplyToken:
        """Return the reply token of an interaction that arrives now."""
        return DiscordReplyToken(application, interaction, token, upload_bytes, self._clock.now())

    def _valid_reply_token(self, message: MessageRef) -> DiscordReplyToken | None:
        """Return the message's reply token while it works."""
        reply_token = DiscordReplyToken.parse(message.reply_token)
        return reply_token if reply_token is not None and reply_token.is_valid(self._clock.now()) else None

    async def _wait_for_progress(self, message: MessageRef) -> None:
        """Wait until a progress may be shown; by a call's own token that is at once."""
        if self._valid_reply_token(message) is None:
            await self._progress_queue.acquire(f"discord:progress:{message.place.channel}", _PROGRESSES_IN_A_CHANNEL)

    def _is_worth_a_progress(self, message: MessageRef) -> bool:
        """Whether progress may be shown: an old message can be edited so rarely that its end would have to wait."""
        reply_token = DiscordReplyToken.parse(message.reply_token)
        try:
            since = reply_token.arrived_at if reply_token else snowflake_time(_parse_message_id(message.id))
        except SurfaceFailed:
            return False
        return self._clock.now() - since < timedelta(minutes=50)


def nonce_of(key: str, channel: str) -> str:
    """Return the nonce by which Discord recognises a repeated post: 24 characters for a key, other ones in each channel."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"{key} {channel}".encode()).digest()[:18]).decode()


def _parse_message_id(snowflake: str) -> int:
    try:
        return parse_snowflake(snowflake)
    except SurfaceFailed as error:
        raise MessageGone(DISCORD, "not an id of Discord's") from error
