"""Asks whether the fake holds what it is sent against Discord's own schema."""

import aiohttp
import pytest

from tests.fakes.discord import FakeDiscord


async def send(discord: FakeDiscord, payload: dict[str, object]) -> int:
    """Post a message by the bot's token; give the status."""
    channel = discord.add_guild("Painters").add_channel("general")
    headers = {"Authorization": f"Bot {discord.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{discord.api_url}/channels/{channel.id}/messages", json=payload) as answer,
    ):
        return answer.status


async def test_what_the_platform_would_refuse_fails_the_test_that_sent_it() -> None:
    """Also where the fake's own rules have nothing against it."""
    with pytest.raises(AssertionError, match=r"POST /channels/.channel_id./messages: .*tts"):
        async with FakeDiscord() as discord:
            assert await send(discord, {"content": "a fox", "tts": "loudly"}) == 200


async def test_what_the_platform_takes_passes() -> None:
    """With ids as numbers, as the documentation allows."""
    async with FakeDiscord() as discord:
        assert await send(discord, {"content": "a fox", "message_reference": None, "sticker_ids": [1]}) == 200
