"""Asks with real clients whether many pictures in one go are drawn, shown and fetched, and counted once over `kill -9`."""

import asyncio
import contextlib
import io
import zipfile
from pathlib import Path

import httpx2
from PIL import Image

from tests.e2e import discord_stage, slack_stage
from tests.e2e.serving import ServedVisitor, Serving
from tests.fakes.discord import Upload
from tests.fakes.slack import Limits

FOUR = "a {red, blue} fox in {snow, rain}"
TABLE = "nr;prompt\n1;an owl, grey\n2;ein Fuchs\n"
DONE = "SELECT count(*) FROM jobs WHERE state = 'done'"


async def test_on_discord_four_pictures_are_one_message(tmp_path: Path) -> None:
    """Offered in private with what they count for, confirmed by a button, and in the end on one sheet."""
    async with discord_stage.a_stage(tmp_path) as stage:
        offer = await (await stage.ada.type_command(stage.channel, "batch", prompts=FOUR)).message_when(within=20)
        assert offer.is_ephemeral
        assert "4 pictures: a red fox in snow, and 3 more" in offer.text
        await stage.ada.press(offer, "Draw 4")
        await offer.when(lambda one: "You confirmed that" in one.text and not one.buttons, within=20)
        message = await stage.channel.message_when(lambda one: "Drawing 4 pictures" in one.text, within=20)
        await message.when(lambda one: bool(one.files), within=60)
        assert message.text.startswith("4 pictures: a red fox in snow, and 3 more")
        assert [one for one in stage.channel.messages if one.files] == [message]
        [sheet] = message.files
        with Image.open(io.BytesIO(sheet.content)) as opened:
            assert opened.size == (824, 824)
        shown = await (await stage.ada.press(message, "Show 2: a red fox in rain")).message_when(discord_stage.is_done, within=20)
        assert not shown.is_ephemeral
        chosen = await stage.ada.press(shown, "Collect")
        notice = await (await stage.ada.submit_modal(chosen, {"Name": "Night birds"})).message_when(within=20)
        assert "1 picture put into Night birds" in notice.text
        given = await stage.ada.type_command(stage.channel, "batch", file=Upload("list.csv", TABLE.encode("utf-8-sig")))
        assert "2 pictures: an owl, grey, and 1 more" in (await given.message_when(within=20)).text
        asked = await stage.ada.type_command(stage.channel, "batch")
        given = await stage.ada.submit_modal(asked, {"File": Upload("list.txt", b"a fox\nan owl")})
        assert "2 pictures: a fox, and 1 more" in (await given.message_when(within=20)).text
        given = await stage.ada.type_command(stage.channel, "batch", file=Upload("list.csv", "grün".encode("latin-1")))
        assert "no UTF-8 text" in (await given.message_when(within=20)).text


async def test_on_slack_four_pictures_are_one_message(tmp_path: Path) -> None:
    """Lines are pasted, into the command or into the form that it opens."""
    async with slack_stage.a_stage(tmp_path, limits=Limits(files_must_be_shared=False)) as stage:
        await stage.ada.command(stage.channel, "/easel", f"batch {FOUR}\nan owl --shape wide")
        offer = await stage.ada.ephemeral("5 pictures: a red fox in snow, and 4 more", within=20)
        await stage.ada.press(offer, "Draw 5")
        message = await stage.channel.message_when(lambda one: "5 pictures: a red fox" in one and bool(one.images), within=60)
        assert ("You confirmed that" in offer.text, offer.buttons) == (True, [])
        assert len(message.images) == 1
        assert "All as one file" in message.buttons
        await stage.ada.press(message, "Show 5: an owl")
        shown = await stage.done(but={message.ts})
        await stage.ada.press(shown, "Collect")
        await stage.ada.submit(await stage.ada.view(within=20), {"name": "Night birds"})
        await stage.ada.ephemeral("1 picture put into Night birds", within=20)
        await stage.ada.command(stage.channel, "/easel", "batch")
        await stage.ada.submit(await stage.ada.view(within=20), {"prompts": "a fox\nan owl"})
        await stage.ada.ephemeral("2 pictures: a fox, and 1 more", within=20)
        for content, says in (
            (TABLE.encode("utf-8-sig"), "2 pictures: an owl, grey"),
            ("grün".encode("latin-1"), "no UTF-8 text"),
        ):
            await stage.ada.command(stage.channel, "/easel", "batch")
            file = stage.ada.upload("list.csv", content)
            await stage.ada.submit(await stage.ada.view(within=20), {"file": [file]})
            await stage.ada.ephemeral(says, within=20)


async def test_what_a_killed_program_was_taking_in_is_drawn_once_by_the_next(tmp_path: Path) -> None:
    """On the page: confirmed, killed on the way, started again; all of it comes, in one message and one file."""
    environ = {"EASEL_QUOTAS__TIERS__GUEST": "30"}
    async with Serving(tmp_path, environ) as serving, ServedVisitor(serving.url) as visitor:
        reply = await visitor.types("/batch {a,b,c} {fox,owl} in {snow,rain}")
        [note] = reply["notes"]
        [draw, _] = note["buttons"]
        await kill_on_the_way(serving, visitor, draw["action"])
        await serving.start()
        await serving.until(DONE, 12)
        await serving.until("SELECT count(*) FROM batches WHERE told_at IS NOT NULL", 1)
        assert serving.rows("SELECT count(*) AS jobs FROM jobs") == [{"jobs": 12}]
        assert serving.rows("SELECT sum(spent) AS spent, sum(held) AS held FROM usage WHERE community = 'house'") == [
            {"spent": 12, "held": 0}
        ]
        [message] = await visitor.messages()
        assert message["post"]["text"] == "12 pictures: a fox in snow, and 11 more"
        assert len(message["post"]["pictures"]) == 12
        [zipped, _] = [button["action"] for button in message["post"]["buttons"]]
        [link] = (await visitor.presses(zipped, message["id"]))["notes"][0]["links"]
        answer = await visitor.get(link["address"].removeprefix(serving.url))
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == [
                *(f"easel-ai-{number:03}.png" for number in range(1, 13)),
                "prompts.txt",
                "manifest.json",
            ]


async def kill_on_the_way(serving: Serving, visitor: ServedVisitor, action: str) -> None:
    """Press the button, and kill the program once it has begun."""
    async with asyncio.TaskGroup() as group:
        pressing = group.create_task(_press(visitor, action))
        await serving.until("SELECT count(*) FROM jobs", 1)
        await serving.kill()
        pressing.cancel()


async def _press(visitor: ServedVisitor, action: str) -> None:
    with contextlib.suppress(httpx2.HTTPError):
        await visitor.presses(action)
