"""Asks, with the real client, what becomes of pictures that somebody attaches to `/imagine`."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.discord import DISCORD
from bot.domain.jobs import Job
from bot.domain.people import Identity
from tests.e2e.discord_stage import DiscordStage, a_stage
from tests.fakes.discord.files import Upload
from tests.fakes.photos import GPS, photo, tagged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it."""
    async with a_stage(tmp_path) as stage:
        yield stage


async def jobs_of(stage: DiscordStage) -> tuple[Job, ...]:
    """Return every job there is."""
    assert stage.house is not None
    account = await stage.house.base.records.accounts.find(Identity(DISCORD, "", str(stage.ada.id)))
    return () if account is None else await stage.house.base.records.jobs.of_account(account.id, 10, None)


async def test_pictures_that_are_attached_are_drawn_over(stage: DiscordStage) -> None:
    """In their order, whichever was attached first; nobody learns where one was taken."""
    assert stage.house is not None
    wide, tall = Upload("wide.jpg", tagged(size=(120, 80))), Upload("tall.png", photo("PNG", (80, 120)))
    given = await stage.ada.type_command(stage.channel, "imagine", prompt="make it night", picture2=tall, picture=wide)
    message = await given.message_when(lambda one: bool(one.files))
    assert "make it night" in message.text
    [job] = await jobs_of(stage)
    assert [(one.role, one.width, one.height) for one in job.wish.inputs] == [("base", 120, 80), ("reference", 80, 120)]
    kept = [await stage.house.base.objects.get(one.key) for one in job.wish.inputs]
    assert GPS not in kept[0]


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (Upload("fox.heic", b"\x00\x00\x00\x18ftypheic" + bytes(99)), "is a HEIC picture"),
        (Upload("fox.png", photo("PNG")[:-100]), "is cut short or damaged"),
        (Upload("huge.png", bytes(51 * 1024 * 1024)), "50 MB are the most"),
    ],
)
async def test_a_picture_that_cannot_be_used_is_one_sentence_for_who_gave_it(
    stage: DiscordStage, file: Upload, says: str
) -> None:
    """Nothing is counted, and nobody else reads it."""
    message = await (await stage.ada.type_command(stage.channel, "imagine", prompt="a fox", picture=file)).message_when()
    assert says in message.text
    assert "Nothing was counted" in message.text
    assert message.is_ephemeral
    assert await jobs_of(stage) == ()


async def test_an_attachment_that_is_gone_is_asked_for_again(stage: DiscordStage) -> None:
    """Discord keeps what is given to a command for a while only."""
    stage.discord.limits.link_lives = timedelta(days=-1)
    given = await stage.ada.type_command(stage.channel, "imagine", prompt="a fox", picture=Upload("fox.png", photo("PNG")))
    message = await given.message_when()
    assert message.text == "Discord does not have that file any more; please attach it again. Nothing was counted."
    assert await jobs_of(stage) == ()
