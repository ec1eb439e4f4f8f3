"""Can people do on the fake what they do on the platform, and no more?"""

from typing import Any

import discord
import pytest
from discord.http import Route

from tests.fakes.discord import NotSeen, Permission, Upload
from tests.fakes.tests.asking import picture
from tests.fakes.tests.plain_bot import Again, Interaction, PlainBot, ReportForm, a_stage, running


async def test_what_was_typed_arrives_as_the_right_types() -> None:
    """Words, choices by name or value, numbers, people, files."""
    got: dict[str, Any] = {}

    async def act(interaction: Interaction) -> None:
        got.update(interaction.extras)
        got["content"] = await interaction.extras["picture"].read()
        await interaction.response.send_message("ok")

    async with a_stage() as stage:
        grace = stage.fake.add_user("grace")
        upload = Upload("me.png", picture().fp.read())
        await stage.answer(act, words="a fox", shape="wide", count=3, person=grace, picture=upload)
        assert (got["words"], got["shape"], got["count"]) == ("a fox", "wide", 3)
        assert isinstance(got["person"], discord.Member)
        assert got["person"].id == grace.id
        assert got["content"] == upload.content


@pytest.mark.parametrize(
    "options", [{"count": 9}, {"shape": "round"}, {"words": "x" * 401}, {"count": "many"}, {"person": "grace"}, {"colour": "red"}]
)
async def test_a_client_does_not_send_what_a_command_does_not_take(options: dict[str, object]) -> None:
    """People only get to send what the command declares; a forger sends anything."""
    async with a_stage() as stage:
        with pytest.raises(NotSeen):
            await stage.ada.type_command(stage.channel, "do", **options)
        forged = await stage.ada.forge_command(stage.channel, "do", options)
        assert [(one["name"], one["value"]) for one in forged.data["options"]] == list(options.items())


async def test_options_are_completed_while_somebody_types() -> None:
    """The bot suggests, within its three seconds."""
    async with a_stage() as stage:
        assert await stage.ada.complete(stage.channel, "do", "style", "water") == ["water colour"]
        assert await stage.ada.complete(stage.channel, "do", "style", "zzz", words="a fox") == []


async def test_a_subcommand_is_offered_only_where_it_may_be_used() -> None:
    """Groups, guild-only commands, and age-restricted ones."""
    async with a_stage() as stage:
        with pytest.raises(NotSeen, match="age-restricted"):
            await stage.ada.type_command(stage.channel, "gallery list", page=2)
        with pytest.raises(NotSeen, match="not in such a place"):
            await stage.ada.type_command(stage.ada.dm_channel, "gallery list", page=2)
        red = stage.guild.add_channel("red-light", is_nsfw=True)
        interaction = await stage.ada.type_command(red, "gallery list", page=2)
        assert (await interaction.message_when()).text == "page 2"


async def test_a_button_outlives_the_bot_that_posted_it() -> None:
    """Dynamic items carry everything in their custom id."""

    async def act(interaction: Interaction) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(Again(41))
        await interaction.response.send_message("here", view=view)

    async with a_stage() as stage:
        message = await stage.answer(act)
        await stage.bot.close()
        async with running(stage.fake, PlainBot()):
            pressed = await stage.ada.press(message, "Again")
            reply = await pressed.message_when()
            assert (reply.text, reply.is_ephemeral, reply.whispered_to) == ("again 41", True, stage.ada)
            assert stage.ada.whispers == [reply]
            assert stage.channel.messages == [message]
            with pytest.raises(NotSeen):
                await stage.ada.press(message, "Vary")


async def test_a_button_press_may_change_its_own_message() -> None:
    """The callback of type 7 edits what the button hangs on; `@original` is that message too."""

    class Counter(discord.ui.View):
        @discord.ui.button(label="0", style=discord.ButtonStyle.primary)
        async def count(self, interaction: Interaction, button: discord.ui.Button[Any]) -> None:
            button.label = str(int(button.label or 0) + 1)
            await interaction.response.edit_message(view=self)
            await interaction.edit_original_response(content=f"pressed {button.label}")

    async def act(interaction: Interaction) -> None:
        await interaction.response.send_message("press me", view=Counter())

    async with a_stage() as stage:
        message = await stage.answer(act)
        await stage.ada.press(message, "0")
        await message.when(lambda m: m.text == "pressed 1")
        await stage.ada.press(message, "1")
        await message.when(lambda m: m.text == "pressed 2")


async def test_a_menu_gives_what_was_chosen() -> None:
    """Select menus of words and of people."""

    class Menus(discord.ui.View):
        @discord.ui.select(
            placeholder="style", custom_id="style", options=[discord.SelectOption(label=one) for one in ("oil", "ink")]
        )
        async def style(self, interaction: Interaction, menu: discord.ui.Select[Any]) -> None:
            await interaction.response.send_message(f"in {menu.values[0]}")

        @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who")
        async def who(self, interaction: Interaction, menu: discord.ui.UserSelect[Any]) -> None:
            await interaction.response.send_message(f"for {menu.values[0].name}")

    async with a_stage() as stage:
        message = await stage.answer(lambda i: i.response.send_message("choose", view=Menus()))
        assert (await (await stage.ada.choose(message, "ink", menu="style")).message_when()).text == "in ink"
        grace = stage.fake.add_user("grace")
        assert (await (await stage.ada.choose(message, grace, menu="who")).message_when()).text == "for grace"
        with pytest.raises(NotSeen, match="offers"):
            await stage.ada.choose(message, "chalk", menu="style")


async def test_a_modal_is_filled_in_and_sent() -> None:
    """Labels with a text field and a menu in them, and a text between them."""
    async with a_stage() as stage:
        stage.bot.act = lambda interaction: interaction.response.send_modal(ReportForm())
        interaction = await stage.ada.type_command(stage.channel, "do")
        modal = await interaction.modal_shown()
        assert (modal.title, [field.label for field in modal.fields]) == ("Report", ["What is wrong", "Kind"])
        with pytest.raises(NotSeen, match="Kind"):
            await stage.ada.submit_modal(interaction, {"What is wrong": "all of it"})
        with pytest.raises(NotSeen, match="20 characters"):
            await stage.ada.submit_modal(interaction, {"What is wrong": "x" * 21, "Kind": "rude"})
        sent = await stage.ada.submit_modal(interaction, {"What is wrong": "all of it", "Kind": "rude"})
        assert (await sent.message_when()).text == "all of it: rude"


async def test_context_menus_bring_the_message_or_the_person() -> None:
    """The target comes in full, without the message content intent."""
    got: dict[str, Any] = {}

    async def act(interaction: Interaction) -> None:
        got.update(interaction.extras)
        await interaction.response.send_message("thanks", ephemeral=True)

    async with a_stage() as stage:
        stage.bot.act = act
        said = await stage.ada.say(stage.channel, "look at this")
        await (await stage.ada.context_menu(said, "Report picture")).message_when()
        assert (got["message"].id, got["message"].content) == (said.id, "look at this")
        await (await stage.ada.context_menu(stage.ada, "Their pictures", stage.channel)).message_when()
        assert got["person"].id == stage.ada.id


async def test_interactions_say_who_may_do_what_and_what_was_bought() -> None:
    """Roles and permissions of the member, the bot's own, the languages, the entitlements."""
    got: list[Interaction] = []

    async def act(interaction: Interaction) -> None:
        got.append(interaction)
        await interaction.response.send_message("ok")

    async with a_stage() as stage:
        role = stage.guild.grant(stage.ada, Permission.MANAGE_MESSAGES)
        stage.ada.locale, stage.guild.locale = "de", "fr"
        stage.channel.deny(stage.fake.bot, Permission.ATTACH_FILES)
        stage.ada.buy(77)
        assert await stage.received("sale") == 77
        await stage.answer(act)
        [interaction] = got
        assert interaction.permissions.manage_messages
        assert not interaction.permissions.manage_guild
        assert not interaction.app_permissions.attach_files
        assert isinstance(interaction.user, discord.Member)
        assert [one.id for one in interaction.user.roles if not one.is_default()] == [role.id]
        assert (interaction.locale, interaction.guild_locale) == (discord.Locale.german, discord.Locale.french)
        assert [one.sku_id for one in interaction.entitlements] == [77]
        assert interaction.filesize_limit == 10 * 1024 * 1024
        assert interaction.is_guild_integration()


async def test_a_user_install_works_where_the_bot_is_not() -> None:
    """The answer goes by the token; the bot itself is nobody there."""
    async with a_stage() as stage:
        strangers = stage.fake.add_guild("Strangers", has_bot=False).add_channel("lobby")
        group = stage.fake.add_group(stage.ada, stage.fake.add_user("grace"))
        with pytest.raises(NotSeen, match="not installed"):
            await stage.ada.type_command(strangers, "do")
        stage.ada.has_installed = True
        stage.bot.act = lambda i: i.response.send_message(f"{i.is_user_integration()} {i.is_guild_integration()}")
        for place in (strangers, group):
            interaction = await stage.ada.type_command(place, "do")
            assert (await interaction.message_when()).text == "True False"
        with pytest.raises(discord.Forbidden) as refused:
            await stage.bot.get_partial_messageable(strangers.id).send("me again")
        assert refused.value.code == 50001


async def test_nobody_is_called_whom_the_bot_may_not_call() -> None:
    """`AllowedMentions.none()` keeps a prompt from waking people up."""
    async with a_stage() as stage:
        stage.guild.grant(stage.fake.bot, Permission.MENTION_EVERYONE)
        text = f"@everyone {stage.ada.mention}"
        loud = await stage.answer(lambda i: i.response.send_message(text))
        quiet = await stage.answer(lambda i: i.response.send_message(text, allowed_mentions=discord.AllowedMentions.none()))
        assert set(loud.pings) == {"everyone", str(stage.ada.id)}
        assert quiet.pings == ()


@pytest.mark.parametrize(
    "allowed", [{"parse": ["users"], "users": ["1"]}, {"parse": ["roles"], "roles": ["1"]}, {"users": ["1"] * 101}]
)
async def test_whom_to_call_is_said_without_contradiction(allowed: dict[str, list[str]]) -> None:
    """All of a kind and some of it by id exclude each other, and a hundred are the most."""
    async with a_stage() as stage:
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=stage.channel.id)
        with pytest.raises(discord.HTTPException) as refused:
            await stage.bot.http.request(route, json={"content": "hello", "allowed_mentions": allowed})
        assert (refused.value.code, "allowed_mentions" in refused.value.text) == (50035, True)
        stage.fake.seen.complaints.clear()


async def test_threads_are_places_too() -> None:
    """They inherit what their channel is, and can be archived."""
    async with a_stage() as stage:
        thread = stage.channel.add_thread("sketches")
        stage.bot.act = lambda i: i.response.send_message(f"{type(i.channel).__name__} {i.channel_id}")
        interaction = await stage.ada.type_command(thread, "do")
        assert (await interaction.message_when()).text == f"Thread {thread.id}"
        thread.is_archived = True
        with pytest.raises(discord.HTTPException) as refused:
            await stage.bot.get_partial_messageable(thread.id).send("late")
        assert refused.value.code == 50083


async def test_a_modal_may_ask_for_files_and_crosses() -> None:
    """Uploads, radio buttons, boxes, people."""
    got: dict[str, Any] = {}

    class WishForm(discord.ui.Modal, title="Wish"):
        files: discord.ui.Label[Any] = discord.ui.Label(text="Files", component=discord.ui.FileUpload(max_values=2))
        shape: discord.ui.Label[Any] = discord.ui.Label(
            text="Shape",
            component=discord.ui.RadioGroup(options=[discord.RadioGroupOption(label=one) for one in ("wide", "tall")]),
        )
        boxes: discord.ui.Label[Any] = discord.ui.Label(
            text="Boxes",
            component=discord.ui.CheckboxGroup(
                options=[discord.CheckboxGroupOption(label=one) for one in ("a", "b")], required=False, min_values=0
            ),
        )
        sure: discord.ui.Label[Any] = discord.ui.Label(text="Sure", component=discord.ui.Checkbox())
        who: discord.ui.Label[Any] = discord.ui.Label(text="Who", component=discord.ui.UserSelect(required=False, min_values=0))

        async def on_submit(self, interaction: Interaction) -> None:
            fields: Any = {name: getattr(self, name).component for name in ("files", "shape", "boxes", "sure")}
            got.update(files=[one.filename for one in fields["files"].values], shape=fields["shape"].value)
            got.update(boxes=fields["boxes"].values, sure=fields["sure"].value)
            await interaction.response.send_message("ok")

    async with a_stage() as stage:
        stage.bot.act = lambda interaction: interaction.response.send_modal(WishForm())
        interaction = await stage.ada.type_command(stage.channel, "do")
        upload = Upload("me.png", b"x")
        with pytest.raises(NotSeen, match="offers"):
            await stage.ada.submit_modal(interaction, files=upload, shape="tall", boxes=["c"])
        sent = await stage.ada.submit_modal(interaction, files=[upload, upload], shape="tall", boxes=["b"], sure=True)
        await sent.message_when()
        assert got == {"files": ["me.png", "me.png"], "shape": "tall", "boxes": ["b"], "sure": True}


async def test_every_kind_of_option_can_be_typed() -> None:
    """Roles, channels, either of people and roles, numbers, yes and no, groups of groups."""
    kinds = {"where": 7, "role": 8, "who": 9, "size": 10, "sure": 5}
    inner = [{"type": kind, "name": name, "description": "x"} for name, kind in kinds.items()]
    leaf = {"type": 1, "name": "now", "description": "x", "options": inner}
    command = {"name": "draw", "description": "x", "options": [{"type": 2, "name": "it", "description": "x", "options": [leaf]}]}
    async with a_stage() as stage:
        stage.fake.world.commands.add(command, None)
        role = stage.guild.add_role("painters")
        values = {"where": stage.channel, "role": role, "who": stage.ada, "size": 1.5, "sure": True}
        interaction = await stage.ada.type_command(stage.channel, "draw it now", **values)
        [group] = interaction.data["options"]
        [sub] = group["options"]
        assert (group["name"], sub["name"]) == ("it", "now")
        assert [one["value"] for one in sub["options"]] == [str(stage.channel.id), str(role.id), str(stage.ada.id), 1.5, True]
        assert set(interaction.data["resolved"]) == {"channels", "roles", "users", "members"}
        with pytest.raises(NotSeen, match="has no"):
            await stage.ada.type_command(stage.channel, "draw it later")
