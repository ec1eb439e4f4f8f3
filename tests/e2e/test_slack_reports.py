"""Asks on Slack, with the real client, whether reports hide a picture, can be taken back, and are found from every copy."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.pictures import PictureState
from storage.sql.reports import SqlReports
from tests.e2e.slack_stage import SlackStage, a_stage
from tests.fakes.slack import Limits, Message


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SlackStage]:
    """Yield an open house that paints offline, on a Slack that takes files at once."""
    async with a_stage(tmp_path, limits=Limits(files_must_be_shared=False)) as made:
        yield made


async def count(stage: SlackStage, message: Message) -> int:
    """Return how many have reported the picture in a message."""
    [picture] = await stage.base.records.pictures.of_job((await stage.job(message)).id)
    return len(await SqlReports(stage.base.database, stage.base.clock).of(picture.id))


async def test_a_flag_that_is_taken_away_takes_the_report_back(stage: SlackStage) -> None:
    """In private, as it was made."""
    message, eve = await stage.picture(), stage.team.add_member("eve")
    await eve.react(message, "triangular_flag_on_post")
    await eve.ephemeral("the moderators are told")
    assert await count(stage, message) == 1
    await eve.unreact(message, "triangular_flag_on_post")
    await eve.ephemeral("Your report is taken back")
    assert await count(stage, message) == 0


async def test_a_moderator_hides_a_picture_by_its_link(stage: SlackStage) -> None:
    """At once: who looks after the workspace needs nobody else's report."""
    message, boss = await stage.picture(), stage.team.add_member("boss", is_admin=True)
    link = f"https://acme.slack.com/archives/{stage.channel.id}/p{message.ts.replace('.', '')}"
    await boss.command(stage.channel, "/easel", f"report {link} --reason violent")
    await boss.ephemeral("the moderators are told")
    [picture] = await stage.base.records.pictures.of_job((await stage.job(message)).id)
    assert picture.state is PictureState.HIDDEN


async def test_a_file_in_a_thread_is_reported_like_its_message(tmp_path: Path) -> None:
    """Where files have to be shared, the picture stands in the thread, as a message of its own."""
    async with a_stage(tmp_path, limits=Limits(files_must_be_shared=True)) as stage:
        message, eve = await stage.picture(), stage.team.add_member("eve")
        file = await stage.channel.message_when(lambda one: one.thread == message.ts and bool(one.files), within=20)
        await eve.react(file, "triangular_flag_on_post")
        await eve.ephemeral("the moderators are told")
        assert await count(stage, message) == 1
