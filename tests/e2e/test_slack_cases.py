"""Asks on Slack, with the real client, whether a moderator can look after reported pictures without leaving the chat."""

from collections.abc import AsyncIterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.domain.pictures import PictureState
from tests.e2e.slack_stage import SlackStage, a_stage
from tests.fakes.slack import Channel, Limits, Member, Message

Json = Mapping[str, Any]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SlackStage]:
    """Yield an open house that paints offline, on a Slack that takes files at once."""
    async with a_stage(tmp_path, limits=Limits(files_must_be_shared=False)) as made:
        yield made


@pytest.fixture
async def mo(stage: SlackStage) -> Member:
    """Return an admin of the workspace."""
    return stage.team.add_member("mo", is_admin=True)


@pytest.fixture
async def mods(stage: SlackStage, mo: Member) -> Channel:
    """Return the channel that an admin has named for cases."""
    mods = stage.team.add_channel("mods")
    await mo.command(mods, "/easel", "settings set here --name review_channel")
    await mo.ephemeral("“review channel” is now #mods", within=20)
    return mods


async def reported(stage: SlackStage, mods: Channel) -> tuple[Message, Message]:
    """Have a picture reported, and return its message and that of its case."""
    picture, eve = await stage.picture(), stage.team.add_member("eve")
    await eve.message_shortcut("report_picture", picture)
    return picture, await mods.message_when(lambda one: "was reported" in one and bool(one.images), within=30)


async def state(stage: SlackStage, message: Message) -> PictureState:
    """Return the state of a message's picture."""
    [picture] = await stage.base.records.pictures.of_job((await stage.job(message)).id)
    return picture.state


async def test_a_case_is_decided_and_undone_in_the_channel(stage: SlackStage, mods: Channel, mo: Member) -> None:
    """Of two who press one decides, and the other one is told who it was."""
    picture, case = await reported(stage, mods)
    zoe = stage.team.add_member("zoe", is_admin=True)
    assert case.buttons == [
        *("Remove", "Keep", "Warn", "Mute 1 d", "Ban"),
        *("Show picture", "Similar pictures", "Block phrase…", "Note…", "I look after it"),
    ]
    for said in ("A picture by ada was reported", "a fox in the snow", "no earlier case", "Nobody looks after it yet"):
        assert said in case
    await mo.press(case, "Ban")
    await mo.ephemeral("its author banned", within=20)
    await case.when(lambda one: "mo decided after" in one, within=20)
    assert not case.images
    assert await state(stage, picture) is not PictureState.VISIBLE
    await stage.ada.command(stage.channel, "/imagine", "a hare")
    await stage.ada.ephemeral("ban", within=20)
    await zoe.press(case, "Undo")
    await zoe.ephemeral("Undone", within=20)
    await case.when(lambda one: "Nobody looks after it yet" in one, within=20)
    assert await state(stage, picture) is PictureState.VISIBLE


async def test_the_picture_is_blurred_until_somebody_opens_it(stage: SlackStage, mods: Channel, mo: Member) -> None:
    """Slack has no way to hide one, so that a copy is shown on which nothing can be recognised."""
    _, case = await reported(stage, mods)
    [image] = case.images
    blurred = content_of(stage, image)
    await mo.press(case, "Show picture")
    shown = await mo.ephemeral("for you alone", within=20)
    [image] = shown.images
    clear = content_of(stage, image)
    assert detail(clear) > 3 * detail(blurred)


def content_of(stage: SlackStage, image: Json) -> bytes:
    """Return the bytes that an image block shows."""
    content = stage.slack.world.files[image["slack_file"]["id"]].content
    assert content is not None
    return content


def detail(content: bytes) -> float:
    """Return how much neighbouring pixels of a picture differ."""
    picture = Image.open(BytesIO(content)).convert("L").resize((256, 256))
    return ImageStat.Stat(ImageChops.difference(picture, ImageChops.offset(picture, 1, 0))).mean[0]


async def test_a_note_and_a_phrase_are_written_in_forms(stage: SlackStage, mods: Channel, mo: Member) -> None:
    """The note stands on the case, the phrase on the list."""
    _, case = await reported(stage, mods)
    await mo.press(case, "Note…")
    view = await mo.view(within=20)
    await mo.submit(view, {"text": "looks staged"})
    await case.when(lambda one: "mo: looks staged" in one, within=20)
    await mo.press(case, "Block phrase…")
    await mo.submit(await mo.view(within=20), {"words": "wicked fox"})
    await mo.ephemeral("wicked fox", within=20)


async def test_who_is_no_moderator_cannot_decide(stage: SlackStage, mods: Channel) -> None:
    """They are told so."""
    picture, case = await reported(stage, mods)
    guest = stage.team.add_member("guest")
    await guest.press(case, "Ban")
    await guest.ephemeral("for moderators only", within=20)
    assert await state(stage, picture) is PictureState.VISIBLE
