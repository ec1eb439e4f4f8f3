"""Asks of `easel run` as a program on Discord: HTTP instead of the gateway, `kill -9`, a clean end, and no Discord at all."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.discord_stage import is_done, may_identify
from tests.e2e.serving import Serving
from tests.e2e.test_crashes import assert_books_add_up
from tests.fakes.discord import Channel, DiscordPerson, EndpointRefused, FakeDiscord, Forgery, Message
from tests.fakes.openai import FakeOpenAI, Options

pytestmark = pytest.mark.asyncio(loop_scope="module")
JOBS = 20
NUMBERS = count(1)


@dataclass
class ProgramOnDiscord:
    """A Discord, a channel, somebody in it, and the program."""

    discord: FakeDiscord
    channel: Channel
    ada: DiscordPerson
    serving: Serving
    openai: FakeOpenAI


@asynccontextmanager
async def a_setup(folder: Path, settings: dict[str, str] | None = None, *, delay: float = 0.2) -> AsyncIterator[ProgramOnDiscord]:
    """Set it up; `settings` are variables of the program's environment."""
    async with FakeOpenAI(Options(delay=delay)) as openai, FakeDiscord() as discord:
        discord.limits.allow_late_answers()
        channel, ada = discord.add_guild("Painters").add_channel("general"), discord.add_user("ada")
        environ = {
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": openai.url,
            "DISCORD_TOKEN": discord.token,
            "EASEL_DISCORD__API_URL": discord.api_url,
            "EASEL_DISCORD__GATEWAY_URL": discord.gateway_url,
            "EASEL_QUOTAS__FIRST_TIER__DISCORD": "premium",
            "EASEL_WORKER__LEASE": "5s",
            **(settings or {}),
        }
        if "EASEL_DISCORD__PUBLIC_KEY" in environ:
            environ["EASEL_DISCORD__PUBLIC_KEY"] = discord.application.public_key
        async with Serving(folder, environ) as serving:
            yield ProgramOnDiscord(discord, channel, ada, serving, openai)


BY_HTTP = {"EASEL_DISCORD__PUBLIC_KEY": "theirs", "EASEL_DISCORD__GATEWAY": "false"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_by_http(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ProgramOnDiscord]:
    """Yield one whose interactions come by HTTP, without any gateway."""
    async with a_setup(tmp_path_factory.mktemp("by-http"), BY_HTTP) as setup:
        await setup.discord.commands_synced("imagine", within=15)
        await setup.discord.endpoint.use(f"{setup.serving.url}/discord/interactions")
        yield setup


@pytest.fixture
def by_http(shared_by_http: ProgramOnDiscord) -> ProgramOnDiscord:
    """Return it with a channel and somebody who are new."""
    guild, number = shared_by_http.channel.guild, next(NUMBERS)
    assert guild is not None
    ada = shared_by_http.discord.add_user(f"ada{number}")
    return replace(shared_by_http, channel=guild.add_channel(f"by-http-{number}"), ada=ada)


async def test_the_portal_takes_the_endpoint_and_people_use_it(by_http: ProgramOnDiscord) -> None:
    """A ping is answered, bad signatures are not; then commands, buttons and suggestions work as over the gateway."""
    ada, channel = by_http.ada, by_http.channel
    interaction = await ada.type_command(channel, "imagine", prompt="a fox")
    message = await interaction.message_when(is_done, within=20)
    again = await ada.press(message, "Again")
    await again.message_when(is_done, within=20)
    refused = await (await ada.forge_command(channel, "imagine", {"prompt": "a fox", "count": 99})).message_when()
    assert refused.is_ephemeral
    assert await ada.complete(channel, "imagine", "size", "1536", prompt="x") == ["1536x1024", "1024x1536"]
    assert by_http.discord.gateway.sessions == []
    assert {delivery.status for delivery in by_http.discord.seen.deliveries} == {202}


@pytest.mark.parametrize("forgery", [Forgery.WRONG_KEY, Forgery.CHANGED_BODY, Forgery.NO_SIGNATURE, Forgery.GARBLED, Forgery.OLD])
async def test_a_forged_or_old_interaction_is_turned_away(by_http: ProgramOnDiscord, forgery: Forgery) -> None:
    """With 401, and nothing happens."""
    drawn = len(by_http.openai.paid)
    genuine = await by_http.ada.type_command(by_http.channel, "imagine", prompt="a fox")
    await genuine.message_when(is_done, within=20)
    reply = await by_http.discord.endpoint.post({**genuine.json(), "id": "1"}, forgery=forgery)
    assert reply.status == 401
    assert len(by_http.openai.paid) == drawn + 1


async def test_a_replayed_interaction_is_one_job(by_http: ProgramOnDiscord) -> None:
    """The same bytes with the same signature are taken, and not acted upon."""
    [before] = by_http.serving.rows("SELECT count(*) AS n FROM jobs")
    genuine = await by_http.ada.type_command(by_http.channel, "imagine", prompt="a fox")
    await genuine.message_when(is_done, within=20)
    reply = await by_http.discord.endpoint.post(genuine.json())
    assert reply.status == 202
    [jobs] = by_http.serving.rows("SELECT count(*) AS n FROM jobs")
    assert jobs["n"] == before["n"] + 1


@pytest.mark.parametrize("payload", [{"type": 2}, {"type": "2"}, {}])
async def test_signed_nonsense_is_turned_away(by_http: ProgramOnDiscord, payload: dict[str, object]) -> None:
    """With 400, and the next one is taken."""
    assert (await by_http.discord.endpoint.post(payload)).status == 400
    genuine = await by_http.ada.type_command(by_http.channel, "imagine", prompt="a fox")
    await genuine.message_when(is_done, within=20)


async def test_another_applications_key_is_refused_by_the_portal(tmp_path: Path) -> None:
    """An operator who mixes up keys is told so at once."""
    async with a_setup(tmp_path) as setup:
        with pytest.raises(EndpointRefused):
            await setup.discord.endpoint.use(f"{setup.serving.url}/discord/interactions")


@pytest.mark.parametrize("is_token_dead", [False, True])
async def test_kill_9_with_twenty_pictures_running(tmp_path: Path, is_token_dead: bool) -> None:
    """All twenty are delivered or told of in their messages, and none is paid for twice."""
    async with a_setup(tmp_path, {"EASEL_WORKER__SLOTS__PREMIUM": "20", "EASEL_WORKER__LEASE": "2s"}, delay=1.5) as setup:
        await setup.discord.gateway.ready(within=20)
        await setup.discord.commands_synced("imagine")
        people = [setup.discord.add_user(f"user{number}") for number in range(JOBS)]
        assert setup.channel.guild is not None
        channels = [setup.channel.guild.add_channel(f"studio-{number}") for number in range(JOBS)]  # one takes 5 edits in 5 s
        asking = zip(people, channels, strict=True)
        interactions = [await one.type_command(channel, "imagine", prompt=f"fox {one.name}") for one, channel in asking]
        messages = [await one.message_when(within=20) for one in interactions]
        await setup.openai.until(lambda state: len(state.paid) >= JOBS // 2)
        await setup.serving.kill()
        may_identify(tmp_path / "data")
        if is_token_dead:
            setup.discord.forward(minutes=16)
        await setup.serving.start()
        await setup.discord.changes.until(lambda: all(map(is_notified, messages)), within=60, what="twenty ends")
        await setup.serving.until("SELECT count(*) FROM jobs WHERE told_at IS NOT NULL", JOBS)
        paid = Counter(call.prompt for call in setup.openai.paid)
        assert set(paid.values()) == {1}
        assert_books_add_up(setup.serving)


def is_notified(message: Message) -> bool:
    """Whether a message shows its picture, or says how it ended and offers to draw again."""
    labels = [button.label for button in message.buttons]
    return is_done(message) or "Draw again" in labels


async def test_a_clean_end(tmp_path: Path) -> None:
    """What is being drawn is delivered first; nothing new is heard."""
    async with a_setup(tmp_path, delay=1.0) as setup:
        await setup.discord.gateway.ready(within=20)
        await setup.discord.commands_synced("imagine")
        message = await (await setup.ada.type_command(setup.channel, "imagine", prompt="a fox")).message_when()
        await setup.openai.until(lambda state: len(state.paid) == 1)
        async with asyncio.timeout(15):
            done = await setup.serving.running.stopped(signal.SIGTERM)
        assert done.code == 0
        assert is_done(message)
        assert "Traceback" not in done.err
        assert setup.discord.token not in done.err + done.out


async def test_the_log_holds_no_secret_and_no_prompt(tmp_path: Path) -> None:
    """Neither the bot's token nor an interaction's, nor what people type."""
    async with a_setup(tmp_path) as setup:
        await setup.discord.gateway.ready(within=20)
        await setup.discord.commands_synced("imagine")
        interaction = await setup.ada.type_command(setup.channel, "imagine", prompt="a very secret fox")
        await interaction.message_when(is_done, within=20)
        setup.discord.forward(minutes=16)
        done = await setup.serving.running.stopped(signal.SIGTERM)
        for secret in (setup.discord.token, interaction.token, "secret fox"):
            assert secret not in done.err + done.out


async def test_without_a_token_discord_is_not_even_imported(tmp_path: Path) -> None:
    """A start without it is as quick as ever."""
    async with Serving(tmp_path, {"PYTHONPROFILEIMPORTTIME": "1"}, is_new=True) as serving:
        done = await serving.running.stopped(signal.SIGTERM)
    imported = {line.rpartition("|")[2].strip() for line in done.err.splitlines() if line.startswith("import time:")}
    assert "uvicorn" in imported
    assert not {"discord", "nacl", "aiohttp"} & imported
