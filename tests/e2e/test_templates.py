"""Asks whether people on both platforms draw from templates by a form, and make templates of pictures."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e import discord_stage, slack_stage
from tests.e2e.discord_stage import DiscordStage
from tests.e2e.slack_stage import SlackStage
from tests.fakes.discord import Upload
from tests.fakes.photos import photo
from tests.fakes.slack import Limits

EASEL = "/easel"


@pytest.fixture
async def discord(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it, which paints offline."""
    async with discord_stage.a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackStage]:
    """Yield an open house on Slack that paints offline."""
    async with slack_stage.a_stage(tmp_path, limits=Limits(files_must_be_shared=False)) as made:
        yield made


async def test_on_discord_a_form_asks_for_the_slots(discord: DiscordStage) -> None:
    """A template is chosen, filled in and drawn in public; its picture becomes one of one's own, which is used again."""
    asked = await discord.ada.type_command(discord.channel, "template use", name="poster")
    modal = await asked.modal_shown()
    assert (modal.title, [field.label for field in modal.fields]) == ("poster", ["Subject", "Style", "Headline"])
    sent = await discord.ada.submit_modal(asked, {"Subject": "foxes {headline}", "Headline": "Run"})
    message = await sent.message_when(discord_stage.is_done, within=20)
    job = await discord.job(message)
    assert job.wish.prompt.startswith("A printed poster about foxes {headline}, in the style of flat screen print")
    assert (str(job.wish.shape), str(job.wish.quality), message.is_ephemeral) == ("tall", "high", False)
    pressed = await discord.ada.context_menu(message, "Save as template")
    form = await pressed.modal_shown()
    assert [field.label for field in form.fields] == ["Name", "Words", "About", "Whose"]
    kept = await discord.ada.submit_modal(pressed, {"Name": "fox-run", "Words": "{{A}} fox runs through {place:snow}"})
    shown = await kept.message_when()
    assert "The template fox-run of yours. Drawn with shape tall, quality high" in shown.text
    again = await discord.ada.press(shown, "Use")
    assert [field.label for field in (await again.modal_shown()).fields] == ["Place"]
    drawn = await (await discord.ada.submit_modal(again, {})).message_when(discord_stage.is_done, within=20)
    assert (await discord.job(drawn)).wish.prompt == "{A} fox runs through snow"


async def test_on_slack_a_form_asks_for_the_slots(slack: SlackStage) -> None:
    """The same, with Slack's forms; what is typed needs none."""
    await slack.ada.command(slack.channel, EASEL, "template use poster")
    view = await slack.ada.view()
    assert (view.title, [one.block_id for one in view.inputs]) == ("poster", ["slots.subject", "slots.style", "slots.headline"])
    await slack.ada.submit(view, {"slots.subject": "foxes {headline}", "slots.headline": "Run"})
    message = await slack.done()
    assert (await slack.job(message)).wish.prompt.startswith("A printed poster about foxes {headline}, in the style of flat")
    await slack.ada.message_shortcut("save_template", message)
    form = await slack.ada.view()
    await slack.ada.submit(form, {"name": "fox-run", "words": "A fox runs through {place:snow}"})
    await slack.ada.ephemeral("The template fox-run of yours. Drawn with shape tall, quality high", within=20)
    before = {one.ts for one in slack.channel.messages}
    await slack.ada.command(slack.channel, EASEL, 'template use fox-run place="deep snow"')
    drawn = await slack.done(but=before)
    assert (await slack.job(drawn)).wish.prompt == "A fox runs through deep snow"
    await slack.ada.command(slack.channel, EASEL, "template use fox-run")
    await slack.ada.submit(await slack.ada.view(), {})
    usual = await slack.done(but=before | {drawn.ts})
    assert (await slack.job(usual)).wish.prompt == "A fox runs through snow"


async def test_a_prompt_is_put_together_by_a_form(discord: DiscordStage, slack: SlackStage) -> None:
    """On both platforms five fields become words, which are shown to that person alone and drawn by a button."""
    asked = await discord.ada.type_command(discord.channel, "help-me-write")
    modal = await asked.modal_shown()
    assert [field.label for field in modal.fields] == ["Subject", "Style", "Use", "Composition", "Constraints"]
    sent = await discord.ada.submit_modal(asked, {"Subject": "a fox", "Style": "watercolour"})
    shown = await sent.message_when()
    assert (shown.is_ephemeral, "a fox\nStyle: watercolour" in shown.text) == (True, True)
    drawn = await (await discord.ada.press(shown, "Draw it")).message_when(discord_stage.is_done, within=20)
    assert (await discord.job(drawn)).wish.prompt == "a fox\nStyle: watercolour"
    assert "Help me write it" in (await slack.ada.open_home()).buttons
    await slack.ada.command(slack.channel, EASEL, "help-me-write")
    await slack.ada.submit(await slack.ada.view(), {"subject": "a fox", "use": "a card"})
    note = await slack.ada.ephemeral("a fox", within=20)
    await slack.ada.press(note, "Draw it")
    assert (await slack.job(await slack.done())).wish.prompt == "a fox\nFor: a card"


async def test_a_template_brings_its_pictures_along(discord: DiscordStage) -> None:
    """They are files of `/template save`, and go to whoever draws."""
    files = {"picture": Upload("a.png", photo("PNG")), "picture2": Upload("b.jpg", photo())}
    saved = await discord.ada.type_command(
        discord.channel, "template save", name="ours", words="a {what:fox} like these", **files
    )
    assert "Drawn with 2 pictures" in (await saved.message_when()).text
    used = await discord.ada.type_command(discord.channel, "template use", name="ours", slots="what=hare")
    message = await used.message_when(discord_stage.is_done, within=20)
    assert len((await discord.job(message)).wish.inputs) == 2
    assert "drawn after 2 pictures" in message.text


async def test_a_picture_is_made_for_a_place(discord: DiscordStage) -> None:
    """Exactly as wide as that is; what must not be seen stands in the words, and the style of it is taken for another one."""
    message = await discord.picture("a fox", **{"for": "x-header", "negative": "text"})
    assert message.files[0].size == (1536, 512)
    job = await discord.job(message)
    assert job.wish.prompt == "a fox\nLeave out: text"
    drawn = await discord.picture("a hare", style=job.id)
    assert "drawn after a picture" in drawn.text or "drawn after 1 picture" in drawn.text
