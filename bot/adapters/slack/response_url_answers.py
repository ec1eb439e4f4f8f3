"""Posts by a call's response URL, where the bot is no member of the channel."""

from bot.adapters.slack import SLACK
from bot.adapters.slack.errors import SlackMessageRejected
from bot.adapters.slack.picture_sources import PictureMethod, PictureSources, has_pictures
from bot.adapters.slack.rendering import Json, render_message
from bot.adapters.slack.reply_token import SlackReplyToken
from bot.adapters.slack.response_urls import ResponseUrlClient
from bot.domain.chat import MessageRef, Place, Post
from bot.errors import MessageGone


class ResponseUrlAnswers:
    """Posts by response URLs. Each post is a new message, which nothing can change later."""

    def __init__(self, client: ResponseUrlClient, pictures: PictureSources) -> None:
        self._client = client
        self._pictures = pictures

    async def post(self, place: Place, post: Post, reply_token: SlackReplyToken) -> MessageRef:
        """Post as the first answer to a call; raises as `ResponseUrlClient.say` does."""
        await self._client.say(reply_token, await self._render_without_sharing(place.tenant, post), thread=place.thread)
        return MessageRef(place, reply_token.message, str(reply_token))

    async def show(self, message: MessageRef, post: Post) -> None:
        """Post what a message is to show now, as a new message.

        Raises:
            MessageGone: The call's address is not known, used up, or does not take it.
            SurfaceFailed: Slack does not take it now.
        """
        reply_token = SlackReplyToken.parse(message.reply_token)
        if reply_token is None:
            raise MessageGone(SLACK, "said through an address that is not known any more")
        body = await self._render_without_sharing(message.place.tenant, post)
        try:
            await self._client.say(reply_token, body, thread=message.place.thread)
        except SlackMessageRejected as error:
            raise MessageGone(SLACK, "the call's address does not take it") from error

    async def render(self, team: str, post: Post) -> Json:
        """Return `text` and `blocks` of a post with its pictures; raises as `PictureSources.prepare` does."""
        method = self._pictures.methods_for(team, post)[0]
        return render_message(post, await self._pictures.prepare(method, team, None, post), team=team)

    async def _render_without_sharing(self, team: str, post: Post) -> Json:
        """Return what a response URL can carry: no file can be shared where the bot is no member.

        Raises:
            MessageGone: This post needs one.
        """
        if has_pictures(post) and self._pictures.methods_for(team, post)[0] is PictureMethod.SHARED:
            raise MessageGone(SLACK, "pictures cannot be shared there")
        return await self.render(team, post)
