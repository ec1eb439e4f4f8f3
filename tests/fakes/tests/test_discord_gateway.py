"""Does the fake's gateway serve, break and heal as the platform's does, with the real client on the line?"""

import asyncio
import time
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest

from tests.fakes.discord import DiscordPerson, FakeDiscord, Intent, Limits, Permission
from tests.fakes.discord.client import pointed_at
from tests.fakes.tests.plain_bot import INTENTS, PlainBot, ShardedBot, a_stage, end, running


async def answers(fake: FakeDiscord, ada: DiscordPerson, channel: Any, bot: PlainBot | ShardedBot) -> str:
    """Let somebody type a command, and give what they read."""
    bot.act = lambda interaction: interaction.response.send_message(f"shard {getattr(interaction.guild, 'shard_id', None)}")
    interaction = await ada.type_command(channel, "do")
    return (await interaction.message_when()).text


async def test_each_guild_is_served_by_its_shard() -> None:
    """`(guild_id >> 22) % shards`, with one AutoShardedClient that asks `/gateway/bot`."""
    async with FakeDiscord() as fake:
        fake.gateway.shards = 2
        channels = [fake.add_guild(shard=(number, 2)).add_channel() for number in range(2)]
        ada, bot = fake.add_user("ada"), ShardedBot()
        async with running(fake, bot, shards=2):
            assert [await answers(fake, ada, channel, bot) for channel in channels] == ["shard 0", "shard 1"]
            received = [shard for shard, name in fake.seen.sent if name == "INTERACTION_CREATE"]
            assert received == [0, 1]
            await answers(fake, ada, ada.dm_channel, bot)
            assert fake.seen.sent[-1][0] == 0
            assert [(one.kind, one.shard) for one in fake.seen.hellos] == [("IDENTIFY", (0, 2)), ("IDENTIFY", (1, 2))]


async def test_processes_share_the_shards_between_them() -> None:
    """Two clients, each with its own shard; what one does not hear, the other does."""
    async with FakeDiscord() as fake:
        channels = [fake.add_guild(shard=(number, 2)).add_channel() for number in range(2)]
        ada = fake.add_user("ada")
        bots = [ShardedBot(shard_ids=[number], shard_count=2) for number in range(2)]
        async with running(fake, bots[0]), running(fake, bots[1], shards=2):
            for channel, bot in zip(channels, bots, strict=True):
                assert (await answers(fake, ada, channel, bot)).startswith("shard")
            assert [len(bot.guilds) for bot in bots] == [1, 1]


async def test_the_same_shard_twice_hears_everything_twice() -> None:
    """So that two processes which are set up wrongly are seen to do the work twice."""
    async with a_stage() as stage, running(stage.fake, PlainBot(), shards=2):
        await stage.ada.type_command(stage.channel, "do")
        assert [name for _, name in stage.fake.seen.sent].count("INTERACTION_CREATE") == 2


async def test_what_was_missed_comes_after_a_reconnect() -> None:
    """Op 7: the client resumes, and hears what happened in between."""
    async with a_stage() as stage:
        message = await stage.answer(lambda i: i.response.send_message("a fox"))
        stage.fake.gateway.is_down = True
        stage.fake.gateway.drop()
        await stage.until(lambda: not stage.fake.gateway.sessions)
        await stage.ada.react(message, "🚩")
        stage.fake.gateway.is_down = False
        assert str((await stage.received("reaction")).emoji) == "🚩"
        await stage.received("resumed")
        resume = next(one for one in stage.fake.seen.hellos if one.kind == "RESUME")
        assert (resume.accepted, resume.replayed >= 1) == (True, True)


@pytest.mark.parametrize("trouble", ["ask_reconnect", "drop"])
async def test_a_client_comes_back_by_resuming(trouble: str) -> None:
    """And works as before."""
    async with a_stage() as stage:
        getattr(stage.fake.gateway, trouble)()
        await stage.received("resumed")
        assert await answers(stage.fake, stage.ada, stage.channel, stage.bot) == "shard 0"
        assert [one.kind for one in stage.fake.seen.hellos] == ["IDENTIFY", "RESUME"]


async def test_a_sharded_client_resumes_too() -> None:
    """Only the shard that was asked."""
    async with FakeDiscord() as fake:
        fake.gateway.shards = 2
        channel, ada, bot = fake.add_guild(shard=(1, 2)).add_channel(), fake.add_user("ada"), ShardedBot()
        async with running(fake, bot, shards=2):
            fake.gateway.ask_reconnect(1)
            await fake.changes.until(lambda: fake.seen.hellos[-1].kind == "RESUME", within=5, what="a resume")
            assert fake.seen.hellos[-1].shard == (1, 2)
            assert await answers(fake, ada, channel, bot) == "shard 1"


async def test_an_invalid_session_is_begun_anew() -> None:
    """Op 9 without a way back: the client identifies again; with one, it resumes."""
    async with a_stage() as stage:
        stage.fake.gateway.invalidate(is_resumable=True)
        await stage.received("resumed")
        stage.fake.gateway.invalidate()
        await stage.until(lambda: len(stage.fake.seen.hellos) == 3)
        assert [one.kind for one in stage.fake.seen.hellos] == ["IDENTIFY", "RESUME", "IDENTIFY"]
        await stage.fake.gateway.ready()
        assert await answers(stage.fake, stage.ada, stage.channel, stage.bot) == "shard 0"


async def test_a_forgotten_session_cannot_be_resumed() -> None:
    """The platform answers op 9, and the client identifies."""
    async with a_stage() as stage:
        stage.fake.gateway.forget()
        stage.fake.gateway.drop()
        await stage.until(lambda: len(stage.fake.seen.hellos) == 3)
        assert [(one.kind, one.accepted) for one in stage.fake.seen.hellos[1:]] == [("RESUME", False), ("IDENTIFY", True)]


async def test_a_clean_goodbye_ends_the_session() -> None:
    """A client that closes with 1000 does not come back to it."""
    async with a_stage() as stage:
        await stage.bot.close()
        await stage.until(lambda: not stage.fake.gateway.sessions)
        stage.fake.gateway.forget()
        async with running(stage.fake, PlainBot()):
            assert [one.kind for one in stage.fake.seen.hellos] == ["IDENTIFY", "IDENTIFY"]


async def test_a_first_connection_that_fails_kills_the_client() -> None:
    """The real client's trap: an AttributeError instead of a second try, so a bot has to be supervised."""
    async with FakeDiscord() as fake:
        fake.gateway.is_down = True
        with pointed_at(fake):
            async with PlainBot() as bot:
                with pytest.raises(AttributeError, match="sequence"):
                    await asyncio.wait_for(bot.start(fake.token), 10)


@pytest.mark.parametrize(
    ("options", "code"),
    [({"intents": INTENTS | discord.Intents(message_content=True)}, 4014), ({"shard_id": 3, "shard_count": 2}, 4010)],
)
async def test_a_client_that_may_not_come_in_is_sent_away(options: dict[str, Any], code: int) -> None:
    """With the close codes that say why; it does not try again."""
    async with FakeDiscord() as fake:
        with pointed_at(fake):
            async with PlainBot(**options) as bot:
                with pytest.raises(discord.PrivilegedIntentsRequired if code == 4014 else discord.ConnectionClosed) as caught:
                    await asyncio.wait_for(bot.start(fake.token), 10)
                assert getattr(caught.value, "code", 4014) == code
                assert not fake.seen.hellos[0].accepted


async def test_privileged_intents_can_be_ticked() -> None:
    """Then what people write is heard, with its words."""
    async with FakeDiscord() as fake:
        fake.application.privileged = Intent.MESSAGE_CONTENT
        channel, ada = fake.add_guild().add_channel(), fake.add_user("ada")
        bot = PlainBot(intents=discord.Intents(guilds=True, guild_messages=True, message_content=True))
        async with running(fake, bot):
            await ada.say(channel, "hello")
            await fake.changes.until(lambda: ("message", "hello") in bot.received, within=5, what="the message")


async def test_what_was_not_asked_for_is_not_heard() -> None:
    """Messages and their deletion need an intent that this bot does not have."""
    async with a_stage() as stage:
        (await stage.ada.say(stage.channel, "hello")).delete()
        await stage.ada.react(await stage.ada.say(stage.channel, "again"), "⭐")
        await stage.received("reaction")
        names = {name for _, name in stage.fake.seen.sent}
        assert not names & {"MESSAGE_CREATE", "MESSAGE_DELETE", "GUILD_MEMBER_ADD"}


async def test_the_bot_hears_of_its_servers() -> None:
    """Invited, kicked, lost for a while, and of their channels."""
    async with a_stage() as stage:
        await stage.bot.wait_until_ready()
        other = stage.fake.add_guild("Other", bot_permissions=Permission.MANAGE_MESSAGES)
        assert await stage.received("invited") == other.id
        guild = await stage.until(lambda: stage.bot.get_guild(other.id))
        assert guild.me.guild_permissions.manage_messages
        channel = other.add_channel("painting")
        await stage.until(lambda: guild.get_channel(channel.id))
        channel.deny(stage.fake.bot, Permission.SEND_MESSAGES)
        await stage.until(lambda: not guild.get_channel(channel.id).permissions_for(guild.me).send_messages)  # type: ignore[union-attr]  # it is there
        channel.delete()
        await stage.until(lambda: guild.get_channel(channel.id) is None)
        other.become_unavailable()
        await stage.until(lambda: guild.unavailable)
        other.become_available()
        await stage.until(lambda: not stage.bot.get_guild(other.id).unavailable)  # type: ignore[union-attr]  # it is there
        other.remove_bot()
        assert await stage.received("kicked") == other.id


async def test_identifying_too_fast_is_refused_when_the_pace_is_kept() -> None:
    """One IDENTIFY in five seconds per bucket; with a greater concurrency neighbours do not wait for each other."""
    limits = Limits(enforces_identify_pace=True, max_concurrency=2)
    async with FakeDiscord(limits=limits) as fake:
        fake.gateway.shards = 2
        async with running(fake, ShardedBot(), shards=2):
            assert [one.accepted for one in fake.seen.hellos] == [True, True]
            with pointed_at(fake):
                async with PlainBot(shard_id=0, shard_count=2) as bot:
                    task = asyncio.create_task(bot.start(fake.token))
                    await fake.changes.until(lambda: len(fake.seen.hellos) == 3, within=5, what="a third")
                    assert not fake.seen.hellos[2].accepted
                    await end(bot, task)
            limit = await ShardedLimits.of(fake)
            assert (limit.max_concurrency, limit.total - limit.remaining) == (2, 2)


class ShardedLimits:
    """What a client learns of session starts."""

    @staticmethod
    async def of(fake: FakeDiscord) -> discord.SessionStartLimits:
        """Ask as the real client does."""
        with pointed_at(fake):
            async with ShardedBot() as bot:
                await bot.login(fake.token)
                return await bot.fetch_session_start_limits()


async def test_heartbeats_are_measured() -> None:
    """They come on time while the event loop runs, and a loop that stands still is seen from outside."""
    limits = Limits(heartbeat_every=timedelta(seconds=0.1))
    async with a_stage(limits=limits) as stage:
        await stage.until(lambda: len(stage.fake.seen.beats) >= 3)
        assert all(0 <= beat.late_by < 0.1 for beat in stage.fake.seen.beats)
        assert 0 < stage.bot.latency < 1
        # the bot's loop is ours too: standing still here is standing still there
        time_to_stand_still()
        await stage.until(lambda: stage.fake.seen.latest_beat > 0.15)


def time_to_stand_still() -> None:
    """Block the event loop for 0.4 seconds, as a careless handler does."""
    time.sleep(0.4)


async def test_a_client_whose_heartbeats_are_not_answered_reconnects() -> None:
    """As over a dead line."""
    limits = Limits(heartbeat_every=timedelta(seconds=0.05))
    async with a_stage(PlainBot(heartbeat_timeout=0.2), limits=limits) as stage:
        stage.fake.gateway.acknowledges_heartbeats = False
        await stage.until(lambda: any(one.kind == "RESUME" for one in stage.fake.seen.hellos))


async def frames(fake: FakeDiscord, *sent: object) -> tuple[list[dict[str, Any]], int | None]:
    """Speak to the gateway without a client; give its frames and its close code."""
    got: list[dict[str, Any]] = []
    async with aiohttp.ClientSession() as session, session.ws_connect(fake.gateway_url) as socket:
        for frame in sent:
            await (socket.send_str(frame) if isinstance(frame, str) else socket.send_json(frame))
        async for message in socket:
            got.append(message.json())
            if len(got) > 3:
                break
        return got, socket.close_code


def identify(**changes: Any) -> dict[str, Any]:
    """Return an IDENTIFY."""
    return {"op": 2, "d": {"token": "fake-token", "intents": 0, "properties": {}, **changes}}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (["not json"], 4002),
        ([{"op": 99}], 4001),
        ([{"op": 3, "d": {}}], 4003),
        ([identify(token="wrong")], 4004),
        ([identify(), identify()], 4005),
        ([identify(intents=-5)], 4013),
        ([{"op": 1, "d": None}] * 121, 4008),
    ],
)
async def test_the_gateway_closes_on_nonsense_with_its_code(sent: list[object], code: int) -> None:
    """What discord.py never sends, another client might."""
    async with FakeDiscord(limits=Limits()) as fake:
        fake.gateway.acknowledges_heartbeats = False
        got, closed = await frames(fake, *sent)
        assert got[0] == {"op": 10, "d": {"heartbeat_interval": 41250.0}, "s": None, "t": None}
        assert closed == code


async def test_a_silent_client_is_hung_up_on() -> None:
    """4009: no heartbeat for more than twice its time."""
    async with FakeDiscord(limits=Limits(heartbeat_every=timedelta(milliseconds=10))) as fake:
        assert (await frames(fake, identify()))[1] == 4009
