"""A store of installations, and what renews its tokens."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.bot_tokens import RotatingBotTokens
from bot.adapters.slack.installation_store import EncryptedInstallationStore
from bot.adapters.slack.token_encryption import TokenCipher
from tests.fakes.clock import StoppedClock
from tests.fakes.installations import MemoryInstallations
from tests.unit.adapters.slack.examples import CLIENT, OLD_KEY
from tests.unit.adapters.slack.renewing import Renewing


@pytest.fixture
def clock() -> StoppedClock:
    """Stop the time: today, since slack-sdk has a clock of its own."""
    return StoppedClock(datetime.now(UTC))


@pytest.fixture
def installations() -> MemoryInstallations:
    """Return the record that the store writes into."""
    return MemoryInstallations()


@pytest.fixture
def store(installations: MemoryInstallations) -> EncryptedInstallationStore:
    """Return the store."""
    return EncryptedInstallationStore(installations, TokenCipher((OLD_KEY,)), CLIENT)


@pytest.fixture
def slack() -> Renewing:
    """Return what answers; its door is open."""
    renewing = Renewing()
    renewing.open.set()
    return renewing


@pytest.fixture
async def rotator(slack: Renewing) -> AsyncIterator[AsyncTokenRotator]:
    """Point slack-sdk's rotator at it."""
    app = web.Application()
    app.router.add_post("/api/oauth.v2.access", slack.answer)
    async with TestServer(app) as server:
        client = AsyncWebClient(base_url=str(server.make_url("/api/")))
        yield AsyncTokenRotator(client_id=CLIENT, client_secret="secret", client=client)


@pytest.fixture
async def tokens(
    store: EncryptedInstallationStore, rotator: AsyncTokenRotator, clock: StoppedClock
) -> AsyncIterator[RotatingBotTokens]:
    """Yield the tokens."""
    tokens = RotatingBotTokens(store, rotator, clock)
    yield tokens
    await tokens.close()
