"""Slack's messages as a surface: by the bot's own token, and by a call's response URL where the bot is no member."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.adapters.shared.message_updates import MessageUpdateQueue, OnOutcome, tell_nobody
from bot.adapters.slack import SLACK
from bot.adapters.slack.errors import BotNotInChannel, SlackMessageRejected, may_arrive
from bot.adapters.slack.message_editor import MessageEditor, SurfaceTimings, edit_arguments
from bot.adapters.slack.message_poster import MessagePoster, PostedMessage
from bot.adapters.slack.picture_sources import PictureMethod, PictureSources, PreviewLink, has_pictures, picture_in_name
from bot.adapters.slack.post_deduplicator import PostDeduplicator
from bot.adapters.slack.rendering import Json, render_message
from bot.adapters.slack.reply_token import SlackReplyToken, is_said_by_url
from bot.adapters.slack.response_url_answers import ResponseUrlAnswers
from bot.adapters.slack.response_urls import ResponseUrlClient
from bot.adapters.slack.uploads import FileUploader
from bot.adapters.slack.web_api import SlackWebApi, Team
from bot.domain.chat import MessageRef, Place, Post
from bot.domain.people import Identity
from bot.domain.pictures import PictureId
from bot.errors import MessageGone, MessageOutOfReach
from bot.ports.clock import Clock, Ids
from bot.ports.copy_signer import CopySigner
from bot.ports.objects import ObjectStore
from bot.services.provenance import NO_COPY_SIGNER

log = structlog.get_logger(__name__)


class SlackSurface:
    """Implements `bot.ports.surfaces.Surface` for all installations.

    A progress is shown in the background, so that nothing final ever waits
    for it. `preview_link` is given where the deployment has a public https
    address; elsewhere progress is text. `shows_links` is as in `PictureSources`.
    """

    def __init__(
        self,
        web: SlackWebApi,
        objects: ObjectStore,
        clock: Clock,
        ids: Ids,
        *,
        preview_link: PreviewLink | None = None,
        shows_links: bool = False,
        copy_signer: CopySigner = NO_COPY_SIGNER,
        timings: SurfaceTimings | None = None,
        on_progress: OnOutcome = tell_nobody,
    ) -> None:
        self.response_urls = ResponseUrlClient(web, clock)
        self._web = web
        self._poster = MessagePoster(web, clock, ids)
        self._timings = timings or SurfaceTimings()
        self._uploads = FileUploader(web, self._timings.files)
        self._pictures = PictureSources(self._uploads, objects, preview_link, shows_links=shows_links, signer=copy_signer)
        self._answers = ResponseUrlAnswers(self.response_urls, self._pictures)
        self._deduplicator = PostDeduplicator()
        self._editor = MessageEditor(web, self._pictures, self._deduplicator, self._timings)
        repeat_after = timedelta(seconds=self._timings.repeat_after)
        self._updates = MessageUpdateQueue(
            self._show_progress,
            wait=web.wait_for_progress,
            may_arrive=may_arrive,
            repeat_after=repeat_after,
            on_outcome=on_progress,
        )

    async def close(self) -> None:
        """Stop updating messages. The `SlackWebApi` is its owner's to close."""
        await self._updates.close()

    @property
    def has_pending_updates(self) -> bool:
        """Whether a progress is on its way."""
        return self._updates.is_busy

    async def post(self, place: Place, post: Post, *, key: str) -> MessageRef:
        """Post at `place`; see `Surface.post`."""
        post = post.with_few_pictures()
        name = f"{key} {place}"
        message = await self._deduplicator.once(name, lambda: self._post_with_pictures(place, post, name))
        return await self._deduplicator.once(f"{name} whole", lambda: self._add_files(message, post))

    async def answer(self, place: Place, post: Post, *, key: str, reply_token: SlackReplyToken) -> MessageRef:
        """Post as the answer to a call; where the bot is no member, through the call's own address.

        Raises as `post` does. The message carries the reply token on.
        """
        self._web.remember_team(Team(place.tenant, reply_token.enterprise))
        try:
            return replace(await self.post(place, post, key=key), reply_token=str(reply_token))
        except BotNotInChannel:
            if not self.response_urls.may_answer(reply_token):
                raise
        return await self._deduplicator.once(f"{key} {place} by url", lambda: self._answers.post(place, post, reply_token))

    async def render(self, team: str, post: Post) -> Json:
        """Return `text` and `blocks` of a post with its pictures, for whatever else can carry them: a whisper, say.

        Slack may refuse them there (`SlackMessageRejected.is_about_a_picture`): then a
        direct message can show them. Raises as `PictureSources.prepare` does.
        """
        return await self._answers.render(team, post)

    async def find(self, promised: MessageRef) -> MessageRef | None:  # noqa: ARG002 - the port's signature
        """Return None; `post` finds the message by its key. Slack has no look-up by a call, and this bot reads no history."""
        return None

    def show_progress(self, message: MessageRef, post: Post) -> None:
        """Replace the whole message soon; see `Surface.show_progress`. Slack's limits say how often."""
        self._remember_team(message)
        if not is_said_by_url(message.id):
            self._updates.show_progress(message, post)

    def drop_progress(self, message: MessageRef) -> None:
        """Drop the progress that still waits; see `Surface.drop_progress`."""
        self._updates.drop_progress(message)

    async def update(self, message: MessageRef, post: Post) -> None:
        """Replace the whole message; see `Surface.update`."""
        post = post.with_few_pictures()
        self._remember_team(message)
        await self._updates.show_final(message, lambda is_repeat: self._show_end(message, post, is_repeat=is_repeat))

    async def retract(self, message: MessageRef, post: Post, gone: Collection[PictureId]) -> None:
        """Replace the message, and delete the files of what is gone; see `Surface.retract`."""
        if is_said_by_url(message.id):
            raise MessageOutOfReach(SLACK, "said through a call's address, which only that could change")
        self._remember_team(message)
        await self._updates.show_final(message, lambda _: self._retract(message, post, gone))

    async def _retract(self, message: MessageRef, post: Post, gone: Collection[PictureId]) -> None:
        self._deduplicator.forget(message)
        try:
            await self._editor.edit(message, post)
        except (SlackMessageRejected, MessageOutOfReach) as error:
            log.info("slack.not_retracted", reason=str(error))
            await self._delete_or_leave(message)
        await self._uploads.delete_pictures(message, gone)

    async def _delete_or_leave(self, message: MessageRef) -> None:
        try:
            await self._web.call("chat.delete", message.place.tenant, {"channel": message.place.channel, "ts": message.id})
        except SlackMessageRejected as error:
            raise MessageOutOfReach(SLACK, error.code) from error

    async def direct(self, person: Identity) -> Place:
        """Return the place where only this person reads; see `Surface.direct`."""
        team = self._web.host_of(person)
        answer = await self._web.call("conversations.open", team, {"users": person.user})
        return Place(SLACK, team, str(answer["channel"]["id"]))

    async def delete(self, message: MessageRef) -> None:
        """Delete the message; see `Surface.delete`. One that was posted through a call's address stays."""
        if is_said_by_url(message.id):
            raise SlackMessageRejected("said through a call's address")
        self._remember_team(message)
        await self._updates.show_final(message, lambda _: self._delete_message(message))

    async def find_picture(self, place: Place, message: str) -> PictureId | None:
        """Return the picture of ours that was shared as a message, as those in threads are; None where there is none.

        Raises:
            SurfaceFailed: Slack does not say now.
        """
        names = await self._uploads.find_shared(place, message)
        return next((picture for picture in map(picture_in_name, names) if picture is not None), None)

    async def _post_with_pictures(self, place: Place, post: Post, name: str) -> MessageRef:
        """Post a message, or its words first where its files have to be shared below a message that is there."""
        method = self._pictures.methods_for(place.tenant, post)[0]
        if method is not PictureMethod.SHARED:
            try:
                shown = await self._pictures.prepare(method, place.tenant, None, post)
                posted = await self._say(place, render_message(post, shown), name)
            except SlackMessageRejected as error:
                if not error.is_about_a_picture or not has_pictures(post):
                    raise
            else:
                if posted.is_new:
                    self._deduplicator.note_shown(posted.message, post)
                return posted.message
        return (await self._say(place, render_message(replace(post, buttons=())), name)).message

    async def _say(self, place: Place, body: Json, name: str) -> PostedMessage:
        posted = await self._poster.post(place, body, name=name)
        if not posted.is_new:
            log.info("slack.posted_before", message=posted.message.id)
            self._deduplicator.note_posted(f"{name} whole", posted.message)
        return posted

    async def _add_files(self, message: MessageRef, post: Post) -> MessageRef:
        """Add the files that a message could not bring along; delete the message where they cannot be shared.

        Raises:
            MessageGone: They cannot be shared there.
        """
        try:
            if self._deduplicator.is_showing(message, post):
                await self._pictures.share_files(message, post)
            else:
                await self._show_end(message, post, is_repeat=False)
        except MessageGone as error:
            await self._delete_message(message)
            raise MessageGone(SLACK, "files cannot be shared there") from error
        return message

    async def _show_progress(self, message: MessageRef, post: Post) -> None:
        if self._deduplicator.is_showing(message, post):
            return
        shown = await self._pictures.prepare(PictureMethod.LINK, message.place.tenant, message, post)
        try:
            await self._web.show_progress(message.place.tenant, edit_arguments(message, render_message(post, shown)))
        except SlackMessageRejected as error:
            if error.is_about_a_picture and shown:
                self._pictures.disable_previews(message.place.tenant)
            raise
        self._deduplicator.note_shown(message, post)

    async def _show_end(self, message: MessageRef, post: Post, *, is_repeat: bool) -> None:
        if self._deduplicator.is_showing(message, post) and not is_repeat:
            return
        try:
            await self._show_final(message, post)
        except MessageGone:
            self._deduplicator.forget(message)
            raise
        self._deduplicator.note_shown(message, post)

    async def _show_final(self, message: MessageRef, post: Post) -> None:
        if is_said_by_url(message.id):
            return await self._answers.show(message, post)
        try:
            await self._editor.edit(message, post)
        except BotNotInChannel:
            if not self.response_urls.may_answer(SlackReplyToken.parse(message.reply_token)):
                raise
            return await self._answers.show(message, post)
        if not has_pictures(post) and self._uploads.has_shared(message):
            await self._uploads.delete_shared(message)
        await self._pictures.share_files(message, post)
        return None

    async def _delete_message(self, message: MessageRef) -> None:
        self._deduplicator.forget(message)
        try:
            arguments = {"channel": message.place.channel, "ts": message.id}
            await self._uploads.remember_shared(message)
            await self._web.call("chat.delete", message.place.tenant, arguments)
        except MessageOutOfReach:
            raise
        except MessageGone:
            log.debug("message.gone", message=message.id)
        await self._uploads.delete_shared(message)

    def _remember_team(self, message: MessageRef) -> None:
        reply_token = SlackReplyToken.parse(message.reply_token)
        if reply_token is not None:
            self._web.remember_team(Team(message.place.tenant, reply_token.enterprise))
