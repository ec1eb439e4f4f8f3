"""Asks what happens in a channel that two organisations share: whose bot answers, and who is counted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.slack import SLACK
from bot.adapters.slack.bot_tokens import BotIdentity
from bot.adapters.slack.call import SlackCallDependencies, SlackCallFactory
from bot.adapters.slack.payloads import PayloadOrigin
from bot.adapters.slack.user_profiles import UserProfiles
from bot.domain.people import Identity
from bot.errors import MessageGone
from tests.e2e.slack_stage import SlackStage, a_stage, is_done
from tests.e2e.slack_surface_stage import a_stage as a_surface
from tests.fakes.slack import Member


class Nowhere:
    """Implements `BotIdentities` for an app that is installed nowhere."""

    async def token(self, enterprise: str, team: str) -> str:
        """Refuse."""
        raise MessageGone(SLACK, f"not installed in {enterprise}{team}")

    async def bot(self, enterprise: str, team: str) -> BotIdentity:
        """Refuse."""
        raise MessageGone(SLACK, f"not installed in {enterprise}{team}")

    async def close(self) -> None:
        """Do nothing."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SlackStage]:
    """A house, in a workspace that shares its channel."""
    async with a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def eve(stage: SlackStage) -> Member:
    """Somebody of another organisation, where nobody installed anything."""
    other = stage.slack.add_workspace("globex", enterprise="E0GLOBEX", is_installed=False)
    stage.channel.share_with(other)
    return other.add_member("eve", is_admin=True)


async def test_a_guest_who_mentions_the_bot_gets_a_picture(stage: SlackStage, eve: Member) -> None:
    """Our installation stands in the event's first authorization only; the person is of their own workspace."""
    received = await eve.mention(stage.channel, "@easel a fox in the snow")
    assert received.payload["team_id"] == eve.workspace.id
    job = await stage.job(await stage.done())
    assert job.author.identity == Identity(SLACK, eve.workspace.id, eve.id)
    assert (job.place.tenant, job.place.channel) == (stage.team.id, stage.channel.id)


async def test_a_guest_fills_a_form_in(stage: SlackStage, eve: Member) -> None:
    """The form's payload is signed with their team; whose form it is stands in the view."""
    picture = await stage.picture()
    await eve.press(picture, "Change words")
    view = await eve.view()
    sent = await eve.submit(view, prompt="a badger")
    assert (sent.payload["team"]["id"], view.json()["app_installed_team_id"]) == (eve.workspace.id, stage.team.id)
    job = await stage.job(await stage.done(but={picture.ts}))
    assert job.author.identity == Identity(SLACK, eve.workspace.id, eve.id)


async def test_a_guest_is_one_person_however_they_ask(stage: SlackStage, eve: Member) -> None:
    """A mention, a button: one identity, and so one quota."""
    await eve.mention(stage.channel, "@easel a fox in the snow")
    first = await stage.done()
    await eve.press(first, "Again")
    second = await stage.done(but={first.ts})
    assert (await stage.job(second)).author == (await stage.job(first)).author


async def test_an_admin_of_elsewhere_is_no_admin_here(stage: SlackStage, eve: Member) -> None:
    """Whoever looks after their own workspace deletes nothing in ours."""
    picture = await stage.picture()
    await eve.press(picture, "Delete")
    await stage.slack.until(lambda: eve.ephemerals(stage.channel), within=10, what="a refusal")
    assert stage.channel.find(picture.ts) is not None
    assert is_done(picture)


async def test_a_guest_gets_a_picture_by_direct_message(stage: SlackStage, eve: Member) -> None:
    """It is our bot that writes to them: theirs has none."""
    picture = await stage.picture()
    await eve.react(picture, "email")
    await stage.team.dm(eve).message_when(lambda one: one.alts, within=20)


async def test_a_guest_who_is_mentioned_is_who_they_are_at_home(stage: SlackStage, eve: Member) -> None:
    """Not somebody of the typist's workspace who has never been seen: typed, and chosen in a form."""
    eves = f"slack:{eve.workspace.id}:{eve.id}"
    boss = stage.team.add_member("boss", is_admin=True)
    await eve.mention(stage.channel, "@easel a fox in the snow")
    await stage.done()
    await boss.command(stage.channel, "/easel", f"credits grant <@{eve.id}|eve> 5")
    assert eves in (await boss.ephemeral("5")).text
    await boss.command(stage.channel, "/easel", "credits grant")
    await boss.submit(await boss.view(), {"person": eve.id, "amount": "7"})
    assert eves in (await boss.ephemeral("12")).text
    accounts = stage.base.records.accounts
    assert await accounts.find(Identity(SLACK, eve.workspace.id, eve.id)) is not None
    assert await accounts.find(Identity(SLACK, stage.team.id, eve.id)) is None


async def test_nobody_is_guessed_at_while_slack_is_silent(stage: SlackStage, eve: Member) -> None:
    """What was typed is not done, and said so."""
    boss = stage.team.add_member("boss", is_admin=True)
    await boss.command(stage.channel, "/easel", "help")
    await boss.ephemeral("what you can ask for")
    stage.slack.faults.fail("users.info", "ratelimited")
    await boss.command(stage.channel, "/easel", f"credits grant <@{eve.id}> 5")
    assert "nothing was changed" in await boss.ephemeral("which workspace")
    assert await stage.base.records.accounts.find(Identity(SLACK, stage.team.id, eve.id)) is None


async def test_nothing_is_begun_for_a_workspace_without_the_bot() -> None:
    """Where nothing could be answered there is no call, so nothing is drawn and nothing counted."""
    async with a_surface() as stage:
        means = SlackCallDependencies(stage.surface, stage.web, Nowhere(), stage.slack.clock, {})
        with pytest.raises(MessageGone):
            await SlackCallFactory(means, UserProfiles(stage.web)).build(PayloadOrigin("T9", "U9", channel="C9"), "k")
        assert stage.slack.calls() == []
