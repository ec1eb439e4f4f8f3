"""Asks whether the bot lives through what connections do, and ends when it is told to."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from discord.backoff import ExponentialBackoff

from bot.domain.health import Health
from tests.e2e.discord_stage import DiscordStage, a_stage, is_done

DAY_S = 86_400.0
PATIENCE_S = 60
"""Less than a day, and more than a machine needs."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it."""
    async with a_stage(tmp_path) as stage:
        yield stage


async def still_works(stage: DiscordStage, within: float = 20) -> None:
    """See that a command is heard and answered."""
    interaction = await stage.imagine()
    await interaction.message_when(is_done, within=within)


async def hellos(stage: DiscordStage, number: int, within: float = 15) -> None:
    """Wait until the bot has said hello to the gateway so often, and is connected."""
    seen = stage.discord.seen
    what = f"{number} accepted hellos in {seen.hellos}"
    await stage.discord.changes.until(lambda: sum(one.accepted for one in seen.hellos) >= number, within=within, what=what)
    await stage.discord.gateway.ready(within=15)


async def test_a_reconnect_is_not_noticed(stage: DiscordStage) -> None:
    """The session is resumed."""
    stage.discord.gateway.ask_reconnect()
    await hellos(stage, 2)
    assert stage.discord.seen.hellos[-1].kind == "RESUME"
    await still_works(stage)


async def test_a_line_that_breaks(stage: DiscordStage) -> None:
    """Without a word; a command given meanwhile arrives by the resumed session."""
    stage.discord.gateway.drop()
    interaction = await stage.imagine()
    await hellos(stage, 2)
    await interaction.message_when(is_done, within=20)


async def test_a_session_that_is_forgotten(stage: DiscordStage) -> None:
    """Is begun anew, at the platform's pace."""
    stage.discord.gateway.invalidate()
    await hellos(stage, 2, within=25)
    assert stage.discord.seen.hellos[-1].kind == "IDENTIFY"
    await still_works(stage)


async def test_a_gateway_that_is_down_at_first(tmp_path: Path) -> None:
    """Where discord.py itself would die."""
    async with a_stage(tmp_path, opened=False) as stage:
        stage.discord.gateway.is_down = True
        await stage.open(connected=False)
        failed = stage.discord.seen
        await stage.discord.changes.until(lambda: failed.of("PUT", "/applications/*"), within=10, what="the commands")
        await asyncio.sleep(0)
        stage.discord.gateway.is_down = False
        await stage.discord.gateway.ready(within=20)
        await still_works(stage)


async def test_an_api_that_is_down_at_first(tmp_path: Path) -> None:
    """Logging in is tried again."""
    async with a_stage(tmp_path, opened=False) as stage:
        fault = stage.discord.faults.cut("GET", "/users/@me", times=2)
        await stage.open(connected=False)
        await stage.discord.gateway.ready(within=20)
        assert fault.met == 2
        await still_works(stage)


async def test_a_token_that_is_refused_leaves_the_house_open(tmp_path: Path) -> None:
    """It says so where operators look."""
    async with a_stage(tmp_path, opened=False) as stage:
        stage.discord.world.application.token = "another"
        await stage.open(connected=False)

        def found() -> bool:
            [finding] = stage.extension.findings()
            return "token is not accepted" in finding.text and finding.health is Health.WRONG

        await stage.discord.changes.until(found, within=10, what="a finding about the token")


async def test_a_connection_is_a_finding_too(stage: DiscordStage) -> None:
    """With how many servers it knows."""

    def is_ready() -> bool:
        [finding] = stage.extension.findings()
        return (finding.health, finding.text) == (Health.OK, "Connected; 1 servers.")

    await stage.discord.changes.until(is_ready, within=10, what="an easy finding")


async def test_leaving_closes_the_connection(stage: DiscordStage) -> None:
    """As somebody does who will not come back: nothing is left that could be resumed."""
    await stage.close()
    assert stage.discord.gateway.remembered == []


async def test_leaving_waits_for_no_reconnect(stage: DiscordStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where discord.py would sleep for a day before it tries again."""
    began = asyncio.Event()

    def wait_a_day(_: ExponentialBackoff[Any]) -> float:
        began.set()
        return DAY_S

    monkeypatch.setattr(ExponentialBackoff, "delay", wait_a_day)
    stage.discord.gateway.is_down = True
    stage.discord.gateway.drop()
    async with asyncio.timeout(PATIENCE_S):
        await began.wait()
        await stage.close()


async def test_a_server_that_sends_the_bot_away_and_takes_it_back(stage: DiscordStage) -> None:
    """Other servers notice nothing; what was there works again."""
    message = await stage.picture()
    other = stage.discord.add_guild("Others").add_channel("studio")
    stage.guild.remove_bot()
    interaction = await stage.ada.type_command(other, "imagine", prompt="a fox")
    await interaction.message_when(is_done, within=20)
    stage.guild.invite_bot()
    await (await stage.ada.press(message, "Again")).message_when(is_done, within=20)


async def test_a_server_that_is_unavailable_for_a_while(stage: DiscordStage) -> None:
    """Comes back as it was."""
    stage.guild.become_unavailable()
    stage.guild.become_available()
    await still_works(stage)


async def test_two_shards_in_one_process(tmp_path: Path) -> None:
    """Each server is heard through its own."""
    async with a_stage(tmp_path, opened=False, discord={"shard_count": 2}) as stage:
        guilds = [stage.discord.add_guild(f"server {number}", shard=(number, 2)) for number in range(2)]
        await stage.open(connected=False)
        await stage.discord.gateway.ready(shards=2, within=25)
        for guild in guilds:
            interaction = await stage.ada.type_command(guild.add_channel("general"), "imagine", prompt="a fox")
            await interaction.message_when(is_done, within=20)


async def test_shards_identify_side_by_side_where_discord_lets_them(tmp_path: Path) -> None:
    """Each bucket has a turn of its own: a file here, and where there is a Redis a count that all machines share."""
    async with a_stage(tmp_path, opened=False, discord={"shard_count": 2}) as stage:
        stage.discord.limits.enforces_identify_pace = True
        stage.discord.limits.max_concurrency = 2
        await stage.open(connected=False)
        await stage.discord.gateway.ready(shards=2, within=25)
        home = stage.settings.home
        assert [(home / name).exists() for name in ("discord.identify", "discord.identify.1")] == [True, True]


async def test_one_shard_of_two(tmp_path: Path) -> None:
    """Another process has the other."""
    async with a_stage(tmp_path, opened=False, discord={"shard_count": 2, "shard_ids": (1,)}) as stage:
        guild = stage.discord.add_guild("second", shard=(1, 2))
        await stage.open(connected=False)
        await stage.discord.gateway.ready(within=20)
        assert [hello.shard for hello in stage.discord.seen.hellos] == [(1, 2)]
        interaction = await stage.ada.type_command(guild.add_channel("general"), "imagine", prompt="a fox")
        await interaction.message_when(is_done, within=20)


async def test_processes_take_turns_to_identify(tmp_path: Path) -> None:
    """Two that start at once keep Discord's five seconds between them, so that neither is turned away.

    Theirs and Discord's clock is one that stands still, so that it does not
    matter how long an IDENTIFY is on its way.
    """
    async with a_stage(tmp_path, opened=False, discord={"shard_count": 2, "shard_ids": (0,)}) as first:
        discord, first.shares_clock = first.discord, True
        discord.limits.enforces_identify_pace = True
        discord.clock.stop()
        mine = first.settings.discord.model_copy(update={"shard_ids": (1,)})
        other = replace(first, settings=first.settings.model_copy(update={"discord": mine}))
        await first.open(connected=False)
        await discord.gateway.ready(within=20)
        try:
            await other.open(connected=False)
            await discord.changes.until(lambda: discord.gateway.strangers, within=20, what="the second's connection")
            discord.forward(seconds=6)
            await discord.gateway.ready(shards=2, within=20)
        finally:
            await other.close()
        assert [hello.accepted for hello in discord.seen.hellos] == [True, True]
