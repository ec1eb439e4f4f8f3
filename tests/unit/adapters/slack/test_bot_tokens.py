"""Asks whether every call gets the token of its workspace, without reading a record each time."""

from datetime import timedelta

import pytest

from bot.adapters.shared.newest_entries import NewestEntries
from bot.adapters.slack.bot_tokens import BotIdentity, RotatingBotTokens
from bot.adapters.slack.installation_store import EncryptedInstallationStore
from bot.adapters.slack.token_encryption import TokenCipher
from bot.errors import MessageGone
from tests.fakes.clock import StoppedClock
from tests.fakes.installations import MemoryInstallations
from tests.unit.adapters.slack.examples import CLIENT, OLD_KEY, an_installation, an_organisations
from tests.unit.adapters.slack.renewing import Renewing

SECOND = timedelta(seconds=1)
COPY = timedelta(minutes=5)


async def test_a_workspace_has_its_bots_token(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, slack: Renewing
) -> None:
    """One that never expires is never renewed; who it speaks as is known without asking Slack."""
    await store.async_save(an_installation())
    assert await tokens.token("", "T1") == "xoxb-one"
    assert await tokens.bot("", "T1") == BotIdentity("xoxb-one", "B1", "UBOT")
    assert slack.asked == []


async def test_where_the_bot_is_not_there_is_no_token(tokens: RotatingBotTokens, store: EncryptedInstallationStore) -> None:
    """Nor in a workspace of the same id elsewhere."""
    await store.async_save(an_installation())
    for enterprise, team in [("", "T2"), ("E1", "T1"), ("", "")]:
        with pytest.raises(MessageGone):
            await tokens.token(enterprise, team)


async def test_an_organisations_token_is_for_all_its_workspaces(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore
) -> None:
    """But for those that have a bot of their own."""
    await store.async_save(an_organisations())
    await store.async_save(an_installation("own", enterprise_id="E1", team_id="T2"))
    assert await tokens.token("E1", "T1") == "xoxb-grid"
    assert await tokens.token("E1", "") == "xoxb-grid"
    assert await tokens.token("E1", "T2") == "xoxb-own"


async def test_the_next_call_reads_no_record(
    tokens: RotatingBotTokens, store: EncryptedInstallationStore, installations: MemoryInstallations, clock: StoppedClock
) -> None:
    """For a few minutes; then another process's changes are seen."""
    await store.async_save(an_installation())
    await tokens.token("", "T1")
    reads = installations.reads
    clock.move(COPY - SECOND)
    await tokens.token("", "T1")
    assert installations.reads == reads
    elsewhere = EncryptedInstallationStore(installations, TokenCipher((OLD_KEY,)), CLIENT)
    await elsewhere.async_save(an_installation("two"))
    clock.move(SECOND)
    assert await tokens.token("", "T1") == "xoxb-two"


async def test_only_so_many_copies_are_kept(tokens: RotatingBotTokens, store: EncryptedInstallationStore) -> None:
    """A house of ten thousand workspaces does not keep them all in mind."""
    tokens._copies = NewestEntries(3)
    for number in range(5):
        await store.async_save(an_installation(str(number), team_id=f"T{number}"))
    for _ in range(2):
        assert [await tokens.token("", f"T{number}") for number in range(5)] == [f"xoxb-{number}" for number in range(5)]
    assert len(tokens._copies) == 3


async def test_an_uninstalled_bot_has_no_token_at_once(tokens: RotatingBotTokens, store: EncryptedInstallationStore) -> None:
    """Its copy is forgotten with it; when it comes back it has the new one."""
    await store.async_save(an_installation())
    await tokens.token("", "T1")
    await store.async_delete_all(enterprise_id=None, team_id="T1")
    with pytest.raises(MessageGone):
        await tokens.token("", "T1")
    await store.async_save(an_installation("two"))
    assert await tokens.token("", "T1") == "xoxb-two"


async def test_no_token_is_shown() -> None:
    """Not in a log that shows who the bot is."""
    assert "xoxb" not in repr(BotIdentity("xoxb-one", "B1", "UBOT"))
