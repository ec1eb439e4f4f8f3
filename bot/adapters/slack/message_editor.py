"""Changes Slack's messages that show pictures, in the first way that Slack takes; at the worst to their words."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bot.adapters.slack import SLACK
from bot.adapters.slack.errors import BotNotInChannel, SlackMessageRejected
from bot.adapters.slack.picture_sources import PictureMethod, PictureSources, has_pictures
from bot.adapters.slack.post_deduplicator import PostDeduplicator
from bot.adapters.slack.rendering import Json, render_message
from bot.adapters.slack.uploads import UploadTimings
from bot.adapters.slack.web_api import SlackWebApi
from bot.domain.chat import MessageRef, Post
from bot.errors import SurfaceFailed

log = structlog.get_logger(__name__)

_NO_MARKUP = {"parse": "none", "link_names": False}
_INVITE_HINT = "Pictures can only be shown in this channel once the bot is invited to it; /easel gallery has them"
_LATER_HINT = "The picture is not shown here yet; /easel gallery has it"


@dataclass(frozen=True, slots=True)
class SurfaceTimings:
    """How long the surface waits for Slack. `settling` are the seconds before each try to show a file of ours.

    `patience` is how many seconds pictures wait for the first one of their workspace, which finds out how it takes files.
    """

    files: UploadTimings = field(default_factory=UploadTimings)
    settling: tuple[float, ...] = (0.0, 1.5)
    repeat_after: float = 5.0
    patience: float = 10.0


def edit_arguments(message: MessageRef, body: Json) -> dict[str, Any]:
    """Return what `chat.update` is asked with."""
    return {"channel": message.place.channel, "ts": message.id, **body, **_NO_MARKUP}


class MessageEditor:
    """Gives a message its pictures, in the way that its workspace accepts."""

    def __init__(
        self, web: SlackWebApi, pictures: PictureSources, deduplicator: PostDeduplicator, timings: SurfaceTimings
    ) -> None:
        self._web = web
        self._pictures = pictures
        self._deduplicator = deduplicator
        self._timings = timings

    async def edit(self, message: MessageRef, post: Post) -> None:
        """Change the message, in the first way that Slack takes; at the worst to its words.

        Raises:
            BotNotInChannel: The words may be there, and the pictures cannot be.
            SurfaceFailed: The words are there, and the pictures may be later.
        """
        async with self._pictures.try_methods(message.place.tenant, post, self._timings.patience) as methods:
            await self._edit_in_one_way(methods, message, post)

    async def _edit_in_one_way(self, methods: Sequence[PictureMethod], message: MessageRef, post: Post) -> None:
        team = message.place.tenant
        for method in methods:
            try:
                await self._edit_with_retries(method, message, post)
            except SlackMessageRejected as error:
                if not error.is_about_a_picture or not has_pictures(post):
                    raise
                log.info("slack.picture_refused", team=team, method=method)
                if method is methods[-1]:
                    await self._show_words(message, post, _LATER_HINT)
                    raise SurfaceFailed(SLACK, "the picture is not taken yet") from error
            except BotNotInChannel:
                await self._show_words(message, post, _INVITE_HINT)
                raise
            else:
                if has_pictures(post):
                    self._pictures.note_accepted(team, method)
                return

    async def _show_words(self, message: MessageRef, post: Post, hint: str) -> None:
        """Show everything but the pictures, and why they are missing, if words can be changed there."""
        words = replace(post, pictures=(), attachments=(), footer=(*post.footer, hint))
        if not has_pictures(post) or self._deduplicator.is_showing(message, words):
            return
        try:
            await self._web.call("chat.update", message.place.tenant, edit_arguments(message, render_message(words)))
            self._deduplicator.note_shown(message, words)
        except SurfaceFailed as error:
            log.info("slack.not_even_words", reason=str(error))

    async def _edit_with_retries(self, method: PictureMethod, message: MessageRef, post: Post) -> None:
        """Change the message; a file that was only just stored may be refused for a moment longer."""
        timings = self._timings.settling if method is not PictureMethod.LINK else (0.0,)
        for number, pause in enumerate(timings, start=1):
            await asyncio.sleep(pause)
            shown = await self._pictures.prepare(method, message.place.tenant, message, post)
            try:
                await self._web.call("chat.update", message.place.tenant, edit_arguments(message, render_message(post, shown)))
            except SlackMessageRejected as error:
                if not error.is_about_a_picture or number == len(timings):
                    raise
            else:
                return
