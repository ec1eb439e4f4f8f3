"""Posts messages under a key, so that another post under it, by whichever process, finds the message that stands there."""

import hashlib
from dataclasses import dataclass

from bot.adapters.slack.errors import FirstMessageGone
from bot.adapters.slack.rendering import Json
from bot.adapters.slack.reply_token import SlackReplyToken
from bot.adapters.slack.web_api import SlackWebApi
from bot.domain.chat import MessageRef, Place
from bot.ports.clock import Clock, Ids

_AS_PLAIN_TEXT = {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """A message, and whether it was posted now: one that was posted before stays as it was."""

    message: MessageRef
    is_new: bool


class MessagePoster:
    """Sends `client_msg_id`, by which Slack recognises a repeat: it answers with the message that has it.

    Slack's documentation names the argument only in two errors of
    `chat.postMessage`. Where Slack ignores it, a repeat is a second message.
    """

    def __init__(self, web: SlackWebApi, clock: Clock, ids: Ids) -> None:
        self._web = web
        self._clock = clock
        self._ids = ids

    async def post(self, place: Place, body: Json, *, name: str) -> PostedMessage:
        """Post once for a key, and again if that message was deleted; raises as `SlackWebApi.call` does."""
        mark = self._ids.new()  # not a time: two processes may have the same
        thread = {"thread_ts": place.thread} if place.thread else {}
        arguments = {"channel": place.channel, **_mark_blocks(body, mark), **thread, **_AS_PLAIN_TEXT}
        try:
            answer = await self._web.call("chat.postMessage", place.tenant, {**arguments, "client_msg_id": _id_of(name)})
        except FirstMessageGone:
            answer = await self._web.call("chat.postMessage", place.tenant, arguments)
        enterprise = self._web.enterprise_of(place.tenant)
        reply_token = str(SlackReplyToken(self._clock.now(), enterprise)) if enterprise else ""
        return PostedMessage(MessageRef(place, str(answer["ts"]), reply_token), _is_marked(answer, mark))


def _id_of(name: str) -> str:
    """Return a key in the form of a UUID, as Slack's own clients send it."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return "-".join((digest[:8], digest[8:12], f"5{digest[13:16]}", f"8{digest[17:20]}", digest[20:32]))


def _mark_blocks(body: Json, mark: str) -> Json:
    """Return the body with a mark in its first block, which Slack returns."""
    first, *others = body["blocks"]
    return {**body, "blocks": [{**first, "block_id": mark}, *others]}


def _is_marked(answer: Json, mark: str) -> bool:
    """Whether an answer shows the message that was sent with that mark; one without blocks counts as if it did."""
    message = answer.get("message")
    blocks = message.get("blocks") if isinstance(message, dict) else None
    return not blocks or any(block.get("block_id") == mark for block in blocks)
