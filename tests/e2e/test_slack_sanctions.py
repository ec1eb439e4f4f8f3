"""Asks on Slack, with the real client, for the story of a sanction: banned, told, refused, appealed, and taken back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.slack.manifest import EASEL, IMAGINE
from bot.domain.pictures import PictureState
from tests.e2e.slack_stage import SlackStage, a_stage
from tests.fakes.slack import Channel, Limits, Member


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SlackStage]:
    """Yield an open house that paints offline, on a Slack that takes files at once."""
    async with a_stage(tmp_path, limits=Limits(files_must_be_shared=False)) as made:
        yield made


@pytest.fixture
def mo(stage: SlackStage) -> Member:
    """Return an admin of the workspace."""
    return stage.team.add_member("mo", is_admin=True)


@pytest.fixture
async def mods(stage: SlackStage, mo: Member) -> Channel:
    """Return the channel that an admin has named for cases."""
    mods = stage.team.add_channel("mods")
    await mo.command(mods, EASEL, "settings set here --name review_channel")
    await mo.ephemeral("“review channel” is now #mods", within=20)
    return mods


async def read_notice(stage: SlackStage, member: Member, text: str) -> None:
    """Wait until somebody reads something by direct message."""
    await stage.slack.until(lambda: any(text in one.shown for one in member.dms), within=20, what=f"{text!r} in private")


async def test_a_person_is_banned_refused_and_let_go(stage: SlackStage, mo: Member) -> None:
    """All is said in private; what is for moderators is refused to others."""
    await stage.picture()
    mention = f"<@{stage.ada.id}|ada>"
    await stage.ada.command(stage.channel, EASEL, f"sanction ban --person {mention}")
    await stage.ada.ephemeral("is for moderators only", within=20)
    await mo.command(stage.channel, EASEL, f'sanction ban --person {mention} --why "no floods"')
    confirmation = await mo.ephemeral("is banned everywhere for good", within=20)
    await read_notice(stage, stage.ada, "A moderator has banned you")
    await stage.ada.command(stage.channel, IMAGINE, "a hare")
    await stage.ada.ephemeral("You are banned from asking for pictures here; nothing was counted. Why: no floods.", within=20)
    await stage.ada.command(stage.channel, EASEL, "standing")
    await stage.ada.ephemeral("1 sanction on record here", within=20)
    await mo.press(confirmation, "Undo")
    await mo.ephemeral("Taken back: the ban of", within=20)
    await stage.picture("a hare")


async def test_a_case_is_appealed_by_the_button_and_by_the_command(stage: SlackStage, mo: Member, mods: Channel) -> None:
    """Another moderator looks at it again, who has decided nothing yet; picture and person come back."""
    picture, eve, zoe = await stage.picture(), stage.team.add_member("eve"), stage.team.add_member("zoe", is_admin=True)
    await eve.message_shortcut("report_picture", picture)
    case = await mods.message_when(lambda one: "was reported" in one and bool(one.images), within=30)
    await mo.press(case, "Ban")
    await read_notice(stage, stage.ada, "A moderator has banned you")
    await stage.ada.command(stage.channel, IMAGINE, "a hare")
    refusal = await stage.ada.ephemeral("You are banned from asking for pictures here", within=20)
    await stage.ada.press(refusal, "Appeal")
    await stage.ada.submit(await stage.ada.view(within=20), {"why": "it was a joke"})
    await stage.ada.ephemeral("Your appeal is with the moderators", within=20)
    appeal = await mods.message_when(lambda one: "appeals against a decision" in one, within=30)
    assert "it was a joke" in appeal
    await stage.ada.command(stage.channel, EASEL, "appeal please look again")
    await stage.ada.ephemeral("You have appealed against that already", within=20)
    await mo.press(appeal, "Take it back")
    await mo.ephemeral("others have a day to decide it", within=20)
    await zoe.press(appeal, "Take it back")
    await read_notice(stage, stage.ada, "the decision is taken back")
    [restored] = await stage.base.records.pictures.of_job((await stage.job(picture)).id)
    assert restored.state is PictureState.VISIBLE
    await stage.picture("a hare")
