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
from bot.adapters.discord.sheets import Sheet
from bot.adapters.discord.ticket import Ticket
from bot.adapters.discord.trouble import TokenDead, failure
from bot.errors import MessageGone, SurfaceFailed

_DEAD = {10015, 50027}
_MESSAGE = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
_AGENT = f"DiscordBot (https://github.com/Rapptz/discord.py, {discord.__version__}) easel"
_LONGEST_PAUSE = 5.0


class Tokens:
    """Speaks to Discord with nothing but interaction tokens. Enter it to open its session."""

    def __init__(self, *, proxy: str = "") -> None:
        self._proxy = proxy or None
        self._session = aiohttp.ClientSession(headers={"User-Agent": _AGENT})

    async def close(self) -> None:
        """Hang up."""
        await self._session.close()

    async def edit(self, ticket: Ticket, message: int, sheet: Sheet, budget: timedelta, *, waits: bool) -> None:
        """Replace a message. `waits` says whether a rate limit is waited for, within the budget.

        Raises:
            TokenDead: The token is of no use any more.
            MessageGone: The message is not there.
            SurfaceFailed: It was not taken.
        """
        await self._ask("PATCH", ticket, message, sheet, budget, waits=waits)

    async def find_response(self, ticket: Ticket, budget: timedelta) -> int | None:
        """Return the id of the message that the interaction was responded to with; None where there is none, or not any more.

        Raises:
            SurfaceFailed: Discord does not say now.
        """
        try:
            found = await self._ask("GET", ticket, "@original", None, budget, waits=True)
        except (TokenDead, MessageGone):
            return None
        id_ = int(str(found.get("id", 0)))
        # Below a button that was responded to without a sign, "the original" is the message that has the button.
        return id_ if id_ > ticket.interaction else None

    async def delete(self, ticket: Ticket, message: int, budget: timedelta) -> None:
        """Take a message away; raises as `edit` does."""
        await self._ask("DELETE", ticket, message, None, budget, waits=True)

    async def _ask(
        self, method: str, ticket: Ticket, message: int | str, sheet: Sheet | None, budget: timedelta, *, waits: bool
    ) -> dict[str, object]:
        route = Route(method, _MESSAGE, webhook_id=ticket.application, webhook_token=ticket.token, message_id=message)
        ends = time.monotonic() + budget.total_seconds()
        try:
            async with asyncio.timeout(budget.total_seconds()):
                while isinstance(pause := await self._once(route, sheet), float):
                    if not waits or pause > _LONGEST_PAUSE or time.monotonic() + pause > ends:
                        raise SurfaceFailed(DISCORD, "rate limited", retry_after=timedelta(seconds=pause))
                    await asyncio.sleep(pause)
                return pause
        except TimeoutError as error:
            raise SurfaceFailed(DISCORD, f"no answer within {budget.total_seconds():g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise SurfaceFailed(DISCORD, type(error).__name__) from error

    async def _once(self, route: Route, sheet: Sheet | None) -> float | dict[str, object]:
        """Ask once and return what Discord says; the seconds to wait where that is a 429."""
        if sheet is None:
            return await self._answered(route, None)
        with sheet.parameters() as parameters:
            return await self._answered(route, _body(parameters))

    async def _answered(self, route: Route, body: "aiohttp.FormData | aiohttp.JsonPayload | None") -> float | dict[str, object]:
        async with self._session.request(route.method, route.url, data=body, proxy=self._proxy) as answer:
            said = _read(await answer.text())
            if answer.status < HTTPStatus.BAD_REQUEST:
                return said
        code, retry_after = said.get("code"), said.get("retry_after")
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS and isinstance(retry_after, int | float):
            return float(retry_after)
        if code in _DEAD or answer.status == HTTPStatus.UNAUTHORIZED:
            raise TokenDead(DISCORD, f"status={answer.status} code={code}")
        raise failure(answer.status, code if isinstance(code, int) else 0)


def _body(parameters: MultipartParameters) -> "aiohttp.FormData | aiohttp.JsonPayload":
    if not parameters.multipart:
        return aiohttp.JsonPayload(parameters.payload)
    form = aiohttp.FormData(quote_fields=False)
    for part in parameters.multipart:
        form.add_field(**part)
    return form


def _read(text: str) -> dict[str, object]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
