"""Slack's messages as a surface: by the bot's own token, and by a call's response URL where the bot is no member."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import structlog

from bot.adapters.slack import SLACK
from bot.adapters.slack.blocks import Json, payload
from bot.adapters.slack.replies import Replies
from bot.adapters.slack.said import Said
from bot.adapters.slack.showing import PreviewLink, Showing, Way, has_pictures
from bot.adapters.slack.ticket import Ticket, is_said_by_url
from bot.adapters.slack.trouble import NotTaken, NotThere, may_arrive
from bot.adapters.slack.uploads import Patience, Uploads
from bot.adapters.slack.web import Team, Web
from bot.domain.chat import MessageRef, Place, Post, Tone
from bot.domain.people import Identity
from bot.errors import MessageGone, SurfaceFailed
from bot.ports.clock import Clock
from bot.ports.objects import ObjectStore
from bot.services.message_updates import MessageUpdateQueue

log = structlog.get_logger(__name__)

_UNFINISHED = {Tone.WAITING, Tone.WORKING}
_LITERALLY = {"parse": "none", "link_names": False}
_INVITE = "Pictures can only be shown in this channel once the bot is invited to it; /easel gallery has them"
_LATER = "The picture is not shown here yet; /easel gallery has it"
_QUIETLY = {"unfurl_links": False, "unfurl_media": False}


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long the surface waits for Slack. `settling` are the seconds before each try to show a file of ours."""

    files: Patience = field(default_factory=Patience)
    settling: tuple[float, ...] = (0.0, 1.5)
    repeat_after: float = 5.0


class SlackSurface:
    """Implements `bot.ports.surfaces.Surface` for all installations.

    A progress is shown in the background, so that nothing final ever waits
    for it. `preview_link` is given where the deployment has a public https
    address; elsewhere progress is text. `shows_links` is as in `Showing`.
    """

    update_every = timedelta(seconds=3)

    def __init__(
        self,
        web: Web,
        objects: ObjectStore,
        clock: Clock,
        *,
        preview_link: PreviewLink | None = None,
        shows_links: bool = False,
        pauses: Pauses | None = None,
    ) -> None:
        self.replies = Replies(web, clock)
        self._web = web
        self._clock = clock
        self._pauses = pauses or Pauses()
        self._uploads = Uploads(web, self._pauses.files)
        self._showing = Showing(self._uploads, objects, preview_link, shows_links=shows_links)
        self._said = Said()
        repeat_after = timedelta(seconds=self._pauses.repeat_after)
        self._updates = MessageUpdateQueue(
            web.wait_for_progress, self._show_progress, may_arrive=may_arrive, repeat_after=repeat_after
        )

    async def close(self) -> None:
        """Show nothing any more. The `Web` is its owner's to close."""
        await self._updates.close()

    @property
    def is_speaking(self) -> bool:
        """Whether a progress is on its way."""
        return self._updates.is_busy

    async def post(self, place: Place, post: Post, *, key: str) -> MessageRef:
        """Say `post` at `place`; see `Surface.post`."""
        name = f"{key} {place}"
        message = await self._said.once(name, lambda: self._spoken(place, post))
        return await self._said.once(f"{name} whole", lambda: self._completed(message, post))

    async def answer(self, place: Place, post: Post, *, key: str, ticket: Ticket) -> MessageRef:
        """Say `post` as the answer to a call; where the bot is no member, through the call's own address.

        Raises as `post` does. The message carries the ticket on.
        """
        self._web.introduce(Team(place.tenant, ticket.enterprise))
        try:
            return replace(await self.post(place, post, key=key), reply_token=str(ticket))
        except NotThere:
            if not self.replies.may_answer(ticket):
                raise
        return await self._said.once(f"{key} {place} by url", lambda: self._answered(place, post, ticket))

    async def payload(self, team: str, post: Post) -> Json:
        """Give `text` and `blocks` of a post with its pictures, for whatever else can carry them: a whisper, say.

        Slack may refuse them there (`NotTaken.is_about_a_picture`): then a
        direct message can show them. Raises as `Showing.shown` does.
        """
        way = self._showing.ways(team, post)[0]
        return payload(post, await self._showing.shown(way, team, None, post))

    async def find(self, promised: MessageRef) -> MessageRef | None:  # noqa: ARG002 - the port's signature
        """Leave it to `post`: nothing is told by a call's address, and history only to who may read all; see `Surface.find`."""
        return None

    async def update(self, message: MessageRef, post: Post) -> None:
        """Replace the whole message; see `Surface.update`. A progress may be dropped for a newer one."""
        self._learn(message)
        if post.tone in _UNFINISHED:
            if not is_said_by_url(message.id):
                self._updates.show_progress(message, post)
            return
        await self._updates.show_final(message, lambda is_repeat: self._show_end(message, post, is_repeat=is_repeat))

    async def direct(self, person: Identity) -> Place:
        """Give the place where only this person reads; see `Surface.direct`."""
        team = self._web.host_of(person)
        answer = await self._web.call("conversations.open", team, {"users": person.user})
        return Place(SLACK, team, str(answer["channel"]["id"]))

    async def delete(self, message: MessageRef) -> None:
        """Take the message away; see `Surface.delete`. What was said through a call's address stays."""
        if is_said_by_url(message.id):
            raise NotTaken("said through a call's address")
        self._learn(message)
        await self._updates.show_final(message, lambda _: self._deleted(message))

    async def _spoken(self, place: Place, post: Post) -> MessageRef:
        """Say a post, or its words where files have to be shared below a message that is there."""
        way = self._showing.ways(place.tenant, post)[0]
        if way is not Way.SHARED:
            try:
                shown = await self._showing.shown(way, place.tenant, None, post)
                message = await self._sent(place, payload(post, shown))
            except NotTaken as error:
                if not error.is_about_a_picture or not has_pictures(post):
                    raise
            else:
                self._said.shows(message, post)
                return message
        return await self._sent(place, payload(replace(post, buttons=())))

    async def _sent(self, place: Place, body: Json) -> MessageRef:
        thread = {"thread_ts": place.thread} if place.thread else {}
        arguments = {"channel": place.channel, **body, **thread, **_LITERALLY, **_QUIETLY}
        answer = await self._web.call("chat.postMessage", place.tenant, arguments)
        enterprise = self._web.enterprise_of(place.tenant)
        ticket = str(Ticket(self._clock.now(), enterprise)) if enterprise else ""
        return MessageRef(place, str(answer["ts"]), ticket)

    async def _completed(self, message: MessageRef, post: Post) -> MessageRef:
        """Add the files that a message could not bring along. One that cannot get them does not stay.

        Raises:
            MessageGone: They cannot be shared there.
        """
        try:
            if self._said.looks_like(message, post):
                await self._showing.hand_out(message, post)
            else:
                await self._show_end(message, post, is_repeat=False)
        except MessageGone as error:
            await self._deleted(message)
            raise MessageGone(SLACK, "files cannot be shared there") from error
        return message

    async def _answered(self, place: Place, post: Post, ticket: Ticket) -> MessageRef:
        await self.replies.say(ticket, await self._for_url(place.tenant, post), thread=place.thread)
        return MessageRef(place, ticket.message, str(ticket))

    async def _for_url(self, team: str, post: Post) -> Json:
        """Give what a response URL can carry: no file can be shared where the bot is no member.

        Raises:
            MessageGone: This post needs one.
        """
        if has_pictures(post) and self._showing.ways(team, post)[0] is Way.SHARED:
            raise MessageGone(SLACK, "pictures cannot be shared there")
        return await self.payload(team, post)

    async def _show_progress(self, message: MessageRef, post: Post) -> None:
        if self._said.looks_like(message, post):
            return
        shown = await self._showing.shown(Way.LINK, message.place.tenant, message, post)
        try:
            await self._web.show_progress(message.place.tenant, _change(message, payload(post, shown)))
        except NotTaken as error:
            if error.is_about_a_picture and shown:
                self._showing.preview_refused(message.place.tenant)
            raise
        self._said.shows(message, post)

    async def _show_end(self, message: MessageRef, post: Post, *, is_repeat: bool) -> None:
        if self._said.looks_like(message, post) and not is_repeat:
            return
        try:
            await self._shown_there(message, post)
        except MessageGone:
            self._said.forget(message)
            raise
        self._said.shows(message, post)

    async def _shown_there(self, message: MessageRef, post: Post) -> None:
        if is_said_by_url(message.id):
            return await self._shown_by_url(message, post)
        try:
            await self._changed(message, post)
        except NotThere:
            if not self.replies.may_answer(Ticket.read(message.reply_token)):
                raise
            return await self._shown_by_url(message, post)
        if not has_pictures(post) and self._uploads.has_shared(message):
            await self._uploads.withdraw(message)
        await self._showing.hand_out(message, post)
        return None

    async def _changed(self, message: MessageRef, post: Post) -> None:
        """Change the message, in the first way that Slack takes; at the worst to its words.

        Raises:
            NotThere: The words may be there, and the pictures cannot be.
            SurfaceFailed: The words are there, and the pictures may be later.
        """
        team = message.place.tenant
        ways = self._showing.ways(team, post)
        for way in ways:
            try:
                await self._settled(way, message, post)
            except NotTaken as error:
                if not error.is_about_a_picture or not has_pictures(post):
                    raise
                log.info("slack.picture_refused", team=team, way=way)
                if way is ways[-1]:
                    await self._in_words(message, post, _LATER)
                    raise SurfaceFailed(SLACK, "the picture is not taken yet") from error
            except NotThere:
                await self._in_words(message, post, _INVITE)
                raise
            else:
                return self._showing.worked(team, way)
        return None

    async def _in_words(self, message: MessageRef, post: Post, hint: str) -> None:
        """Show everything but the pictures, and why, if words can be changed there."""
        words = replace(post, pictures=(), attachments=(), footer=(*post.footer, hint))
        if not has_pictures(post) or self._said.looks_like(message, words):
            return
        try:
            await self._web.call("chat.update", message.place.tenant, _change(message, payload(words)))
            self._said.shows(message, words)
        except SurfaceFailed as error:
            log.info("slack.not_even_words", reason=str(error))

    async def _settled(self, way: Way, message: MessageRef, post: Post) -> None:
        """Change the message; a file that was only just stored may be refused for a moment longer."""
        pauses = self._pauses.settling if way is not Way.LINK else (0.0,)
        for number, pause in enumerate(pauses, start=1):
            await asyncio.sleep(pause)
            shown = await self._showing.shown(way, message.place.tenant, message, post)
            try:
                await self._web.call("chat.update", message.place.tenant, _change(message, payload(post, shown)))
            except NotTaken as error:
                if not error.is_about_a_picture or number == len(pauses):
                    raise
            else:
                return

    async def _shown_by_url(self, message: MessageRef, post: Post) -> None:
        ticket = Ticket.read(message.reply_token)
        if ticket is None:
            raise MessageGone(SLACK, "said through an address that is not known any more")
        body = await self._for_url(message.place.tenant, post)
        try:
            await self.replies.say(ticket, body, thread=message.place.thread)
        except NotTaken as error:
            raise MessageGone(SLACK, "the call's address does not take it") from error

    async def _deleted(self, message: MessageRef) -> None:
        self._said.forget(message)
        try:
            arguments = {"channel": message.place.channel, "ts": message.id}
            await self._web.call("chat.delete", message.place.tenant, arguments)
            await self._uploads.withdraw(message)
        except MessageGone:
            log.debug("message.gone", message=message.id)

    def _learn(self, message: MessageRef) -> None:
        ticket = Ticket.read(message.reply_token)
        if ticket is not None:
            self._web.introduce(Team(message.place.tenant, ticket.enterprise))


def _change(message: MessageRef, body: Json) -> dict[str, Any]:
    return {"channel": message.place.channel, "ts": message.id, **body, **_LITERALLY}
