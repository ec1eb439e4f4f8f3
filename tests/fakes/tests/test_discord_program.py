"""Can the fake Discord be run as a program, and driven from another process or by hand?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord

from tests.fakes.changes import FakeChanges
from tests.fakes.discord.client import pointed_at
from tests.fakes.tests.fake_program import FakeProgram, run_program
from tests.fakes.tests.plain_bot import PlainBot, ReportForm, end


class DiscordProgram(FakeProgram):
    """The fake Discord in a process of its own, whose greeting is its address."""

    token = "fake-token"

    @property
    def url(self) -> str:
        """Where it is."""
        return self.greeting

    @property
    def control_url(self) -> str:
        """Below which it is driven."""
        return f"{self.url}/control/"

    @property
    def api_url(self) -> str:
        """Where the REST API is."""
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """Where the gateway is."""
        return f"{self.url.replace('http', 'ws')}/gateway/"

    async def seen_when(self, what: str) -> Any:
        """Ask what was seen until there is some of `what`."""
        async with asyncio.timeout(10):
            while True:
                seen = await self.get("seen")
                if seen[what]:
                    return seen
                await asyncio.sleep(0.02)


@asynccontextmanager
async def a_program(*arguments: str) -> AsyncIterator[DiscordProgram]:
    """Run it."""
    async with run_program(DiscordProgram, "tests.fakes.discord", "--port", "0", *arguments) as program:
        yield program


@asynccontextmanager
async def a_bot(program: DiscordProgram) -> AsyncIterator[PlainBot]:
    """Connect a bot of this process."""
    with pointed_at(program):
        async with PlainBot() as bot:
            task = asyncio.create_task(bot.start(program.token))
            assert (await program.post("gateway", ready=1))["connected"] == [[0, 1]]
            yield bot
            await end(bot, task)


async def test_another_process_drives_it_over_http() -> None:
    """Commands, buttons, modals, reactions, time, trouble, and a look at all that was seen."""

    class Go(discord.ui.View):
        @discord.ui.button(label="Go", custom_id="go")
        async def go(self, interaction: Any, _: Any) -> None:
            await interaction.response.send_modal(ReportForm())

    async with a_program("--heartbeat", "0.1", "--quiet") as program, a_bot(program) as bot:
        bot.act = lambda i: i.response.send_message(f"{i.extras['words']} for {i.user.name}", view=Go())
        await program.post("user", name="grace")
        made = await program.post("command", user="grace", name="do", options={"words": "a fox"})
        waited = await program.post("wait", interactions=[made["id"]], until="answered", text="fox")
        [message] = waited["interactions"][0]["messages"]
        assert (message["text"], message["buttons"]) == ("a fox for grace", ["Go"])
        pressed = await program.post("press", user="grace", button="Go")
        sent = await program.post(
            "submit", user="grace", interaction=pressed["id"], answers={"What is wrong": "x", "Kind": "spam"}
        )
        waited = await program.post("wait", interactions=[sent["id"]], until="answered")
        assert waited["interactions"][0]["messages"][0]["text"] == "x: spam"
        await program.post("react", user="grace", message=message["id"], emoji="🚩")
        await bot_hears(bot, "reaction")
        await program.post("clock", forward_s=960)
        await program.post("fault", method="GET", path="/users/*", status=503)
        assert (await program.post("press", button="Nothing"))["status"] == 409
        listed = await program.get("messages?channel=general")
        assert listed["messages"][0]["text"] == "a fox for grace"
        await program.post("gateway", do="reconnect")
        await bot_hears(bot, "resumed")
        seen = await program.seen_when("heartbeats")
        assert {one["kind"] for one in seen["hellos"]} == {"IDENTIFY", "RESUME"}
        assert (await program.get("world"))["channels"].keys() == {"general"}


async def bot_hears(bot: PlainBot, name: str) -> None:
    """Wait until the bot has noticed an event."""
    await FakeChanges().until(lambda: name in [kind for kind, _ in bot.received], within=5, what=f"{name} in {bot.received}")


async def test_a_benchmark_sends_many_commands_in_one_breath() -> None:
    """And reads how long each took to be acknowledged, measured outside the bot."""
    async with a_program("--no-rate-limits", "--quiet") as program, a_bot(program) as bot:
        bot.act = lambda interaction: interaction.response.defer(thinking=True)
        made = await program.post("commands", name="do", count=100, options={"words": "a fox"})
        waited = await program.post("wait", interactions=made["interactions"], within_s=10)
        took = sorted(one["acknowledged_after_s"] for one in waited["interactions"])
        assert len(took) == 100
        assert 0 < took[0] <= took[-1] < 3


async def test_somebody_plays_with_it_by_hand() -> None:
    """Typed lines in, the conversation out."""
    async with a_program() as program, a_bot(program) as bot:
        bot.act = lambda i: i.response.send_message(f"{i.extras['words']} x{i.extras['count']}")
        await program.shows("token = ")
        await program.line("help")
        await program.shows("button of the last message")
        await program.line("/do a red fox")
        assert await program.shows("easel") == "[general] easel: a red fox x1\n"
        await program.line("/do words:two foxes count:2")
        assert await program.shows("easel") == "[general] easel: two foxes x2\n"
        await program.line("react ⭐")
        await bot_hears(bot, "reaction")
        await program.line("press Nothing")
        await program.shows("! no button 'Nothing'")
        await program.line("say hello")
        await program.shows("[general] ada: hello")
        await program.line("forward 960")
        await program.line("quit")
        async with asyncio.timeout(10):
            assert await program.process.wait() == 0
