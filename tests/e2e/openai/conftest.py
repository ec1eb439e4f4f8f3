"""OpenAI on this machine, and the real SDK pointed at it."""

from collections.abc import AsyncIterator

import pytest

from bot.providers.openai.client import OpenAiClient
from tests.e2e.openai.calls import KEY, client_of
from tests.fakes.openai import FakeOpenAI, Options


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    """Yield OpenAI as it is; a module about other servers yields its own."""
    async with FakeOpenAI(Options(key=KEY)) as server:
        yield server


@pytest.fixture
async def client(fake: FakeOpenAI) -> AsyncIterator[OpenAiClient]:
    """Yield the SDK's client, pointed at it."""
    async with client_of(fake) as opened:
        yield opened
