"""Answers through the response URL of a call: five in half an hour, also where the bot is no member."""

import json
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from bot.adapters.shared.newest_entries import NewestEntries
from bot.adapters.slack import SLACK
from bot.adapters.slack.errors import retry_after, to_surface_error, translate_errors
from bot.adapters.slack.reply_token import SlackReplyToken
from bot.adapters.slack.web_api import SlackWebApi
from bot.errors import MessageGone
from bot.ports.clock import Clock

_TIMEOUT = timedelta(seconds=15)
_REMEMBERED = 2000


class ResponseUrlClient:
    """Posts to response URLs, and counts their uses in this process."""

    def __init__(self, web: SlackWebApi, clock: Clock) -> None:
        self._web = web
        self._clock = clock
        self._used = NewestEntries[str, int](_REMEMBERED)

    def may_answer(self, reply_token: SlackReplyToken | None) -> bool:
        """Whether an answer has a chance to arrive."""
        return reply_token is not None and reply_token.may_answer(self._clock.now()) and self._count_left(reply_token) > 0

    async def say(
        self, reply_token: SlackReplyToken, payload: Mapping[str, Any], *, is_private: bool = False, thread: str = ""
    ) -> None:
        """Post what `rendering.render_message` made of a post, always as a new message.

        A button's address could replace the button's own message; a message that
        a command's address posted cannot be replaced.

        Raises:
            MessageGone: The address is used up, too old, or its channel is gone.
            SlackMessageRejected: Slack says that the message is wrong.
            SurfaceFailed: Slack does not take it now.
        """
        arguments: dict[str, Any] = {"response_type": "ephemeral" if is_private else "in_channel", "replace_original": False}
        if thread:
            arguments["thread_ts"] = thread
        await self._send(reply_token, {**payload, **arguments})

    async def replace_original(self, reply_token: SlackReplyToken, payload: Mapping[str, Any]) -> None:
        """Replace the message whose button was pressed, which may be private; raises as `say` does."""
        await self._send(reply_token, {**payload, "replace_original": True})

    async def _send(self, reply_token: SlackReplyToken, body: Mapping[str, Any]) -> None:
        if not self.may_answer(reply_token):
            raise MessageGone(SLACK, "the call's address is used up or too old")
        self._count(reply_token, 1)
        web = self._web
        async with (
            translate_errors(_TIMEOUT),
            web.session.post(reply_token.response_url, json=body, proxy=web.client.proxy) as answer,
        ):
            if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                self._count(reply_token, -1)
                raise to_surface_error("ratelimited", retry_after=retry_after(answer.headers))
            code = _error_code(await answer.text(), answer.status)
        if code:
            raise to_surface_error(code)

    def _count(self, reply_token: SlackReplyToken, uses: int) -> None:
        self._used[reply_token.response_url] = self._used.get(reply_token.response_url, 0) + uses

    def _count_left(self, reply_token: SlackReplyToken) -> int:
        return reply_token.uses_left - self._used.get(reply_token.response_url, 0)


def _error_code(text: str, status: int) -> str:
    """Return the error's code; empty on success. Slack answers `ok`, a bare code, or JSON."""
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    if isinstance(said, dict) and (status != HTTPStatus.OK or not said.get("ok", True)):
        return str(said.get("error") or f"status={status}")
    if status == HTTPStatus.OK:
        return ""
    code = text.strip()
    return code if code.isidentifier() else f"status={status}"
