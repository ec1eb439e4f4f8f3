"""Does the fake Discord treat the real, unpatched discord.py as the platform does, when all goes well?"""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest

from tests.fakes.discord import FakeDiscord, NotSeen
from tests.fakes.tests.asking import fetched, picture
from tests.fakes.tests.plain_bot import Again, Interaction, a_stage


async def test_a_command_is_deferred_and_its_message_becomes_a_picture_with_buttons() -> None:
    """The way of every `/imagine`: thinking, a preview, the picture."""

    async def act(interaction: Interaction) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.edit_original_response(content="half done", attachments=[picture("half.png")])
        view = discord.ui.View(timeout=None)
        view.add_item(Again(7))
        await interaction.edit_original_response(content="a fox", attachments=[picture()], view=view)

    async with a_stage() as stage:
        stage.bot.act = act
        interaction = await stage.ada.type_command(stage.channel, "do", words="a fox", shape="Wide", count=2)
        await interaction.acknowledged(within=3)
        message = await interaction.message_when(lambda m: m.buttons)
        assert [version.text for version in message.history] == ["", "half done", "a fox"]
        assert message.history[0].is_thinking
        assert [file.filename for file in message.files] == ["fox.png"]
        assert (message.files[0].alt, message.files[0].size, message.files[0].media_type) == ("a fox", (30, 20), "image/png")
        assert [(button.label, button.custom_id) for button in message.buttons] == [("Again", "again:7")]
        assert stage.channel.messages == [message]
        assert interaction.acknowledged_after is not None
        assert stage.fake.seen.of("POST", "/interactions/*/callback")[0].query == {"with_response": "1"}
        assert stage.fake.seen.of("PATCH", "/webhooks/*/messages/@original")[1].files == (
            ("fox.png", len(message.files[0].content)),
        )


async def test_reactions_arrive_raw_with_their_member_and_the_message_author() -> None:
    """With the intents for guilds and reactions alone."""
    async with a_stage() as stage:
        message = await stage.answer(lambda i: i.response.send_message("a fox"))
        await stage.ada.react(message, "🚩")
        payload = await stage.received("reaction")
        assert (str(payload.emoji), payload.message_id, payload.user_id) == ("🚩", message.id, stage.ada.id)
        assert payload.member.name == "ada"
        assert payload.message_author_id == stage.bot.application_id
        await stage.ada.unreact(message, "🚩")
        assert (await stage.received("unreaction")).member is None
        assert message.reactions == {}


async def test_the_bot_reacts_too() -> None:
    """And sees who did."""
    async with a_stage() as stage:
        message = await stage.place.send("a fox")
        await message.add_reaction("⭐")
        await message.add_reaction("⭐")
        [shown] = stage.channel.messages
        assert shown.reactions == {"⭐": [stage.fake.bot]}
        await message.remove_reaction("⭐", discord.Object(stage.fake.bot.id))
        assert shown.reactions == {}


async def test_a_layout_view_is_sent_by_editing_a_deferred_answer() -> None:
    """Components V2: the files that it shows are seen, though `attachments` is empty, and one that it forgets is not."""
    answered: list[discord.Message] = []

    async def act(interaction: Interaction) -> None:
        await interaction.response.defer(thinking=True)
        shown, forgotten = picture("fox.png"), picture("forgotten.png")
        view = discord.ui.LayoutView(timeout=None)
        gallery = discord.ui.MediaGallery[Any](discord.MediaGalleryItem(shown, description="a fox"))
        row = discord.ui.ActionRow[Any](Again(3))
        view.add_item(discord.ui.Container(discord.ui.TextDisplay("**a fox**"), gallery, row, accent_colour=0xFF8800))
        answered.append(await interaction.edit_original_response(view=view, attachments=[shown, forgotten]))

    async with a_stage() as stage:
        message = await stage.answer(act)
        assert message.is_v2
        assert (message.text, message.content) == ("**a fox**", "")
        assert [file.filename for file in message.files] == ["fox.png"]
        assert [file.filename for file in message.now.uploads] == ["fox.png", "forgotten.png"]
        await stage.until(lambda: answered)
        assert [one.filename for one in answered[0].attachments] == ["forgotten.png"]
        [container] = answered[0].components
        assert isinstance(container, discord.Container)
        gallery = container.children[1]
        assert isinstance(gallery, discord.MediaGalleryComponent)
        media = gallery.items[0].media
        assert (media.width, media.height, media.attachment_id) == (30, 20, message.files[0].id)
        assert await fetched(media.url) == (200, message.files[0].content)
        pressed = await stage.ada.press(message, "Again")
        assert (await pressed.message_when()).text == "again 3"


async def test_an_embed_shows_an_uploaded_picture() -> None:
    """And then the picture is not among the attachments any more."""
    async with a_stage() as stage:
        embed = discord.Embed(title="a fox").set_image(url="attachment://fox.png")
        sent = await stage.place.send(embed=embed, file=picture())
        assert sent.attachments == []
        assert sent.embeds[0].image.width == 30
        [message] = stage.channel.messages
        assert [file.filename for file in message.files] == ["fox.png"]
        assert await fetched(sent.embeds[0].image.url or "") == (200, message.files[0].content)


async def test_links_to_files_run_out() -> None:
    """They are signed, and work for a day."""
    async with a_stage() as stage:
        sent = await stage.place.send(file=picture())
        url = sent.attachments[0].url
        assert (await fetched(url))[0] == 200
        assert (await fetched(url.replace("hm=", "hm=0")))[0] == 404
        stage.fake.forward(days=2)
        assert (await fetched(url))[0] == 404


async def test_another_process_finishes_with_nothing_but_the_token() -> None:
    """`Webhook.partial` needs the application's id and the interaction's token, and no bot token."""
    async with a_stage() as stage:
        stage.bot.act = lambda interaction: interaction.response.defer(thinking=True)
        interaction = await stage.ada.type_command(stage.channel, "do")
        await interaction.acknowledged()
        async with aiohttp.ClientSession() as session:
            webhook = discord.Webhook.partial(stage.fake.application.id, interaction.token, session=session)
            original: Any = "@original"
            await webhook.edit_message(original, content="done elsewhere", attachments=[picture()])
            await webhook.send("and one more", wait=True)
        message = await interaction.message_when(lambda m: m.files)
        assert (message.text, [one.text for one in interaction.follow_ups]) == ("done elsewhere", ["and one more"])
        assert not stage.fake.seen.of("PATCH", "/webhooks/*")[0].is_bot


async def test_the_same_nonce_is_the_same_message() -> None:
    """A send that is repeated because nobody knows whether it arrived."""
    async with a_stage() as stage:
        stage.fake.faults.cut("POST", "/channels/*/messages", is_carried_out=True)
        with pytest.raises(aiohttp.ClientError):
            await stage.place.send("a fox", nonce="job-1")
        again = await stage.place.send("a fox", nonce="job-1")
        await stage.place.send("a fox", nonce="job-2")
        assert [message.nonce for message in stage.channel.messages] == ["job-1", "job-2"]
        assert again.id == stage.channel.messages[0].id


async def test_a_nonce_is_forgotten_after_some_minutes() -> None:
    """Or when its message is deleted; how many minutes, the platform does not say."""
    async with a_stage() as stage:
        await stage.place.send("a fox", nonce="job-1")
        stage.channel.messages[0].delete()
        await stage.place.send("a fox", nonce="job-1")
        stage.fake.forward(minutes=6)
        await stage.place.send("a fox", nonce="job-1")
        assert len(stage.channel.messages) == 2


async def test_direct_messages_go_to_one_person() -> None:
    """The bot opens the conversation; commands work there too."""
    async with a_stage() as stage:
        ada = await stage.bot.fetch_user(stage.ada.id)
        await ada.send("your picture", file=picture())
        assert [message.text for message in stage.ada.dms] == ["your picture"]
        stage.bot.act = lambda i: i.response.send_message(f"guild {i.guild_id}, context {i.context.dm_channel}")
        interaction = await stage.ada.type_command(stage.ada.dm_channel, "do")
        assert (await interaction.message_when()).text == "guild None, context True"


async def test_a_platform_may_deliver_the_same_interaction_twice() -> None:
    """So the bot has to tell by its id."""
    got: list[int] = []

    async def act(interaction: Interaction) -> None:
        got.append(interaction.id)

    async with a_stage() as stage:
        stage.bot.act = act
        interaction = await stage.ada.type_command(stage.channel, "do")
        stage.fake.deliver(interaction)
        await stage.until(lambda: len(got) == 2, "two deliveries")
        assert set(got) == {interaction.id}


async def test_the_application_tells_about_itself() -> None:
    """What a check-up of the bot would ask."""
    async with a_stage() as stage:
        info = await stage.bot.application_info()
        assert (info.id, info.verify_key) == (stage.fake.application.id, stage.fake.application.public_key)
        assert info.approximate_guild_count == 1
        assert (await stage.bot.fetch_guild(stage.guild.id)).name == "Test server"
        assert stage.bot.user is not None
        assert (await stage.bot.user.display_avatar.read())[:4] == b"\x89PNG"


async def test_waiting_ends_with_a_sentence() -> None:
    """Not with a bare timeout."""
    async with FakeDiscord() as fake:
        channel = fake.add_guild().add_channel("general")
        with pytest.raises(NotSeen, match=r"not within 0\.05 s: a message in #general"):
            await channel.message_when(lambda _: True, within=0.05)


async def test_many_people_are_answered_at_once() -> None:
    """Every one of them; how quickly is the machine's business."""
    async with a_stage() as stage:
        stage.fake.limits.acknowledge_within = timedelta(minutes=2)
        stage.bot.act = lambda interaction: interaction.response.defer(thinking=True)
        people = [stage.fake.add_user(f"user{number}") for number in range(40)]
        interactions = await asyncio.gather(*(one.type_command(stage.channel, "do") for one in people))
        await asyncio.gather(*(one.acknowledged(within=60) for one in interactions))
        assert len(stage.channel.messages) == 40
