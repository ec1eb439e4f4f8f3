"""Asks the whole house on both chats: is what Edit a part and Resize offer for whoever pressed, and the picture for all?"""

import re
from pathlib import Path

from bot.adapters.web.place_call import PlaceCall
from bot.app.house import House
from bot.app.part_editing import build_part_editing, build_part_page
from bot.commands.part import MarkedPart
from bot.domain.people import Identity, Platform
from bot.services.part_links import PartEdit, call_key
from tests.e2e import discord_stage, slack_stage
from tests.fakes.photos import mask_of
from tests.fakes.slack import Limits

AMBER = Identity(Platform("web"), "", "amber")
MASK = mask_of((1024, 1024), (100, 100, 500, 500))


async def mark(house: House | None, told: str) -> PartEdit:
    """Open the link that was told, and send what the page would."""
    found = re.search(r"http://127\.0\.0\.1:\d+/part#([\w-]+)", told)
    assert house is not None
    assert found is not None
    editing = build_part_editing(house.services)
    edit, _ = await editing.open(AMBER, found[1])
    surfaces = build_part_page(house.services).surfaces
    call = PlaceCall(surfaces, key=call_key(found[1]), person=edit.person, place=edit.place)
    await editing.send(MarkedPart("a lamp", MASK), edit, call)
    assert call.notes == []
    return edit


async def test_on_discord(tmp_path: Path) -> None:
    """The new message names who asked, as it stands below no command."""
    async with discord_stage.a_stage(tmp_path) as stage:
        message = await stage.picture()
        pressed = await stage.ada.press(message, "Edit a part")
        private = await pressed.message_when(within=10)
        assert private.is_ephemeral
        before = len(stage.channel.messages)
        await mark(stage.house, str(private.components))
        await stage.discord.changes.until(
            lambda: len(stage.channel.messages) > before and discord_stage.is_done(stage.channel.messages[-1]),
            within=20,
            what="the picture",
        )
        new = stage.channel.messages[-1]
        assert "asked by Ada" in new.text
        job = await stage.job(new)
        assert ([str(one.role) for one in job.wish.inputs], job.author.identity.user) == (["base", "mask"], str(stage.ada.id))
        offered = await (await stage.ada.press(new, "Resize")).message_when(within=10)
        assert offered.is_ephemeral
        wider = await (await stage.ada.press(offered, "Pan right")).message_when(discord_stage.is_done, within=20)
        assert not wider.is_ephemeral
        assert wider.files[0].size == (1536, 1024)


async def test_on_slack(tmp_path: Path) -> None:
    """In the thread or channel in which the button was pressed."""
    async with slack_stage.a_stage(tmp_path, limits=Limits(files_must_be_shared=False)) as stage:
        message = await stage.picture()
        await stage.ada.press(message, "Edit a part")
        private = await stage.ada.ephemeral("opens once within")
        await mark(stage.house, str(private.blocks))
        new = await stage.done(but={message.ts})
        assert "asked by ada" in new.shown
        assert [str(one.role) for one in (await stage.job(new)).wish.inputs] == ["base", "mask"]
        await stage.ada.press(new, "Resize")
        offered = await stage.ada.ephemeral("What should become of it?")
        await stage.ada.press(offered, "Pan right")
        wider = await stage.done(but={message.ts, new.ts})
        assert (await stage.job(wider)).wish.inputs[0].width == 1536
