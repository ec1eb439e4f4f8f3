"""Does the fake take commands as the platform does, and refuse what it refuses?"""

from typing import Any

import discord
import pytest
from discord import app_commands

from tests.fakes.discord import Limits, NotSeen, Permission
from tests.fakes.tests.plain_bot import Interaction, PlainBot, PlainBotStage, a_stage, running


def option(**fields: Any) -> dict[str, Any]:
    """Return an option of words."""
    return {"type": 3, "name": "words", "description": "x", **fields}


def command(*options: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a slash command."""
    return {"type": 1, "name": "draw", "description": "Draw", "options": list(options), **fields}


def choices(count: int, **fields: Any) -> dict[str, Any]:
    """Return an option with so many choices."""
    return option(choices=[{"name": str(number), "value": str(number), **fields} for number in range(count)])


BAD: dict[str, tuple[list[dict[str, Any]], str]] = {
    "capital name": ([command(name="Draw")], "0.name: Command name is invalid"),
    "name with a space": ([command(name="draw it")], "0.name: Command name is invalid"),
    "no name": ([command(name="")], "0.name: Must be between 1 and 32"),
    "long name": ([command(name="x" * 33)], "0.name: Must be between 1 and 32"),
    "no description": ([command(description="")], "0.description: Must be between 1 and 100"),
    "long description": ([command(description="x" * 101)], "0.description: Must be between 1 and 100"),
    "twins": ([command(), command()], "1.name: Application command names must be unique"),
    "26 options": ([command(*(option(name=f"o{number}") for number in range(26)))], "0.options: Must be 25 or fewer"),
    "26 choices": ([command(choices(26))], "0.options.0.choices: Must be 25 or fewer"),
    "long choice": ([command(choices(1, value="x" * 101))], "0.options.0.choices.0.value: Must be between 1 and 100"),
    "both": ([command(choices(1) | {"autocomplete": True})], "0.options.0: Options cannot have both choices and autocomplete"),
    "completed yes or no": ([command(option(type=5, autocomplete=True))], "0.options.0: Options of this type cannot have"),
    "required last": (
        [command(option(), option(name="b", required=True))],
        "0.options.1: Required options must be placed before",
    ),
    "twin options": ([command(option(), option())], "0.options.1: Option name must be unique"),
    "strange type": ([command(option(type=12))], "0.options.0.type: Value must be one of"),
    "long string": ([command(option(max_length=6001))], "0.options.0.max_length: int value should be between 1 and 6000"),
    "upside down": ([command(option(type=4, min_value=5, max_value=1))], "0.options.0.min_value: min_value is greater"),
    "strange language": ([command(name_localizations={"xx": "draw"})], "0.name_localizations.xx: Locale xx is not supported"),
    "bad translation": ([command(name_localizations={"de": "Malen"})], "0.name_localizations.de: Command name is invalid"),
    "menu with text": (
        [command(type=3, name="Report", options=[])],
        "0.description: Context menu commands cannot have description",
    ),
    "strange place": ([command(contexts=[7])], "0.contexts.0: Value must be one of {0, 1, 2}."),
    "8001 characters": (
        [command(*(choices(25, name="x" * 50, value="y" * 50) | {"name": f"o{number}"} for number in range(4)))],
        "0: Command exceeds maximum size (8000)",
    ),
    "too deep": (
        [command(option(type=2, name="a", options=[option(type=2, name="b", options=[])]))],
        "0.options.0.options.0.type: Sub-commands cannot be nested this deep",
    ),
}


async def put(stage: PlainBotStage, commands: list[dict[str, Any]]) -> Any:
    """Sync as the real client's HTTP layer does."""
    payload: Any = commands
    return await stage.bot.http.bulk_upsert_global_commands(stage.fake.application.id, payload)


@pytest.mark.parametrize("name", BAD)
async def test_a_command_that_breaks_a_rule_is_refused_with_its_place(name: str) -> None:
    """50035, with the number of the command before the place; and then none is taken."""
    commands, sentence = BAD[name]
    async with a_stage() as stage:
        before = stage.fake.commands
        with pytest.raises(discord.HTTPException) as caught:
            await put(stage, commands)
        assert caught.value.code == 50035
        assert f"In {sentence}" in caught.value.text
        assert stage.fake.commands == before


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        ([command(name=f"c{number}") for number in range(101)], 30032),
        ([command(type=3, name=f"Menu {number}", description="") for number in range(16)], 30032),
    ],
)
async def test_there_are_only_so_many_commands(commands: list[dict[str, Any]], code: int) -> None:
    """100 slash commands, and 15 context menus of a kind."""
    async with a_stage() as stage:
        with pytest.raises(discord.HTTPException) as caught:
            await put(stage, commands)
        assert caught.value.code == code
        await put(stage, commands[:-1])
        assert len(stage.fake.commands) == len(commands) - 1


async def test_only_so_many_new_names_a_day() -> None:
    """Those that are known already do not count."""
    async with a_stage(limits=Limits(daily_command_creates=4 + 3)) as stage:
        await put(stage, [command(name=name) for name in "abc"])
        await put(stage, [command(name=name) for name in "abc"])
        with pytest.raises(discord.HTTPException) as caught:
            await put(stage, [command(name=name) for name in "abcd"])
        assert caught.value.code == 30034
        stage.fake.forward(days=1)
        await put(stage, [command(name=name) for name in "abcd"])


async def test_a_command_keeps_its_id_while_it_keeps_its_name() -> None:
    """A new version each time, though: a bot can see that it synced for nothing."""
    async with a_stage() as stage:
        [first] = await put(stage, [command()])
        [second] = await put(stage, [command(description="Draw something")])
        assert (first["id"], first["version"] != second["version"]) == (second["id"], True)
        assert len(stage.fake.world.commands.syncs) == 3
        fetched = await stage.bot.tree.fetch_commands()
        assert [(one.name, one.description) for one in fetched] == [("draw", "Draw something")]
        await fetched[0].delete()
        assert stage.fake.commands == []
        with pytest.raises(discord.NotFound) as caught:
            await stage.bot.tree.fetch_command(fetched[0].id)
        assert caught.value.code == 10063


async def test_a_guild_has_commands_of_its_own() -> None:
    """They come before global ones of the same name, and a stranger's guild takes none."""

    class GuildBot(PlainBot):
        async def setup_hook(self) -> None:
            place = discord.Object(guild_id)

            @app_commands.command(name="here", description="Only here")
            async def here(interaction: Interaction) -> None:
                await interaction.response.send_message("here")

            self.tree.add_command(here, guild=place)
            await self.tree.sync(guild=place)

    async with a_stage() as stage:
        guild_id = stage.guild.id
        await stage.bot.close()
        async with running(stage.fake, GuildBot()):
            interaction = await stage.ada.type_command(stage.channel, "here")
            assert (await interaction.message_when()).text == "here"
            elsewhere = stage.fake.add_guild("Other").add_channel()
            with pytest.raises(NotSeen, match="no command 'here'"):
                await stage.ada.type_command(elsewhere, "here")


async def test_a_guild_without_the_bot_takes_no_commands() -> None:
    """50001."""
    async with a_stage() as stage:
        stranger = stage.fake.add_guild("Strangers", has_bot=False)
        with pytest.raises(discord.HTTPException) as caught:
            await stage.bot.http.bulk_upsert_guild_commands(stage.fake.application.id, stranger.id, [])
        assert caught.value.code == 50001


async def test_default_permissions_hide_a_command() -> None:
    """A hint that the client keeps to; the bot has to look again, because a server may override it."""
    async with a_stage() as stage:
        needed = str(int(Permission.MANAGE_GUILD))
        await put(stage, [command(default_member_permissions=needed)])
        with pytest.raises(NotSeen, match="permissions are missing"):
            await stage.ada.type_command(stage.channel, "draw")
        stage.guild.grant(stage.ada, Permission.MANAGE_GUILD)
        await stage.ada.type_command(stage.channel, "draw")
        stage.channel.deny(stage.ada, Permission.USE_APPLICATION_COMMANDS)
        with pytest.raises(NotSeen, match="may not use commands"):
            await stage.ada.type_command(stage.channel, "draw")


async def test_names_of_any_script_are_taken() -> None:
    """Letters, digits and dashes of all languages, in small letters."""
    async with a_stage() as stage:
        names = {"de": "male-mir", "ja": "描く", "hi": "चित्र", "th": "วาดรูป"}
        await put(stage, [command(name="draw-it_2", name_localizations=names)])
        assert stage.fake.commands[0]["name_localizations"] == names
