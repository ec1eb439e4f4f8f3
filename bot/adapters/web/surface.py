"""The page's channel as a surface: messages in the store, previews in memory, news to whoever listens."""

from datetime import timedelta

from bot.adapters.web.feed import Feed
from bot.adapters.web.previews import Previews
from bot.adapters.web.rendering import AskedText, asked_in, preview_in, render_body
from bot.domain.chat import MessageRef, Place, Post
from bot.domain.people import Identity, Platform
from bot.errors import MessageGone, StorageFailed, SurfaceFailed
from bot.ports.messages import Messages, StoredMessage
from bot.services.message_updates import MessageUpdateQueue

WEB = Platform("web")

_UPDATE_EVERY = timedelta(seconds=0.5)


class WebSurface:
    """Implements `bot.ports.surfaces.Surface` for the web page.

    `close` ends every open event stream; call it before the server stops,
    because a server waits for its connections to end.
    """

    def __init__(self, messages: Messages) -> None:
        self.messages = messages
        self.feed = Feed(messages)
        self.previews = Previews()
        self._updates = MessageUpdateQueue(self._show, update_every=_UPDATE_EVERY)

    async def post(self, place: Place, post: Post, *, key: str) -> MessageRef:
        """Say `post` in the channel; see `Surface.post`."""
        return await self.say(place, post, key=key, author="", asked=None)

    async def say(self, place: Place, post: Post, *, key: str, author: str, asked: AskedText | None) -> MessageRef:
        """Say `post` as the answer to what `author` (the user of an identity) asked; otherwise like `post`."""
        try:
            stored = await self.messages.add(channel=place.channel, author=author, body=render_body(post, asked=asked), key=key)
        except StorageFailed as error:
            raise SurfaceFailed(WEB, "the message could not be stored") from error
        self.feed.notify()
        message = MessageRef(place, stored.id)
        if post.preview is not None:
            await self._show(message, post)
        return message

    async def find(self, promised: MessageRef) -> MessageRef | None:  # noqa: ARG002 - the port's signature
        """Leave it to `post`, which finds a message by its key; see `Surface.find`."""
        return None

    def show_progress(self, message: MessageRef, post: Post) -> None:
        """Replace the whole message soon; see `Surface.show_progress`."""
        self._updates.show_progress(message, post)

    async def update(self, message: MessageRef, post: Post) -> None:
        """Replace the whole message, but for what was asked; see `Surface.update`."""
        await self._updates.show_final(message, lambda _: self._show(message, post))

    async def _show(self, message: MessageRef, post: Post) -> None:
        try:
            if not await self._replace(message.id, post):
                raise MessageGone(WEB, "the message was deleted")
        except StorageFailed as error:
            raise SurfaceFailed(WEB, "the message could not be stored") from error

    async def direct(self, person: Identity) -> Place:
        """The page has one channel, where everybody reads; see `Surface.direct`."""
        raise MessageGone(person.platform, "the page has no place for one person alone")

    async def delete(self, message: MessageRef) -> None:
        """Take the message away; see `Surface.delete`."""
        await self._updates.show_final(message, lambda _: self._delete(message))

    @property
    def has_pending_updates(self) -> bool:
        """Whether a progress is on its way."""
        return self._updates.is_busy

    async def _delete(self, message: MessageRef) -> None:
        try:
            await self.messages.delete(message.id)
        except StorageFailed as error:
            raise SurfaceFailed(WEB, "the message could not be deleted") from error
        self.previews.drop(message.id)
        self.feed.notify()

    def close(self) -> None:
        """End every open event stream, and take no new ones."""
        self.feed.close()

    async def _replace(self, message: str, post: Post) -> bool:
        """Store the message's new body; False when there is no such message."""
        stored = await self.messages.get(message)
        if stored is None:
            self.previews.drop(message)
            return False
        body = render_body(post, asked=asked_in(stored.body), preview=self._preview(stored, post))
        if body == stored.body:
            return True
        is_there = await self.messages.replace(message, body) is not None
        self.feed.notify()
        return is_there

    def _preview(self, stored: StoredMessage, post: Post) -> str:
        """Return the id of the preview to show: a newer one, else the last one while the picture is unfinished."""
        if post.preview is not None:
            return self.previews.keep(stored.id, post.preview)
        if post.tone.is_unfinished:
            return preview_in(stored.body)
        self.previews.drop(stored.id)
        return ""
