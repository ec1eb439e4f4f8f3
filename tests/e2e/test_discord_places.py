"""Asks whether easel is at home wherever Discord lets people write: threads, forums, direct messages, behind a proxy."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from yarl import URL

from bot.app.chat_platforms import discord_proxy
from bot.config import Settings
from tests.e2e.discord_stage import DiscordStage, a_stage, is_done
from tests.fakes.discord import Channel, Permission
from tests.fakes.discord.channels import Kind
from tests.fakes.s3 import CuttingProxy, serving


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server whose admin Ada is."""
    async with a_stage(tmp_path, quotas={"first_tier": {"discord": "guest"}}) as stage:
        stage.guild.grant(stage.ada, Permission.MANAGE_GUILD)
        yield stage


async def says(stage: DiscordStage, command: str, channel: Channel | None = None, **options: object) -> str:
    """Have Ada type a command, and give the answer."""
    return (await (await stage.ada.type_command(channel or stage.channel, command, **options)).message_when(within=10)).text


async def test_a_thread_of_an_allowed_channel_is_allowed(stage: DiscordStage) -> None:
    """A thread is a channel with an id of its own, which no admin ever named."""
    assert "channels" in await says(stage, "settings set", name="channels", value="here")
    inside, elsewhere = (channel.add_thread("sketches") for channel in (stage.channel, stage.guild.add_channel("other")))
    assert "not drawn in this channel" in await says(stage, "imagine", elsewhere, prompt="a fox")
    picture = await (await stage.ada.type_command(inside, "imagine", prompt="a fox")).message_when(is_done, within=20)
    again = await stage.ada.press(picture, "Again")
    await again.message_when(is_done, within=20)
    await stage.ada.react(picture, "❌")
    await inside.message_when(lambda message: "deleted" in message.text, within=10)


async def test_a_post_of_an_allowed_forum_is_allowed(stage: DiscordStage) -> None:
    """Nobody can write in the forum itself."""
    forum = stage.guild.add_channel("showcase", kind=Kind.FORUM)
    await says(stage, "settings set", name="channels", value=f"<#{forum.id}>")
    assert "not drawn in this channel" in await says(stage, "imagine", prompt="a fox")
    post = forum.add_thread("my foxes")
    await (await stage.ada.type_command(post, "imagine", prompt="a fox")).message_when(is_done, within=20)


async def test_reactions_in_direct_messages_are_heard(stage: DiscordStage) -> None:
    """Discord tells of them to whoever asks for it, without any privilege."""
    message = await (await stage.ada.type_command(stage.ada.dm_channel, "imagine", prompt="a fox")).message_when(
        is_done, within=20
    )
    await stage.ada.react(message, "✉️")
    await stage.discord.changes.until(lambda: len(stage.ada.dms) == 2, within=10, what="the picture once more")
    await stage.ada.react(message, "❌")
    await stage.discord.changes.until(lambda: "deleted" in message.text, within=10, what="the picture gone")


async def test_a_rule_for_everyone_holds_for_everyone(stage: DiscordStage) -> None:
    """No member has that role in writing."""
    await says(stage, "tier role", role=stage.guild.everyone, tier="premium")
    assert "200" in await says(stage, "quota show")


async def test_everything_goes_by_the_proxy_that_is_set(tmp_path: Path) -> None:
    """The gateway, the API by the bot's token, and the API by an interaction's: nothing else knows the way."""
    async with a_stage(tmp_path, opened=False) as stage, serving(CuttingProxy(stage.discord.url, most=1 << 40)) as proxy:
        real = {"api_url": stage.discord.api_url, "gateway_url": stage.discord.gateway_url}
        away = {name: str(URL(url).with_host("discord.invalid").with_port(None)) for name, url in real.items()}
        ours = stage.settings.discord.model_copy(update={**away, "proxy": SecretStr(proxy)})
        stage.settings = stage.settings.model_copy(update={"discord": ours})
        await stage.open()
        message = await stage.picture()
        assert stage.discord.seen.of("PATCH", "/webhooks/*")
        message.delete()
        await stage.ada.type_command(stage.channel, "imagine", prompt="another fox")
        await stage.channel.message_when(is_done, within=20)
        await stage.close()


@pytest.mark.parametrize(
    ("environ", "discord", "proxy"),
    [
        ({}, {}, ""),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, {}, "http://proxy.example:3128"),
        ({"https_proxy": "proxy.example:3128"}, {}, "http://proxy.example:3128"),
        ({"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "discord.com"}, {}, ""),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, {"proxy": "http://own.example:1"}, "http://own.example:1"),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, {"api_url": "http://127.0.0.1:1"}, ""),
    ],
)
def test_the_proxy_of_the_machine_is_heeded(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], discord: dict[str, str], proxy: str
) -> None:
    """As other programs do, unless one is set for Discord."""
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert discord_proxy(Settings.model_validate({"discord": discord})) == proxy
