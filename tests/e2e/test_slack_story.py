"""Asks on Slack, with the real client, for the whole story of a reported picture, with its link and the page beside it."""

import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.slack import SLACK
from bot.adapters.slack.manifest import EASEL
from bot.adapters.web.surface import WebSurface
from bot.app.web_server import serve_web
from bot.domain.people import REGISTERED, Identity
from storage.sql.accounts import SqlAccounts
from storage.sql.page_messages import SqlPageMessages
from tests.e2e.serving import ServedVisitor
from tests.e2e.slack_stage import SlackStage, a_stage
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.slack import Channel, Limits, Member, Message


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SlackStage]:
    """Yield an open house that paints offline, on a Slack that takes files at once, and serves its page."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        web = {"port": listener.getsockname()[1]}
        async with a_stage(tmp_path, limits=Limits(files_must_be_shared=False), web=web) as made:
            assert made.house is not None
            base = made.base
            page = WebSurface(SqlPageMessages(base.database, base.clock, base.ids), base.events)
            services, dispatcher = made.house.services.features, made.house.dispatcher
            async with serve_web(services, dispatcher, surface=page, listener=listener, extension=made.extension):
                yield made


@pytest.fixture
async def visitor(stage: SlackStage) -> AsyncIterator[ServedVisitor]:
    """Yield a browser."""
    async with ServedVisitor(f"http://127.0.0.1:{stage.settings.web.port}") as visitor:
        yield visitor


async def add_regular(stage: SlackStage, name: str) -> Member:
    """Return somebody who has been known here for long."""
    member = stage.team.add_member(name)
    accounts = SqlAccounts(stage.base.database, StoppedClock(NOON - timedelta(days=300)), stage.base.ids)
    await accounts.get_or_create(Identity(SLACK, stage.team.id, member.id), REGISTERED)
    return member


async def name_channel(mo: Member, mods: Channel) -> None:
    """Have an admin say where cases are shown, and that two reports hide a picture."""
    await mo.command(mods, EASEL, "settings set here --name review_channel")
    await mo.ephemeral("“review channel” is now #mods", within=20)
    await mo.command(mods, EASEL, "settings set 2 --name reports_to_hide")
    await mo.ephemeral("is now 2", within=20)


async def decides_elsewhere(stage: SlackStage, zoe: Member, mods: Channel) -> None:
    """Have somebody decide another case, by which she is known as a moderator."""
    hare = await stage.picture("a hare")
    await zoe.react(hare, "triangular_flag_on_post")
    case = await mods.message_when(lambda one: "a hare" in one and "Keep" in one.buttons, within=30)
    await zoe.press(case, "Keep")
    await zoe.ephemeral("the picture stays", within=20)


async def hidden(picture: Message, eve: Member, hal: Member) -> None:
    """Have two people report a picture, by reaction and by the menu, and wait until nobody sees it."""
    await eve.react(picture, "triangular_flag_on_post")
    await eve.ephemeral("the moderators are told", within=20)
    await hal.message_shortcut("report_picture", picture)
    await hal.ephemeral("the moderators are told", within=20)
    await picture.when(lambda one: "is hidden while a moderator looks at it" in one and not one.images, within=20)


@pytest.mark.parametrize(
    ("button", "answer", "state"),
    [("Take it back", "the decision is taken back", 200), ("Leave it so", "it stays as it was", 410)],
)
async def test_a_picture_is_reported_hidden_removed_and_appealed(
    stage: SlackStage, visitor: ServedVisitor, button: str, answer: str, state: int
) -> None:
    """Another moderator than the one who removed it looks at it again; its link, its message and the gallery follow."""
    mo, zoe = [stage.team.add_member(name, is_admin=True) for name in ("mo", "zoe")]
    eve, hal, mods = await add_regular(stage, "eve"), await add_regular(stage, "hal"), stage.team.add_channel("mods")
    await name_channel(mo, mods)
    await decides_elsewhere(stage, zoe, mods)
    picture = await stage.picture()
    [kept] = await stage.base.records.pictures.of_job((await stage.job(picture)).id)
    link = f"/p/{kept.id}.png"
    assert (await visitor.get(link)).status_code == 200

    await hidden(picture, eve, hal)
    assert (await visitor.get(link)).status_code == 410
    case = await mods.message_when(lambda one: "2 people reported it: eve and hal" in one and "Remove" in one.buttons, within=30)
    await case.when(lambda one: "It is hidden from everybody until this is decided." in one, within=30)
    await mo.press(case, "Remove")
    await mo.ephemeral("Decided: the picture is removed", within=20)
    await picture.when(lambda one: "This picture was taken down." in one and not one.images, within=20)
    assert (await visitor.get(link)).status_code == 410
    await stage.ada.command(stage.channel, EASEL, "gallery")
    assert "“a fox in the snow”" in await stage.ada.ephemeral("Taken down", within=20)

    notice = await stage.ada.dm.message_when(lambda one: "was taken down because it breaks the rules" in one, within=30)
    await stage.ada.press(notice, "Appeal")
    await stage.ada.submit(await stage.ada.view(within=20), {"why": "it is only a fox"})
    await stage.ada.ephemeral("Your appeal is with the moderators", within=20)
    appeal = await mods.message_when(lambda one: "it is only a fox" in one and button in one.buttons, within=30)
    assert "mo decided on" in appeal
    await mo.press(appeal, button)
    await mo.ephemeral("another moderator", within=20)
    await zoe.press(appeal, button)
    await stage.ada.dm.message_when(lambda one: answer in one, within=30)
    await appeal.when(lambda one: "zoe decided after" in one, within=20)
    assert (await visitor.get(link)).status_code == state
    if state == 200:
        await picture.when(lambda one: bool(one.images), within=20)


async def test_a_moderator_sees_in_the_channel_that_the_author_deleted_the_picture(stage: SlackStage) -> None:
    """Nobody is left looking at a case for a picture that is gone; if it comes back, that is seen too."""
    mo, eve, mods = stage.team.add_member("mo", is_admin=True), stage.team.add_member("eve"), stage.team.add_channel("mods")
    await name_channel(mo, mods)
    picture = await stage.picture()
    await eve.react(picture, "triangular_flag_on_post")
    case = await mods.message_when(lambda one: "was reported" in one and "Remove" in one.buttons, within=30)
    await stage.ada.press(picture, "Delete")
    await case.when(lambda one: "Its author has deleted it" in one, within=30)
    await stage.ada.press(await picture.when(lambda one: "Undo" in one.buttons, within=20), "Undo")
    await case.when(lambda one: "deleted" not in one, within=30)
