"""The page's channel as a surface: messages in the store, and events for the processes that show them."""

from collections.abc import Collection
from datetime import timedelta

from bot.adapters.shared.message_updates import MessageUpdateQueue
from bot.adapters.web.previews import preview_id
from bot.adapters.web.rendering import AskedText, asked_text_in, preview_in, render_body, tone_in
from bot.domain.chat import MessageRef, Place, Post
from bot.domain.people import Identity, Platform
from bot.domain.pictures import PictureId
from bot.errors import MessageGone, StorageFailed, SurfaceFailed
from bot.ports.events import Events, MessagesChanged, PreviewChanged
from bot.ports.page_messages import PageMessage, PageMessages

WEB = Platform("web")

_UPDATE_EVERY = timedelta(seconds=0.5)


class WebSurface:
    """Implements `bot.ports.surfaces.Surface` for the web page, which `LiveChannel` shows, in this process or another."""

    def __init__(self, messages: PageMessages, events: Events) -> None:
        self.messages = messages
        self._events = events
        self._updates = MessageUpdateQueue(self._show_progress, update_every=_UPDATE_EVERY)

    async def post(self, place: Place, post: Post, *, key: str) -> MessageRef:
        """Post in the channel; see `Surface.post`."""
        return await self.post_as(place, post, key=key, author="", asked=None)

    async def post_as(self, place: Place, post: Post, *, key: str, author: str, asked: AskedText | None) -> MessageRef:
        """Post as the answer to what `author` (the user of an identity) asked; otherwise like `post`."""
        try:
            stored = await self.messages.add(channel=place.channel, author=author, body=render_body(post, asked=asked), key=key)
        except StorageFailed as error:
            raise SurfaceFailed(WEB, "the message could not be stored") from error
        await self._events.publish(MessagesChanged())
        message = MessageRef(place, stored.id)
        if post.preview is not None:
            await self._show_progress(message, post)
        return message

    async def find(self, promised: MessageRef) -> MessageRef | None:  # noqa: ARG002 - the port's signature
        """Return None; `post` finds a message by its key; see `Surface.find`."""
        return None

    def show_progress(self, message: MessageRef, post: Post) -> None:
        """Replace the whole message soon; see `Surface.show_progress`."""
        self._updates.show_progress(message, post)

    def drop_progress(self, message: MessageRef) -> None:
        """Drop the progress that still waits; see `Surface.drop_progress`."""
        self._updates.drop_progress(message)

    async def update(self, message: MessageRef, post: Post) -> None:
        """Replace the whole message, but for what was asked; see `Surface.update`."""
        await self._updates.show_final(message, lambda _: self._show_final(message, post))

    async def _show_progress(self, message: MessageRef, post: Post) -> None:
        """Show a progress, unless another process has shown something newer: a late one must not cover what is final."""
        try:
            stored = await self.messages.get(message.id)
            if stored is not None and tone_in(stored.body).is_unfinished:
                await self._replace(stored, post, version=stored.version)
        except StorageFailed as error:
            raise SurfaceFailed(WEB, "the message could not be stored") from error

    async def _show_final(self, message: MessageRef, post: Post) -> None:
        try:
            stored = await self.messages.get(message.id)
            if stored is None or not await self._replace(stored, post):
                raise MessageGone(WEB, "the message was deleted")
        except StorageFailed as error:
            raise SurfaceFailed(WEB, "the message could not be stored") from error

    async def retract(self, message: MessageRef, post: Post, gone: Collection[PictureId]) -> None:  # noqa: ARG002 - the port's signature
        """Replace the message: its pictures are links of ours, which are dead; see `Surface.retract`."""
        await self.update(message, post)

    async def direct(self, person: Identity) -> Place:
        """Return the page's one channel, where everybody reads; see `Surface.direct`."""
        raise MessageGone(person.platform, "the page has no place for one person alone")

    async def delete(self, message: MessageRef) -> None:
        """Delete the message; see `Surface.delete`."""
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
        await self._events.publish(PreviewChanged(message.id))
        await self._events.publish(MessagesChanged())

    async def _replace(self, stored: PageMessage, post: Post, *, version: int | None = None) -> bool:
        """Store the message's new body; False when there is no such message, or no such version of it."""
        body = render_body(post, asked=asked_text_in(stored.body), preview=await self._publish_preview(stored, post))
        if body == stored.body:
            return True
        is_there = await self.messages.replace(stored.id, body, version=version) is not None
        await self._events.publish(MessagesChanged())
        return is_there

    async def _publish_preview(self, stored: PageMessage, post: Post) -> str:
        """Return the id of the preview to show: a newer one, else the last one while the picture is unfinished."""
        last = preview_in(stored.body)
        if post.preview is not None:
            await self._events.publish(PreviewChanged(stored.id, post.preview))
            return preview_id(post.preview)
        if post.tone.is_unfinished or not last:
            return last
        await self._events.publish(PreviewChanged(stored.id))
        return ""
