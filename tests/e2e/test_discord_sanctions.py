"""Asks on Discord, with the real client, for the story of a sanction: banned, told, refused, appealed, and taken back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.pictures import PictureState
from tests.e2e.discord_stage import DiscordStage, a_stage
from tests.fakes.discord import Channel, DiscordPerson, Permission


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it, which paints offline."""
    async with a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def zoe(stage: DiscordStage) -> DiscordPerson:
    """Return a moderator."""
    return add_moderator(stage, "zoe")


@pytest.fixture
async def mods(stage: DiscordStage) -> Channel:
    """Return the channel that an admin has named for cases."""
    mods, admin = stage.guild.add_channel("mods"), stage.discord.add_user("admin")
    stage.guild.grant(admin, Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES)
    await read(admin, mods, "settings set", name="review_channel", value="here")
    return mods


def add_moderator(stage: DiscordStage, name: str) -> DiscordPerson:
    """Return somebody who may manage messages."""
    moderator = stage.discord.add_user(name)
    stage.guild.grant(moderator, Permission.MANAGE_MESSAGES)
    return moderator


async def read(whom: DiscordPerson, channel: Channel, command: str, /, **options: object) -> str:
    """Have somebody type a command, and return the answer, which they read alone."""
    message = await (await whom.type_command(channel, command, **options)).message_when(lambda one: bool(one.text), within=20)
    assert message.is_ephemeral
    return message.text


async def test_a_person_is_warned_muted_and_let_go(stage: DiscordStage, zoe: DiscordPerson) -> None:
    """Each is told in private, and all of it stands on record."""
    assert "was warned" in await read(zoe, stage.channel, "sanction warn", person=stage.ada, why="no floods")
    await stage.read_in_private(stage.ada, "A moderator has given you a warning")
    assert "is muted everywhere until" in await read(zoe, stage.channel, "sanction mute", person=stage.ada, until="1d")
    await stage.read_in_private(stage.ada, "A moderator has muted you")
    assert "You are muted and cannot ask for pictures here until" in await read(
        stage.ada, stage.channel, "imagine", prompt="a fox"
    )
    assert "2 sanctions on record" in await read(stage.ada, stage.channel, "standing")
    assert "may ask for pictures again" in await read(zoe, stage.channel, "sanction lift", person=stage.ada)
    await stage.picture()


async def test_undo_takes_a_ban_back(stage: DiscordStage, zoe: DiscordPerson) -> None:
    """By the button below its confirmation."""
    interaction = await zoe.type_command(stage.channel, "sanction ban", person=stage.ada)
    message = await interaction.message_when(lambda one: "is banned" in one.text, within=20)
    again = await (await zoe.press(message, "Undo")).message_when(lambda one: "Taken back" in one.text, within=20)
    assert again.is_ephemeral
    await stage.picture()


async def test_whoever_brings_easel_along_to_a_server_of_their_own_moderates_nobody_by_that(
    stage: DiscordStage, zoe: DiscordPerson
) -> None:
    """All servers are one community here: they would take the ban back that a moderator of another one imposed."""
    interaction = await zoe.type_command(stage.channel, "sanction ban", person=stage.ada)
    await interaction.message_when(lambda one: "is banned" in one.text, within=20)
    eve, own = stage.discord.add_user("eve"), stage.discord.add_guild("Eve's own", has_bot=False)
    eve.has_installed = True
    own.grant(eve, Permission.MANAGE_MESSAGES)
    assert "Only moderators may see that" in await read(eve, own.add_channel("lobby"), "standing", person=stage.ada)


async def test_a_ban_by_case_is_appealed_from_the_direct_message_and_all_comes_back(
    stage: DiscordStage, zoe: DiscordPerson, mods: Channel
) -> None:
    """Whoever decided may not decide the appeal, where there is another moderator; the other one restores picture and person."""
    kim, grace = add_moderator(stage, "kim"), stage.discord.add_user("grace")
    other, picture = await stage.picture("a hare"), await stage.picture()
    for message in (other, picture):
        await (await grace.context_menu(message, "Report picture")).message_when(within=20)
    case = await mods.message_when(lambda one: "was reported" in one.text and "a fox" in one.text, within=30)
    kept = await mods.message_when(lambda one: "was reported" in one.text and "a hare" in one.text, within=30)
    await (await kim.press(kept, "Keep")).message_when(within=20)
    await (await zoe.press(case, "Ban")).message_when(within=20)
    await stage.read_in_private(stage.ada, "A moderator has banned you")
    assert "You are banned from asking for pictures here" in await read(stage.ada, stage.channel, "imagine", prompt="a fox")

    notice = next(one for one in stage.ada.dms if "has banned you" in one.text)
    form = await stage.ada.press(notice, "Appeal")
    await form.modal_shown()
    done = await (await stage.ada.submit_modal(form, {"Why": "it was a joke"})).message_when(
        lambda one: bool(one.text), within=20
    )
    assert "Your appeal is with the moderators" in done.text
    appeal = await mods.message_when(lambda one: "appeals against a decision" in one.text, within=30)
    assert "it was a joke" in appeal.text
    refused = await (await zoe.press(appeal, "Take it back")).message_when(lambda one: bool(one.text), within=20)
    assert "another moderator decides it, such as Kim" in refused.text
    await (await kim.press(appeal, "Take it back")).message_when(within=20)
    await stage.read_in_private(stage.ada, "the decision is taken back")
    [restored] = await stage.base.records.pictures.of_job((await stage.job(picture)).id)
    assert restored.state is PictureState.VISIBLE
    [*_, first] = await stage.base.records.cases.of_picture(restored.id)
    assert "is decided once" in await read(stage.ada, stage.channel, "appeal", why="again", decision=first.id)
    await stage.picture("a hare")
