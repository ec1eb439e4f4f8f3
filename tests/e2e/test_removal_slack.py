"""Asks whether a removed picture is gone from Slack: the message, its file, the thread, direct messages, after a restart too."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.pictures import PictureId
from bot.domain.removals import RemovalReason, StepState
from tests.e2e.slack_stage import SlackStage, a_stage, is_done
from tests.e2e.slack_surface_stage import shows_own_files
from tests.fakes.slack import Channel, Limits, Message
from tests.fakes.slack.files import File

GONE = "This picture was taken down."


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SlackStage]:
    """Yield a workspace with the bot in it, where files have to be shared to be shown."""
    async with a_stage(tmp_path) as stage:
        yield stage


async def drawn(stage: SlackStage, channel: Channel | None = None) -> Message:
    """Have a picture drawn, and wait until its job is over."""
    message = await stage.picture(channel=channel)
    async with asyncio.timeout(15):
        while not (await stage.job(message)).state.is_final:  # noqa: ASYNC110 - the database is looked at
            await asyncio.sleep(0.02)
    return message


async def remove(stage: SlackStage, message: Message, case: str | None = None) -> PictureId:
    """Decide that what a message shows goes, and return the picture's id."""
    assert stage.house is not None
    job = await stage.job(message)
    [picture] = await stage.house.services.features.pictures.gallery.visible(job.id)
    assert await stage.house.services.features.moderation.removals.remove(picture.id, RemovalReason.RULES, "mod", case)
    return picture.id


async def is_removed(stage: SlackStage, picture: PictureId) -> dict[str, StepState]:
    """Wait until nothing is left to do for a picture, and return how each step went."""
    async with asyncio.timeout(20):
        while not _is_over(found := await _outcomes(stage, picture)):  # noqa: ASYNC110 - the database is looked at
            await asyncio.sleep(0.02)
    return found


async def _outcomes(stage: SlackStage, picture: PictureId) -> dict[str, StepState]:
    return {one.place.split()[0]: one.state for one in await stage.base.records.removals.steps(picture)}


def _is_over(outcomes: dict[str, StepState]) -> bool:
    return set(outcomes) >= {"author", "message", "store"} and StepState.FAILED not in outcomes.values()


async def shows(message: Message, text: str) -> None:
    """Wait until a message says that, and shows no picture."""
    await message.channel.message_when(lambda one: one is message and text in one and not one.images, within=15)


def files_of(stage: SlackStage, picture: PictureId) -> list[File]:
    """Return the files of a picture that are still there."""
    return [one for one in stage.slack.world.files.values() if picture in one.name and not one.is_deleted]


async def test_message_and_file_are_gone_and_the_author_knows_why(stage: SlackStage) -> None:
    """Nothing hangs in the thread either."""
    message = await drawn(stage)
    picture = await remove(stage, message)
    await shows(message, GONE)
    assert "fox" not in message.shown
    assert "breaks the rules of the place" in (await stage.ada.dm.message_when(lambda one: "taken down" in one, within=15)).shown
    assert set((await is_removed(stage, picture)).values()) == {StepState.DONE}
    assert files_of(stage, picture) == []
    assert stage.channel.messages == [message]


@pytest.mark.parametrize("is_shared", [True, False])
async def test_after_a_restart_the_file_is_found_by_its_name(stage: SlackStage, *, is_shared: bool) -> None:
    """Whoever sent it has died since, whether it stands in a thread or nowhere."""
    if not is_shared:
        shows_own_files(stage.team, stage.slack)
    message = await drawn(stage)
    await stage.close()
    await stage.open()
    picture = await remove(stage, message)
    await shows(message, GONE)
    await is_removed(stage, picture)
    assert files_of(stage, picture) == []
    assert stage.channel.messages == [message]


async def test_it_goes_from_direct_messages(stage: SlackStage) -> None:
    """Where somebody had it sent to them."""
    message, bob = await drawn(stage), stage.team.add_member("bob")
    await bob.react(message, "envelope")
    sent = await bob.dm.message_when(lambda one: bool(one.images), within=15)
    await remove(stage, message)
    await shows(message, GONE)
    await shows(sent, GONE)


async def test_a_decision_that_is_undone_brings_it_back(stage: SlackStage) -> None:
    """With a file of its own."""
    assert stage.house is not None
    message = await drawn(stage)
    picture = await remove(stage, message, case="case 1")
    await shows(message, GONE)
    assert await stage.house.services.features.moderation.removals.restore(picture, "mod", "case 1")
    await stage.channel.message_when(lambda one: one is message and is_done(one), within=15)


async def test_what_may_not_be_changed_any_more_is_deleted(stage: SlackStage) -> None:
    """A workspace may let messages be edited for a while only."""
    message = await drawn(stage)
    stage.slack.faults.fail("chat.update", "edit_window_closed", times=9)
    picture = await remove(stage, message)
    await stage.slack.until(lambda: message.is_deleted, within=15, what="the message to go")
    assert set((await is_removed(stage, picture)).values()) == {StepState.DONE}


async def test_what_stands_where_we_are_no_member_is_listed(stage: SlackStage) -> None:
    """The bot was put out of the channel; bytes and file are gone all the same."""
    private = stage.team.add_channel("secret", is_private=True)
    message = await drawn(stage, private)
    private.kick_bot()
    picture = await remove(stage, message)
    outcomes = await is_removed(stage, picture)
    assert outcomes == {"author": StepState.DONE, "message": StepState.IMPOSSIBLE, "store": StepState.DONE}


async def test_one_picture_of_a_batch_is_gone_and_so_is_the_sheet_that_it_was_on(tmp_path: Path) -> None:
    """The message shows the others by themselves."""
    async with a_stage(tmp_path, limits=Limits(files_must_be_shared=False)) as stage:
        await stage.ada.command(stage.channel, "/easel", "batch a {red, blue} fox")
        await stage.ada.press(await stage.ada.ephemeral("2 pictures", within=20), "Draw 2")
        message = await stage.channel.message_when(lambda one: "2 pictures: a red fox" in one and bool(one.images), within=30)
        assert len(files_of(stage, PictureId("sheet-"))) == 1
        gone, kept = await stage.base.records.pictures.page(most=2)
        assert stage.house is not None
        assert await stage.house.services.features.moderation.removals.remove(gone.id, RemovalReason.RULES, "mod")
        await message.when(lambda one: "1 picture of it cannot be seen any more" in one, within=30)
        await is_removed(stage, gone.id)
        assert (files_of(stage, PictureId("sheet-")), files_of(stage, gone.id)) == ([], [])
        assert len(message.images) == 1
        assert files_of(stage, kept.id) != []
