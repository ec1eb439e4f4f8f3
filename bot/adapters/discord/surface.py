"""Discord's messages as a surface: by interaction token while it is young, then by the bot's own."""

import asyncio
import base64
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import structlog

from bot.adapters.discord import DISCORD
from bot.adapters.discord.pace import Pace
from bot.adapters.discord.rest import Rest, number
from bot.adapters.discord.sheets import Sheet
from bot.adapters.discord.ticket import Ticket, made_at
from bot.adapters.discord.tokens import Tokens
from bot.adapters.discord.trouble import NotTaken, TokenDead
from bot.adapters.discord.uploads import USUAL_BYTES, Room, Sheets
from bot.domain.chat import MessageRef, Place, Post, Tone
from bot.domain.people import Identity
from bot.errors import MessageGone, SurfaceFailed
from bot.ports.clock import Clock
from bot.ports.objects import ObjectStore
from bot.services.message_updates import MessageUpdateQueue

log = structlog.get_logger(__name__)

_UNFINISHED = {Tone.WAITING, Tone.WORKING}
_PROGRESS_BUDGET = timedelta(seconds=10)
_BUDGET = timedelta(seconds=40)
_LAST_WORD = timedelta(milliseconds=300)
"""How long something final waits for a progress that is on its way, before that is cut off."""

_REMEMBERED = 1000
_SMALLEST_BYTES = 256 * 1024
"""Files below that are not made smaller: their size is not what Discord has against them."""

T = TypeVar("T")


class DiscordSurface:
    """Implements `bot.ports.surfaces.Surface` for Discord.

    It needs no gateway: any process with the bot's token can change any
    message. `spoiler_guilds` want their pictures behind a click;
    `shows_links` is as in `Sheets`. A progress is shown in the background,
    so that nothing final ever waits for it.
    """

    update_every = timedelta(seconds=1.5)

    def __init__(
        self, rest: Rest, objects: ObjectStore, clock: Clock, *, spoiler_guilds: Collection[str] = (), shows_links: bool = False
    ) -> None:
        self.sheets = Sheets(objects, shows_links=shows_links)
        self._rest = rest
        self._clock = clock
        self._tokens = Tokens(proxy=rest.proxy)
        self._pace = Pace()
        self._updates = MessageUpdateQueue(self._wait_for_progress, self._show_progress, final_wait=_LAST_WORD)
        self._spoiler_guilds = frozenset(spoiler_guilds)
        self._shown: OrderedDict[str, str] = OrderedDict()

    async def close(self) -> None:
        """Show nothing any more, and hang up. The `Rest` is its owner's to close."""
        await self._updates.close()
        await self._tokens.close()

    @property
    def is_speaking(self) -> bool:
        """Whether a progress is on its way."""
        return self._updates.is_busy

    def room(self, place: Place, upload_bytes: int = USUAL_BYTES) -> Room:
        """Say what fits into a place."""
        return Room(upload_bytes, place.tenant in self._spoiler_guilds)

    async def post(self, place: Place, post: Post, *, key: str, reply_to: int | None = None) -> MessageRef:
        """Say `post` at `place`, as a reply to the message `reply_to` if there is one; see `Surface.post`."""
        channel = place.thread or place.channel
        id_ = await self._send_fitting(post, self.room(place), lambda sheet: self._posted(channel, sheet, key, reply_to))
        return MessageRef(place, str(id_))

    async def _posted(self, channel: str, sheet: Sheet, key: str, reply_to: int | None) -> int:
        return await self._rest.post(_id(channel), sheet, nonce_of(key, channel), reply_to=reply_to)

    async def find(self, promised: MessageRef) -> MessageRef | None:
        """Ask by the call's own token, while it is young; see `Surface.find`."""
        ticket = self._ticket(promised)
        id_ = None if ticket is None else await self._tokens.find_response(ticket, _BUDGET)
        return None if id_ is None else replace(promised, id=str(id_))

    async def update(self, message: MessageRef, post: Post) -> None:
        """Replace the whole message; see `Surface.update`. A progress may be dropped for a newer one."""
        if post.tone in _UNFINISHED:
            if self._is_worth_a_progress(message):
                self._updates.show_progress(message, post)
            return
        await self._updates.show_final(message, lambda is_repeat: self._show_end(message, post, is_repeat=is_repeat))

    async def direct(self, person: Identity) -> Place:
        """Give the place where only this person reads; see `Surface.direct`."""
        return Place(DISCORD, "", str(await self._rest.direct(_id(person.user))))

    async def delete(self, message: MessageRef) -> None:
        """Take the message away; see `Surface.delete`."""
        await self._updates.show_final(message, lambda _: self._deleted(message))

    async def _deleted(self, message: MessageRef) -> None:
        self._shown.pop(message.id, None)
        try:
            id_, ticket = _id(message.id), self._ticket(message)
            if ticket is not None:
                try:
                    return await self._tokens.delete(ticket, id_, _BUDGET)
                except TokenDead:
                    log.debug("token.dead")
            await self._rest.delete(_id(message.place.thread or message.place.channel), id_)
        except MessageGone:
            return None

    async def _show_progress(self, message: MessageRef, post: Post) -> None:
        await self._replaced(message, await self._sheet(message, post), is_progress=True)

    async def _show_end(self, message: MessageRef, post: Post, *, is_repeat: bool) -> None:
        """Show what is final. Whatever Discord has against the picture, something is shown."""
        if is_repeat:
            self._shown.pop(message.id, None)
        try:
            await self._send_fitting(post, self._room_of(message), lambda sheet: self._replaced(message, sheet))
        except NotTaken as error:
            if not post.pictures:
                raise
            log.warning("message.not_changeable", reason=str(error))
            await self._deleted(message)
            raise MessageGone(DISCORD, "it does not take the pictures; a new message may") from error

    async def _send_fitting(self, post: Post, room: Room, send: Callable[[Sheet], Awaitable[T]]) -> T:
        """Send a message; as long as Discord finds its files too large, again with files half as large."""
        while True:
            sheet = await self.sheets.of(post, room)
            try:
                return await send(sheet)
            except NotTaken as error:
                largest = max((len(one.content) for one in sheet.uploads), default=0)
                if not error.is_too_large or largest < _SMALLEST_BYTES:
                    raise
                room = replace(room, upload_bytes=min(room.upload_bytes, largest) // 2)

    async def _replaced(self, message: MessageRef, sheet: Sheet, *, is_progress: bool = False) -> None:
        if self._shown.get(message.id) == sheet.fingerprint:
            return
        await self._edited(message, sheet, is_progress=is_progress)
        self._shown[message.id] = sheet.fingerprint
        while len(self._shown) > _REMEMBERED:
            self._shown.popitem(last=False)

    async def _edited(self, message: MessageRef, sheet: Sheet, *, is_progress: bool) -> None:
        ticket = self._ticket(message)
        if ticket is not None:
            try:
                budget = _PROGRESS_BUDGET if is_progress else _BUDGET
                await self._tokens.edit(ticket, _id(message.id), sheet, budget, waits=not is_progress)
            except TokenDead:
                log.info("token.dead", message=message.id)
            else:
                return
        place = message.place
        await self._rest.edit(_id(place.thread or place.channel), _id(message.id), sheet)

    async def _sheet(self, message: MessageRef, post: Post) -> Sheet:
        return await self.sheets.of(post, self._room_of(message))

    def _room_of(self, message: MessageRef) -> Room:
        ticket = self._ticket(message)
        return self.room(message.place, ticket.upload_bytes if ticket else USUAL_BYTES)

    def new_ticket(self, application: int, interaction: int, token: str, upload_bytes: int) -> Ticket:
        """Return the ticket of an interaction that arrives now."""
        return Ticket(application, interaction, token, upload_bytes, self._clock.now())

    def _ticket(self, message: MessageRef) -> Ticket | None:
        """Give the message's ticket while it is good for anything."""
        ticket = Ticket.read(message.reply_token)
        return ticket if ticket is not None and ticket.is_young(self._clock.now()) else None

    async def _wait_for_progress(self, message: MessageRef) -> None:
        """Wait for a progress's turn; by a call's own token it is always there."""
        if self._ticket(message) is None:
            await asyncio.sleep(self._pace.next(message.place.channel).total_seconds())

    def _is_worth_a_progress(self, message: MessageRef) -> bool:
        """Whether progress may be shown at all: an old message can be changed so rarely that its end would have to wait."""
        ticket = Ticket.read(message.reply_token)
        try:
            since = ticket.arrived_at if ticket else made_at(_id(message.id))
        except SurfaceFailed:
            return False
        return self._clock.now() - since < timedelta(minutes=50)


def nonce_of(key: str, channel: str) -> str:
    """Give what tells Discord that a post was sent before: 24 characters for a key, others in each channel."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"{key} {channel}".encode()).digest()[:18]).decode()


def _id(snowflake: str) -> int:
    try:
        return number(snowflake)
    except SurfaceFailed as error:
        raise MessageGone(DISCORD, "not an id of Discord's") from error
