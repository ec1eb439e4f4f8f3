"""Changing a message by its interaction token.

Not by discord.py's webhooks: they sleep with their lock held once a token's
bucket is empty, and a sleep that is cancelled leaves the lock shut for ever.
Here every wait is the caller's to end, and a picture never stands behind a
preview.
"""

import asyncio
import json
import time
from datetime import timedelta
from http import HTTPStatus

import aiohttp
import discord
from discord.http import MultipartParameters, Route

from bot.adapters.discord import DISCORD
from bot.adapters.discord.errors import InteractionTokenExpired, to_surface_error
from bot.adapters.discord.rendering import RenderedMessage
from bot.adapters.discord.reply_token import DiscordReplyToken
from bot.errors import MessageGone, SurfaceFailed

_EXPIRED_CODES = {10015, 50027}
_MESSAGE = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
_USER_AGENT = f"DiscordBot (https://github.com/Rapptz/discord.py, {discord.__version__}) easel"
_LONGEST_PAUSE = 5.0


class InteractionClient:
    """Edits and deletes messages by interaction token. `close` closes its session."""

    def __init__(self, *, proxy: str = "") -> None:
        self._proxy = proxy or None
        self._session = aiohttp.ClientSession(headers={"User-Agent": _USER_AGENT})

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    async def edit(
        self, reply_token: DiscordReplyToken, message: int, rendered: RenderedMessage, time_limit: timedelta, *, waits: bool
    ) -> None:
        """Replace a message. `waits` says whether a rate limit is waited for, within the time limit.

        Raises:
            InteractionTokenExpired: The token is of no use any more.
            MessageGone: The message is not there.
            SurfaceFailed: It was not taken.
        """
        await self._request("PATCH", reply_token, message, rendered, time_limit, waits=waits)

    async def find_response(self, reply_token: DiscordReplyToken, time_limit: timedelta) -> int | None:
        """Return the id of the message that the interaction was responded to with; None where there is none, or not any more.

        Raises:
            SurfaceFailed: Discord does not say now.
        """
        try:
            found = await self._request("GET", reply_token, "@original", None, time_limit, waits=True)
        except (InteractionTokenExpired, MessageGone):
            return None
        id_ = int(str(found.get("id", 0)))
        # Below a button that was responded to without a sign, "the original" is the message that has the button.
        return id_ if id_ > reply_token.interaction else None

    async def delete(self, reply_token: DiscordReplyToken, message: int, time_limit: timedelta) -> None:
        """Delete a message; raises as `edit` does."""
        await self._request("DELETE", reply_token, message, None, time_limit, waits=True)

    async def _request(
        self,
        method: str,
        reply_token: DiscordReplyToken,
        message: int | str,
        rendered: RenderedMessage | None,
        time_limit: timedelta,
        *,
        waits: bool,
    ) -> dict[str, object]:
        route = Route(method, _MESSAGE, webhook_id=reply_token.application, webhook_token=reply_token.token, message_id=message)
        ends = time.monotonic() + time_limit.total_seconds()
        try:
            async with asyncio.timeout(time_limit.total_seconds()):
                while isinstance(pause := await self._request_once(route, rendered), float):
                    if not waits or pause > _LONGEST_PAUSE or time.monotonic() + pause > ends:
                        raise SurfaceFailed(DISCORD, "rate limited", retry_after=timedelta(seconds=pause))
                    await asyncio.sleep(pause)
                return pause
        except TimeoutError as error:
            raise SurfaceFailed(DISCORD, f"no answer within {time_limit.total_seconds():g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise SurfaceFailed(DISCORD, type(error).__name__) from error

    async def _request_once(self, route: Route, rendered: RenderedMessage | None) -> float | dict[str, object]:
        """Ask once and return Discord's answer, or the seconds to wait where that is a 429."""
        if rendered is None:
            return await self._send(route, None)
        with rendered.parameters() as parameters:
            return await self._send(route, _body(parameters))

    async def _send(self, route: Route, body: "aiohttp.FormData | aiohttp.JsonPayload | None") -> float | dict[str, object]:
        async with self._session.request(route.method, route.url, data=body, proxy=self._proxy) as answer:
            answer_body = _parse_answer(await answer.text())
            if answer.status < HTTPStatus.BAD_REQUEST:
                return answer_body
        code, retry_after = answer_body.get("code"), answer_body.get("retry_after")
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS and isinstance(retry_after, int | float):
            return float(retry_after)
        if code in _EXPIRED_CODES or answer.status == HTTPStatus.UNAUTHORIZED:
            raise InteractionTokenExpired(DISCORD, f"status={answer.status} code={code}")
        raise to_surface_error(answer.status, code if isinstance(code, int) else 0)


def _body(parameters: MultipartParameters) -> "aiohttp.FormData | aiohttp.JsonPayload":
    if not parameters.multipart:
        return aiohttp.JsonPayload(parameters.payload)
    form = aiohttp.FormData(quote_fields=False)
    for part in parameters.multipart:
        form.add_field(**part)
    return form


def _parse_answer(text: str) -> dict[str, object]:
    try:
        answer_body = json.loads(text)
    except ValueError:
        return {}
    return answer_body if isinstance(answer_body, dict) else {}
