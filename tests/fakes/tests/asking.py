"""Asking the fake platform for things, rightly and wrongly."""

import io
from collections.abc import Awaitable
from typing import Any

import aiohttp
import discord
import pytest
from PIL import Image

from tests.fakes.tests.plain_bot import PlainBotStage

ORIGINAL: Any = "@original"


def blob(size: int = 10, name: str = "a.bin") -> discord.File:
    """Return a file of a certain length."""
    return discord.File(io.BytesIO(b"x" * size), name)


async def refused(doing: Awaitable[object]) -> discord.HTTPException:
    """Return the error that doing something ends in."""
    with pytest.raises(discord.HTTPException) as caught:
        await doing
    return caught.value


async def raw(stage: PlainBotStage, method: str, path: str, payload: object = None, *, token: str | None = None) -> Any:
    """Ask the API for something that discord.py itself would never ask for, past its own checks and waits."""
    headers = {"Authorization": f"Bot {token or stage.fake.token}"}
    async with aiohttp.ClientSession() as session:
        url = stage.fake.api_url + path
        async with session.request(method, url, json=payload, headers=headers) as response:
            return response.status, await response.json() if response.content_length else {}, response.headers


def picture(name: str = "fox.png", alt: str | None = "a fox", colour: str = "red") -> discord.File:
    """Return a small picture to upload."""
    content = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(content, "PNG")
    return discord.File(io.BytesIO(content.getvalue()), name, description=alt)


async def fetched(url: str) -> tuple[int, bytes]:
    """Get something as a browser does."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.read()
