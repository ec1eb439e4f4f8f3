"""Does the fake tell a bot what it may not do, or what is not there any more?"""

from datetime import timedelta

import discord
import pytest

from tests.fakes.discord import FakeDiscord, Limits, NotSeen, Permission
from tests.fakes.discord.client import pointed_at
from tests.fakes.tests.asking import blob, refused
from tests.fakes.tests.plain_bot import Interaction, PlainBot, a_stage


async def test_a_whisper_can_only_be_touched_by_its_token() -> None:
    """To the bot's token it is not there, and nobody can react to it."""
    async with a_stage() as stage:
        whisper = await stage.answer(lambda i: i.response.send_message("psst", ephemeral=True))
        partial = stage.bot.get_partial_messageable(stage.channel.id).get_partial_message(whisper.id)
        for doing in (partial.fetch(), partial.edit(content="x"), partial.delete(), partial.add_reaction("⭐")):
            assert (await refused(doing)).code == 10008
        with pytest.raises(NotSeen, match="react"):
            await stage.ada.react(whisper, "🚩")
        with pytest.raises(NotSeen, match="does not see"):
            await stage.fake.add_user("grace").press(whisper, "Again")
        assert stage.channel.messages == []


async def test_what_is_deleted_is_unknown() -> None:
    """10008 for messages, by token and by bot; 10003 for channels."""

    async def act(interaction: Interaction) -> None:
        await interaction.response.send_message("a fox")
        [message] = stage.channel.messages
        message.delete()
        assert (await refused(interaction.edit_original_response(content="x"))).code == 10008
        assert (
            await refused(
                stage.place.send("x", reference=discord.MessageReference(message_id=message.id, channel_id=stage.channel.id))
            )
        ).code == 50035
        await interaction.delete_original_response()

    async with a_stage() as stage:
        assert (await stage.refusal(act)).code == 10008
        sent = await stage.place.send("x")
        stage.channel.messages[0].delete()
        assert (await refused(sent.edit(content="y"))).code == 10008
        stage.channel.delete()
        for doing in (stage.place.send("x"), sent.edit(content="y")):
            error = await refused(doing)
            assert (error.status, error.code) == (404, 10003)


@pytest.mark.parametrize(
    ("denied", "code"), [(Permission.VIEW_CHANNEL, 50001), (Permission.SEND_MESSAGES, 50013), (Permission.ATTACH_FILES, 50013)]
)
async def test_a_bot_that_may_not_is_told_so(denied: Permission, code: int) -> None:
    """But the answer to an interaction gets through: it goes by token."""
    async with a_stage() as stage:
        stage.channel.deny(stage.fake.bot, denied)
        error = await refused(stage.place.send("x", file=blob()))
        assert (error.status, error.code) == (403, code)
        assert (await stage.answer(lambda i: i.response.send_message("by token", file=blob()))).files
        stage.channel.allow(stage.fake.bot, denied)
        await stage.place.send("now", file=blob())


async def test_other_rights_are_checked_too() -> None:
    """Others' messages, reactions, history, replies."""
    async with a_stage() as stage:
        said = await stage.ada.say(stage.channel, "hello")
        partial = stage.bot.get_partial_messageable(stage.channel.id).get_partial_message(said.id)
        assert (await refused(partial.edit(content="x"))).code == 50005
        assert (await refused(partial.delete())).code == 50013
        assert (await partial.fetch()).content == ""
        stage.channel.deny(stage.fake.bot, Permission.ADD_REACTIONS)
        assert (await refused(partial.add_reaction("⭐"))).code == 50013
        stage.channel.deny(stage.fake.bot, Permission.READ_MESSAGE_HISTORY)
        assert (await refused(partial.fetch())).code == 50013
        assert (await refused(stage.place.send("x", reference=partial.to_reference()))).code == 160002
        stage.guild.grant(stage.fake.bot, Permission.ADMINISTRATOR)
        await partial.delete()
        assert stage.channel.messages == []


async def test_a_bot_that_was_kicked_has_no_access() -> None:
    """50001, by its token."""
    async with a_stage() as stage:
        stage.guild.remove_bot()
        assert await stage.received("kicked") == stage.guild.id
        error = await refused(stage.place.send("x"))
        assert (error.status, error.code) == (403, 50001)
        with pytest.raises(NotSeen, match="not installed"):
            await stage.ada.type_command(stage.channel, "do")


async def test_somebody_who_takes_no_direct_messages_gets_none() -> None:
    """50007; and an account that never was is unknown."""
    async with a_stage() as stage:
        stage.ada.accepts_dms = False
        ada = await stage.bot.fetch_user(stage.ada.id)
        error = await refused(ada.send("hello"))
        assert (error.status, error.code) == (403, 50007)
        assert (await refused(stage.bot.fetch_user(1))).code == 10013


async def test_only_emoji_are_reactions_and_twenty_of_them() -> None:
    """10014 and 30010."""
    limits = Limits()
    limits.switch_rates_off()
    async with a_stage(limits=limits) as stage:
        sent = await stage.place.send("x")
        assert (await refused(sent.add_reaction("nonsense"))).code == 10014
        for number in range(20):
            await sent.add_reaction(chr(0x1F600 + number))
        assert (await refused(sent.add_reaction("🚩"))).code == 30010


async def test_a_wrong_token_does_not_log_in() -> None:
    """401, which the client turns into a LoginFailure."""
    async with FakeDiscord() as fake:
        with pointed_at(fake):
            async with PlainBot() as bot:
                with pytest.raises(discord.LoginFailure):
                    await bot.login("wrong")


async def test_what_the_api_does_not_have_is_a_404_and_is_seen() -> None:
    """So that a bot which asks for more than the fake knows is noticed."""
    async with a_stage() as stage:
        assert (await refused(stage.bot.http.request(discord.http.Route("GET", "/nowhere")))).status == 404
        assert stage.fake.seen.of("GET", "/nowhere")[0].status == 404


async def test_a_moderating_bot_takes_others_reactions_away() -> None:
    """With the right to manage messages, and not without."""
    async with a_stage() as stage:
        said = await stage.ada.say(stage.channel, "hello")
        await stage.ada.react(said, "🚩")
        partial = stage.bot.get_partial_messageable(stage.channel.id).get_partial_message(said.id)
        assert (await refused(partial.remove_reaction("🚩", discord.Object(stage.ada.id)))).code == 50013
        stage.guild.grant(stage.fake.bot, Permission.MANAGE_MESSAGES)
        await partial.remove_reaction("🚩", discord.Object(stage.ada.id))
        assert said.reactions == {}


async def test_the_bot_looks_at_members_and_leaves() -> None:
    """Those that are there; and 10007 for those that are not."""
    async with a_stage() as stage:
        await stage.bot.wait_until_ready()
        guild = await stage.until(lambda: stage.bot.get_guild(stage.guild.id))
        await stage.ada.say(stage.channel, "hello")
        assert (await guild.fetch_member(stage.ada.id)).name == "ada"
        assert (await refused(guild.fetch_member(stage.fake.add_user("grace").id))).code == 10007
        assert (await refused(stage.bot.fetch_guild(1))).code == 10004
        async with stage.bot.get_partial_messageable(stage.channel.id).typing():
            assert stage.fake.seen.of("POST", "/channels/*/typing")
        await guild.leave()
        assert await stage.received("kicked") == guild.id


async def test_what_was_bought_can_be_asked_for() -> None:
    """By user and by guild; and it runs out."""
    async with a_stage() as stage:
        grace = stage.fake.add_user("grace")
        stage.ada.buy(1, until=stage.fake.clock.now() + timedelta(days=30))
        grace.buy(2, guild=stage.guild.id)
        found = [one async for one in stage.bot.entitlements(user=discord.Object(stage.ada.id))]
        assert [one.sku_id for one in found] == [1]
        seen: list[list[int]] = []

        async def act(interaction: Interaction) -> None:
            seen.append([one.sku_id for one in interaction.entitlements])
            await interaction.response.defer()

        stage.bot.act = act
        await (await stage.ada.type_command(stage.channel, "do")).acknowledged()
        stage.fake.forward(days=31)
        await (await stage.ada.type_command(stage.channel, "do")).acknowledged()
        assert seen == [[1, 2], [2]]
