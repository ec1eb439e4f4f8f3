"""Discord's errors as ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus

import aiohttp
import discord

from bot.adapters.discord import DISCORD
from bot.errors import MessageGone, MessageOutOfReach, SurfaceFailed

_ARCHIVED_THREAD = 50083


class InteractionTokenExpired(SurfaceFailed):
    """The interaction's token opens nothing any more; the bot's own may."""


class FormNotShown(SurfaceFailed):
    """A form can only be the first response, within three seconds, and not everywhere."""

    def __init__(self, reason: str) -> None:
        super().__init__(DISCORD, f"no form: {reason}")
        self.user_text = "The form could not be opened in time, and nothing was counted; please press or type that once more."


class DiscordMessageRejected(SurfaceFailed):
    """Discord says that the message itself is wrong (400) or too large (413): sending it again will not help."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(DISCORD, f"not taken: status={status} code={code}")
        self.is_too_large = status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    @property
    def is_temporary(self) -> bool:
        """Return False: it would be refused again."""
        return False


def to_surface_error(status: int, code: int, retry_after: float | None = None) -> SurfaceFailed:
    """Return our error for an error's status and code."""
    reason = f"status={status} code={code}"
    if status == HTTPStatus.FORBIDDEN or code == _ARCHIVED_THREAD:
        return MessageOutOfReach(DISCORD, reason)
    if status == HTTPStatus.NOT_FOUND:
        return MessageGone(DISCORD, reason)
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}:
        return DiscordMessageRejected(status, code)
    return SurfaceFailed(DISCORD, reason, retry_after=timedelta(seconds=retry_after) if retry_after is not None else None)


@asynccontextmanager
async def translate_errors(time_limit: timedelta) -> AsyncIterator[None]:
    """Run the body within a time limit, and raise whatever discord.py raises in it as one of ours."""
    try:
        async with asyncio.timeout(time_limit.total_seconds()):
            yield
    except discord.RateLimited as error:
        raise SurfaceFailed(DISCORD, "rate limited", retry_after=timedelta(seconds=error.retry_after)) from error
    except discord.HTTPException as error:
        raise to_surface_error(error.status, error.code) from error
    except TimeoutError as error:
        raise SurfaceFailed(DISCORD, f"no answer within {time_limit.total_seconds():g} s") from error
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise SurfaceFailed(DISCORD, type(error).__name__) from error
