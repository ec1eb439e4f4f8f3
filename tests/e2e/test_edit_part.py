"""Asks the whole house on both chats: is what Edit a part and Resize offer for whoever pressed, and the picture for all?"""

import re
from functools import partial
from io import BytesIO
from pathlib import Path

from PIL import Image

from bot.adapters.web.place_call import PlaceCall
from bot.app.house import House
from bot.app.part_editing import build_part_editing, build_part_page
from bot.commands.part import MarkedPart
from bot.domain.people import HOUSE, Identity, Platform
from bot.services.part_links import PartEdit, call_key
from tests.e2e import discord_stage, slack_stage
from tests.e2e.discord_stage import DiscordStage
from tests.fakes.discord import Message
from tests.fakes.photos import mask_of
from tests.fakes.slack import Limits

AMBER = Identity(Platform("web"), "", "amber")
MASK, TALL = (mask_of((1024, height), (100, 100, 500, 500)) for height in (1024, 1536))


async def mark(house: House | None, link_text: str, mask: bytes = MASK) -> PartEdit:
    """Open the link that was told, and send what the page would."""
    found = re.search(r"http://127\.0\.0\.1:\d+/part#([\w-]+)", link_text)
    assert house is not None
    assert found is not None
    editing = build_part_editing(house.services.features)
    edit, _ = await editing.open(AMBER, found[1])
    surfaces = build_part_page(house.services.features).surfaces
    call = PlaceCall(surfaces, key=call_key(found[1]), person=edit.person, place=edit.place)
    await editing.send(MarkedPart("a lamp", mask), edit, call)
    assert call.notes == []
    return edit


async def poster(stage: DiscordStage) -> tuple[Message, Message]:
    """Make a poster of a template, change it twice by answers, go back one step: give the first change, and what is turned."""
    asked = await stage.ada.type_command(stage.channel, "template use", name="poster")
    sent = await stage.ada.submit_modal(asked, {"Subject": "a street with a lamp", "Headline": "Night walk"})
    shown = [await sent.message_when(discord_stage.is_done, within=20)]
    for words in ("make the sky red", "now put stars in it"):
        said = await stage.ada.say(stage.channel, words, reply_to=shown[-1])
        answered = partial(is_answer, said)
        shown.append(await stage.channel.message_when(answered, within=20))
    turned = shown[-1]
    await stage.ada.press(turned, "Back")
    await turned.when(lambda one: "make the sky red" in one.text, within=10)
    return shown[1], turned


def is_answer(said: Message, message: Message) -> bool:
    """Whether a message is the picture that came of an answer."""
    return message.reference is said and discord_stage.is_done(message)


def outside(message: Message) -> bytes:
    """Return the pixels of a message's picture that are below the marked part."""
    with Image.open(BytesIO(message.files[0].content)) as picture:
        return picture.convert("RGB").crop((0, 600, *picture.size)).tobytes()


async def test_on_discord(tmp_path: Path) -> None:
    """At the end of a story, of the picture that it went back to; the new message names who asked, as it answers nobody."""
    async with discord_stage.a_stage(tmp_path) as stage:
        red, message = await poster(stage)
        pressed = await stage.ada.press(message, "Edit a part")
        private = await pressed.message_when(within=10)
        assert private.is_ephemeral
        before = len(stage.channel.messages)
        await mark(stage.house, str(private.components), TALL)
        await stage.discord.changes.until(
            lambda: len(stage.channel.messages) > before and discord_stage.is_done(stage.channel.messages[-1]),
            within=20,
            what="the picture",
        )
        new = stage.channel.messages[-1]
        assert "asked by Ada" in new.text
        job = await stage.job(new)
        assert ([str(one.role) for one in job.wish.inputs], job.author.identity.user) == (["base", "mask"], str(stage.ada.id))
        assert (outside(new), new.files[0].content == red.files[0].content) == (outside(red), False)
        counted = await stage.base.records.ledger.quota_status(HOUSE, job.account, job.created_at.date(), 99)
        assert (counted.held, counted.spent) == (0, 4 * 2), "of high quality, as the poster is, each counts as two"
        offered = await (await stage.ada.press(new, "Resize")).message_when(within=10)
        assert offered.is_ephemeral
        wider = await (await stage.ada.press(offered, "Pan right")).message_when(discord_stage.is_done, within=20)
        assert not wider.is_ephemeral
        width, height = wider.files[0].size or (0, 1)
        assert width == height, "a half is added to what was two by three"


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
