"""Asks on Discord, with the real client, whether reports hide a picture, can be taken back, and are found from every copy."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.discord import DISCORD
from bot.domain.people import REGISTERED, Identity
from bot.domain.pictures import Picture, PictureState
from storage.sql.accounts import SqlAccounts
from storage.sql.reports import SqlReports
from tests.e2e.discord_stage import DiscordStage, a_stage
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.discord import DiscordPerson, Message


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it, which paints offline."""
    async with a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def grace(stage: DiscordStage) -> DiscordPerson:
    """Return somebody else."""
    return stage.discord.add_user("grace")


async def the_picture(stage: DiscordStage, message: Message) -> Picture:
    """Return the picture in a message."""
    job = await stage.job(message)
    [picture] = await stage.base.records.pictures.of_job(job.id)
    return picture


async def count(stage: DiscordStage, message: Message) -> int:
    """Return how many have reported the picture in a message."""
    picture = await the_picture(stage, message)
    return len(await SqlReports(stage.base.database, stage.base.clock).of(picture.id))


async def test_a_flag_that_is_taken_away_takes_the_report_back(stage: DiscordStage, grace: DiscordPerson) -> None:
    """In private, as it was made; why can be said by a button in between."""
    message = await stage.picture()
    await grace.react(message, "🚩")
    await stage.read_in_private(grace, "the moderators are told")
    assert await count(stage, message) == 1
    whisper = await (await grace.press(grace.dms[-1], "Hateful")).message_when()
    assert "it stands beside your report" in whisper.text
    await grace.unreact(message, "🚩")
    await stage.read_in_private(grace, "Your report is taken back")
    assert await count(stage, message) == 0


async def add_regular(stage: DiscordStage, name: str) -> DiscordPerson:
    """Return somebody who has been known here for long."""
    person = stage.discord.add_user(name)
    accounts = SqlAccounts(stage.base.database, StoppedClock(NOON - timedelta(days=300)), stage.base.ids)
    await accounts.get_or_create(Identity(DISCORD, "", str(person.id)), REGISTERED)
    return person


async def test_three_people_hide_a_picture_and_there_is_one_case(stage: DiscordStage) -> None:
    """By reaction, by the menu, and by a link; two are not enough."""
    message = await stage.picture()
    grace, hal, ivy = [await add_regular(stage, name) for name in ("grace", "hal", "ivy")]
    await grace.react(message, "🚩")
    await stage.read_in_private(grace, "the moderators are told")
    whisper = await (await hal.context_menu(message, "Report picture")).message_when()
    assert "the moderators are told" in whisper.text
    assert (await the_picture(stage, message)).state is PictureState.VISIBLE
    link = f"https://discord.com/channels/{stage.guild.id}/{stage.channel.id}/{message.id}"
    whisper = await (await ivy.type_command(stage.channel, "report", link=link, reason="sexual")).message_when()
    assert "the moderators are told" in whisper.text
    picture = await the_picture(stage, message)
    assert picture.state is PictureState.HIDDEN
    [case] = await stage.base.records.cases.of_picture(picture.id)
    assert case.picture == picture.id


async def test_a_link_from_another_server_is_refused(stage: DiscordStage, grace: DiscordPerson) -> None:
    """In one sentence."""
    message = await stage.picture()
    elsewhere = stage.discord.add_guild("Strangers").add_channel("general")
    link = f"https://discord.com/channels/{stage.guild.id}/{stage.channel.id}/{message.id}"
    whisper = await (await grace.type_command(elsewhere, "report", link=link)).message_when()
    assert "posted in another server" in whisper.text
    assert await count(stage, message) == 0


async def test_a_copy_that_was_sent_is_reported_like_the_message(stage: DiscordStage, grace: DiscordPerson) -> None:
    """It is a message of its own, in a direct conversation."""
    message = await stage.picture()
    await grace.react(message, "✉️")
    await stage.discord.changes.until(lambda: grace.dms, within=20, what="the picture by direct message")
    async with asyncio.timeout(20):
        while not await stage.base.records.sent_messages.of_job((await stage.job(message)).id):  # noqa: ASYNC110 - the database is looked at
            await asyncio.sleep(0.01)
    await grace.react(grace.dms[0], "🚩")
    await stage.read_in_private(grace, "the moderators are told")
    assert await count(stage, message) == 1


async def test_the_gallery_of_a_direct_conversation_is_a_copy_too(stage: DiscordStage) -> None:
    """With one picture in it, a reaction is about that one."""
    await stage.picture()
    await stage.ada.say(stage.ada.dm_channel, "gallery")
    await stage.discord.changes.until(lambda: any("newest pictures" in one.text for one in stage.ada.dms), within=20, what="it")
    assert stage.house is not None
    lookup = stage.house.services.features.pictures.lookup
    shown = next(one for one in stage.ada.dms if "newest pictures" in one.text)
    async with asyncio.timeout(20):
        while await lookup.job_of_message(DISCORD, str(shown.channel.id), str(shown.id)) is None:  # noqa: ASYNC110 - the database is looked at
            await asyncio.sleep(0.01)
    await stage.ada.react(shown, "🚩")
    await stage.read_in_private(stage.ada, "is your own")
