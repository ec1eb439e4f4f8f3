"""Asks on Discord, with the real client, whether a moderator can look after reported pictures without leaving the chat."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.pictures import PictureState
from tests.e2e.discord_stage import DiscordStage, a_stage
from tests.fakes.discord import Channel, DiscordPerson, Message, Permission


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it, which paints offline."""
    async with a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def mods(stage: DiscordStage) -> Channel:
    """Return the channel that moderators read."""
    return stage.guild.add_channel("mods")


@pytest.fixture
def mo(stage: DiscordStage) -> DiscordPerson:
    """Return an admin, who looks after the server."""
    mo = stage.discord.add_user("mo")
    stage.guild.grant(mo, Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES)
    return mo


@pytest.fixture
def zoe(stage: DiscordStage) -> DiscordPerson:
    """Return a moderator."""
    zoe = stage.discord.add_user("zoe")
    stage.guild.grant(zoe, Permission.MANAGE_MESSAGES)
    return zoe


async def name_channel(mo: DiscordPerson, mods: Channel) -> None:
    """Name the review channel."""
    await (await mo.type_command(mods, "settings set", name="review_channel", value="here")).message_when(within=20)


async def reported(stage: DiscordStage, mods: Channel) -> tuple[Message, Message]:
    """Have a picture reported, and return its message and that of its case."""
    picture, grace = await stage.picture(), stage.discord.add_user("grace")
    await (await grace.context_menu(picture, "Report picture")).message_when(within=20)
    return picture, await mods.message_when(lambda one: "was reported" in one.text, within=30)


async def state(stage: DiscordStage, message: Message) -> PictureState:
    """Return the state of a message's picture."""
    [picture] = await stage.base.records.pictures.of_job((await stage.job(message)).id)
    return picture.state


async def test_a_case_is_decided_and_undone_in_the_channel(
    stage: DiscordStage, mods: Channel, mo: DiscordPerson, zoe: DiscordPerson
) -> None:
    """Behind a spoiler with both prompts; of two who press one decides, and the other one is told who it was."""
    await name_channel(mo, mods)
    picture, case = await reported(stage, mods)
    [file] = case.files
    assert file.filename.startswith("SPOILER_")
    for said in (
        "A picture by Ada was reported",
        "a fox in the snow",
        "Ada (discord",
        "no earlier case",
        "Nobody looks after it yet",
    ):
        assert said in case.text
    await zoe.press(case, "I look after it")
    await case.when(lambda one: "Zoe looks after it" in one.text, within=20)
    await (await mo.press(case, "Remove")).message_when(within=20)
    late = case  # zoe has not seen the change yet
    await case.when(lambda one: "Mo decided after" in one.text, within=20)
    assert case.files == ()
    assert await state(stage, picture) is not PictureState.VISIBLE
    whisper = await (await zoe.type_command(mods, "cases decide", case=id_of(late), decision="ban")).message_when(within=20)
    assert "Mo decided this case already: the picture is removed. Nothing was changed." in whisper.text
    await (await zoe.press(case, "Undo")).message_when(within=20)
    await case.when(lambda one: "Nobody looks after it" in one.text or "Zoe looks after it" in one.text, within=20)
    assert await state(stage, picture) is PictureState.VISIBLE


async def test_a_note_and_a_phrase_are_written_in_forms(stage: DiscordStage, mods: Channel, mo: DiscordPerson) -> None:
    """The note stands on the case, the phrase on the list."""
    await name_channel(mo, mods)
    _, case = await reported(stage, mods)
    form = await mo.press(case, "Note…")
    fields = {field.label: field.value for field in (await form.modal_shown()).fields}
    assert id_of(case) in fields.values()
    await mo.submit_modal(form, {"Text": "looks staged"})
    await case.when(lambda one: "Mo: looks staged" in one.text, within=20)
    form = await mo.press(case, "Block phrase…")
    await form.modal_shown()
    await (await mo.submit_modal(form, {"Words": "wicked fox"})).message_when(within=20)
    listed = await (await mo.type_command(mods, "filter list")).message_when(lambda one: bool(one.text), within=20)
    assert "wicked fox" in listed.text


async def test_the_picture_is_shown_to_a_moderator_and_nobody_else(
    stage: DiscordStage, mods: Channel, mo: DiscordPerson, zoe: DiscordPerson
) -> None:
    """By a button; who is no moderator is told so, and cannot decide."""
    await name_channel(mo, mods)
    picture, case = await reported(stage, mods)
    shown = await (await zoe.press(case, "Show picture")).message_when(lambda one: bool(one.files), within=20)
    assert shown.is_ephemeral
    assert not shown.files[0].filename.startswith("SPOILER_")
    guest = stage.discord.add_user("guest")
    refused = await (await guest.press(case, "Ban")).message_when(within=20)
    assert "for moderators only" in refused.text
    assert await state(stage, picture) is PictureState.VISIBLE


async def test_a_review_channel_that_was_deleted_leaves_cases_to_be_listed(
    stage: DiscordStage, mods: Channel, mo: DiscordPerson
) -> None:
    """Each with a button that shows it."""
    await name_channel(mo, mods)
    mods.delete()
    picture, grace = await stage.picture(), stage.discord.add_user("grace")
    await (await grace.context_menu(picture, "Report picture")).message_when(within=20)
    page = await (await mo.type_command(stage.channel, "cases list")).message_when(within=20)
    assert "1 case open" in page.text
    shown = await (await mo.press(page, "Show 1")).message_when(within=20)
    assert "A picture by Ada was reported" in shown.text


def id_of(case: Message) -> str:
    """Return the id that a case's message shows."""
    return case.text.rpartition("case ")[2].split()[0].replace("\\", "")
