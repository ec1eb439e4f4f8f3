"""Asks whether tokens are renewed in time, and whether no refresh token is ever used twice."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.bot_tokens import RENEW_BEFORE, RotatingBotTokens
from bot.adapters.slack.installation_store import EncryptedInstallationStore
from bot.errors import MessageGone, StorageFailed, SurfaceFailed
from tests.fakes.clock import StoppedClock
from tests.fakes.installations import MemoryInstallations
from tests.fakes.waiting import until
from tests.unit.adapters.slack.examples import CLIENT, an_installation, an_organisations
from tests.unit.adapters.slack.renewing import LIFE, Renewing, install

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
"""slack-sdk still asks aiohttp for it."""

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
COPY = timedelta(minutes=5)


async def test_a_token_is_renewed_two_hours_before_its_end(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing
) -> None:
    """With the refresh token, and it is written down for everybody."""
    await install(store, clock, RENEW_BEFORE + 2 * SECOND)
    assert await tokens.token("", "T1") == "xoxb-one"
    clock.move(COPY)
    assert await tokens.token("", "T1") == "xoxb-fresh-1"
    assert [(asked["grant_type"], asked["refresh_token"]) for asked in slack.asked] == [("refresh_token", "xoxe-1")]
    bot = await store.async_find_bot(enterprise_id=None, team_id="T1")
    assert bot is not None
    assert (bot.bot_token, bot.bot_refresh_token) == ("xoxb-fresh-1", "xoxe-1+")
    assert bot.bot_token_expires_at == pytest.approx(time.time() + LIFE.total_seconds(), abs=60)
    assert await tokens.token("", "T1") == "xoxb-fresh-1"
    assert len(slack.asked) == 1


async def test_a_fresh_token_is_not_renewed(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing
) -> None:
    """A refresh token is not wasted."""
    await install(store, clock, LIFE)
    assert await tokens.token("", "T1") == "xoxb-one"
    assert slack.asked == []


async def test_many_at_once_use_the_refresh_token_once(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing
) -> None:
    """All get the new token."""
    await install(store, clock, HOUR)
    given = await asyncio.gather(*(tokens.token("", "T1") for _ in range(50)))
    assert set(given) == {"xoxb-fresh-1"}
    assert len(slack.asked) == 1


async def test_an_organisations_workspaces_share_one_renewal(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing
) -> None:
    """Whichever of them are asked about at once."""
    ends = int((clock.now() + HOUR).timestamp())
    await store.async_save(an_organisations(bot_refresh_token="xoxe-1", bot_token_expires_at=ends))
    given = await asyncio.gather(*(tokens.token("E1", f"T{number}") for number in range(20)))
    assert set(given) == {"xoxb-fresh-1"}
    assert len(slack.asked) == 1


async def test_one_workspace_does_not_wait_for_anothers_renewal(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing
) -> None:
    """However slowly Slack answers."""
    slack.open.clear()
    await install(store, clock, HOUR)
    await store.async_save(an_installation("two", team_id="T2"))
    slow = asyncio.create_task(tokens.token("", "T1"))
    await until(lambda: len(slack.asked) == 1)
    assert await tokens.token("", "T2") == "xoxb-two"
    slack.open.set()
    assert await slow == "xoxb-fresh-1"


async def test_a_renewal_is_written_down_although_nobody_waits_any_more(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing
) -> None:
    """Else the only refresh token would be used and lost."""
    slack.open.clear()
    await install(store, clock, HOUR)
    waiting = asyncio.create_task(tokens.token("", "T1"))
    await until(lambda: len(slack.asked) == 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    slack.open.set()
    await tokens.close()
    bot = await store.async_find_bot(enterprise_id=None, team_id="T1")
    assert bot is not None
    assert bot.bot_refresh_token == "xoxe-1+"


async def test_a_renewal_that_could_not_be_written_down_is_written_the_next_time(
    tokens: RotatingBotTokens,
    store: EncryptedInstallationStore,
    installations: MemoryInstallations,
    clock: StoppedClock,
    slack: Renewing,
) -> None:
    """It is not asked for again."""
    await install(store, clock, HOUR)
    installations.failures.fail_next("save", StorageFailed("database", "locked"))
    with pytest.raises(StorageFailed):
        await tokens.token("", "T1")
    assert await tokens.token("", "T1") == "xoxb-fresh-1"
    bot = await store.async_find_bot(enterprise_id=None, team_id="T1")
    assert bot is not None
    assert bot.bot_refresh_token == "xoxe-1+"
    assert len(slack.asked) == 1


async def test_a_renewal_does_not_bring_an_uninstalled_bot_back(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing
) -> None:
    """Here somebody uninstalls while Slack thinks."""
    slack.open.clear()
    await install(store, clock, HOUR)
    waiting = asyncio.create_task(tokens.token("", "T1"))
    await until(lambda: len(slack.asked) == 1)
    await store.async_delete_all(enterprise_id=None, team_id="T1")
    slack.open.set()
    await waiting
    assert await store.async_find_bot(enterprise_id=None, team_id="T1") is None
    with pytest.raises(MessageGone):
        await tokens.token("", "T1")


async def test_a_renewal_that_fails_because_the_bot_was_uninstalled_says_so(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing
) -> None:
    """It is not tried again."""
    slack.open.clear()
    slack.good.clear()
    await install(store, clock, HOUR)
    waiting = asyncio.create_task(tokens.token("", "T1"))
    await until(lambda: len(slack.asked) == 1)
    await store.async_delete_all(enterprise_id=None, team_id="T1")
    slack.open.set()
    with pytest.raises(MessageGone):
        await waiting


BAD_ANSWERS: list[Any] = [
    {"ok": False, "error": "internal_error"},
    {"ok": False, "error": "ratelimited"},
    {"ok": True, "token_type": "user"},
    {"ok": True, "token_type": "bot"},
    {"ok": True, "token_type": "bot", "access_token": "", "expires_in": 1},
    {"ok": True},
    (500, "<html>"),
    (200, "<html>"),
    (502, ""),
]


@pytest.mark.parametrize("answer", BAD_ANSWERS)
async def test_a_renewal_that_fails_costs_nothing_while_the_token_works(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing, answer: Any
) -> None:
    """It is tried again after a few minutes."""
    await install(store, clock, HOUR)
    slack.instead.append(answer)
    assert await tokens.token("", "T1") == "xoxb-one"
    assert await tokens.token("", "T1") == "xoxb-one"
    assert len(slack.asked) == 1
    clock.move(COPY)
    assert await tokens.token("", "T1") == "xoxb-fresh-2"


@pytest.mark.parametrize("answer", BAD_ANSWERS)
async def test_an_expired_token_that_is_not_renewed_fails_for_now(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing, answer: Any
) -> None:
    """The next call tries again."""
    await install(store, clock, -SECOND)
    slack.instead.append(answer)
    with pytest.raises(SurfaceFailed) as failed:
        await tokens.token("", "T1")
    assert failed.value.is_temporary
    assert "xox" not in str(failed.value)
    assert await tokens.token("", "T1") == "xoxb-fresh-2"


async def test_a_token_that_slack_took_back_is_gone(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing
) -> None:
    """No further try would help."""
    await install(store, clock, -SECOND)
    slack.instead.append({"ok": False, "error": "token_revoked"})
    with pytest.raises(MessageGone):
        await tokens.token("", "T1")


async def test_a_copy_is_not_used_beyond_its_end(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing
) -> None:
    """Not even for the minutes that copies are good for."""
    await install(store, clock, timedelta(minutes=1))
    slack.instead.append({"ok": False, "error": "internal_error"})
    assert await tokens.token("", "T1") == "xoxb-one"
    clock.move(timedelta(minutes=1))
    assert await tokens.token("", "T1") == "xoxb-fresh-2"


async def test_what_another_process_renewed_is_taken(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, clock: StoppedClock, slack: Renewing
) -> None:
    """It used the refresh token while we were asking; its token is as good."""
    slack.open.clear()
    await install(store, clock, -SECOND)
    waiting = asyncio.create_task(tokens.token("", "T1"))
    await until(lambda: len(slack.asked) == 1)
    slack.good.clear()
    await install(store, clock, LIFE, bot_token="xoxb-theirs", bot_refresh_token="xoxe-2")
    slack.open.set()
    assert await waiting == "xoxb-theirs"


async def test_without_slack_an_expired_token_fails_for_now(store: EncryptedInstallationStore, clock: StoppedClock) -> None:
    """Nobody listens there."""
    client = AsyncWebClient(base_url="http://127.0.0.1:1/api/")
    tokens = RotatingBotTokens(store, AsyncTokenRotator(client_id=CLIENT, client_secret="secret", client=client), clock)
    await install(store, clock, -SECOND)
    with pytest.raises(SurfaceFailed) as failed:
        await tokens.token("", "T1")
    assert failed.value.is_temporary
