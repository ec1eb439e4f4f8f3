"""A bot of nothing but discord.py, whose behaviour a test gives it, on a stage of its own.

`/do` runs whatever function a test put into `bot.act`; errors that the
platform answers with are kept in `bot.errors`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from re import Match
from typing import Any, Self

import discord
from discord import app_commands

from tests.fakes.changes import T
from tests.fakes.discord import Channel, DiscordPerson, FakeDiscord, Guild, Limits, Message
from tests.fakes.discord.client import pointed_at

Interaction = discord.Interaction[discord.Client]
Act = Callable[[Interaction], Awaitable[object]]
INTENTS = discord.Intents(guilds=True, guild_reactions=True)


class Again(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"again:(?P<job>\d+)"):
    """A button that carries nothing but a number."""

    def __init__(self, job: int) -> None:
        super().__init__(discord.ui.Button(label="Again", emoji="🔁", custom_id=f"again:{job}"))
        self.job = job

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: discord.ui.Item[Any], match: Match[str], /) -> Self:
        """Read the number back."""
        return cls(int(match["job"]))

    async def callback(self, interaction: Interaction) -> None:
        """Say which button it was."""
        await interaction.response.send_message(f"again {self.job}", ephemeral=True)


class ReportForm(discord.ui.Modal, title="Report"):
    """A modal with three kinds of fields."""

    explanation: discord.ui.TextDisplay[Any] = discord.ui.TextDisplay("Tell us.")
    why: discord.ui.Label[Any] = discord.ui.Label(text="What is wrong", component=discord.ui.TextInput(max_length=20))
    kind: discord.ui.Label[Any] = discord.ui.Label(
        text="Kind", component=discord.ui.Select(options=[discord.SelectOption(label=one) for one in ("rude", "spam")])
    )

    async def on_submit(self, interaction: Interaction) -> None:
        """Say back what was entered."""
        why, kind = self.why.component, self.kind.component
        assert isinstance(why, discord.ui.TextInput)
        assert isinstance(kind, discord.ui.Select)
        await interaction.response.send_message(f"{why.value}: {kind.values[0]}", ephemeral=True)


class Parts:
    """What the plain bot and its sharded twin have in common."""

    http: Any
    wait_until_ready: Any

    def prepare(self, tree: app_commands.CommandTree[Any]) -> None:
        """Start with no behaviour and nothing noticed."""
        self.tree = tree
        self.act: Act = _nothing
        self.suggestions = ["oil", "water colour", "pencil"]
        self.errors: list[discord.HTTPException] = []
        self.received: list[tuple[str, Any]] = []
        """Events other than commands: their name and what came with them."""
        _declare(self)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Go on at once: the fake only insists on the pace when it is told to."""

    async def setup_hook(self) -> None:
        """Register buttons and commands."""
        assert isinstance(self, discord.Client)
        self.add_dynamic_items(Again)
        await self.tree.sync()

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Notice a reaction."""
        self.received.append(("reaction", payload))

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """Notice one that was taken back."""
        self.received.append(("unreaction", payload))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Notice being kicked."""
        self.received.append(("kicked", guild.id))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Notice being invited."""
        self.received.append(("invited", guild.id))

    async def on_resumed(self) -> None:
        """Notice a resumed session."""
        self.received.append(("resumed", None))

    async def on_entitlement_create(self, entitlement: discord.Entitlement) -> None:
        """Notice a sale."""
        self.received.append(("sale", entitlement.sku_id))

    async def on_message(self, message: discord.Message) -> None:
        """Notice a message; without the intent none come."""
        self.received.append(("message", message.content))

    async def run_act(self, interaction: Interaction) -> None:
        """Do what the test wants, and keep the error if the platform has one."""
        try:
            await self.act(interaction)
        except discord.HTTPException as error:
            self.errors.append(error)


async def _nothing(_: Interaction) -> None:
    return


class PlainBot(Parts, discord.Client):
    """One connection."""

    def __init__(self, **options: Any) -> None:
        discord.Client.__init__(self, **{"intents": INTENTS, "guild_ready_timeout": 0.05, **options})
        self.prepare(app_commands.CommandTree(self))


class ShardedBot(Parts, discord.AutoShardedClient):
    """Several connections."""

    def __init__(self, **options: Any) -> None:
        discord.AutoShardedClient.__init__(self, **{"intents": INTENTS, "guild_ready_timeout": 0.05, **options})
        self.prepare(app_commands.CommandTree(self))


def _declare(bot: Parts) -> None:
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.choices(shape=[app_commands.Choice(name=one.title(), value=one) for one in ("square", "wide")])
    async def do(
        interaction: Interaction,
        *,
        words: app_commands.Range[str, 0, 400] = "",
        shape: str = "square",
        count: app_commands.Range[int, 1, 4] = 1,
        style: str = "",
        person: discord.User | None = None,
        picture: discord.Attachment | None = None,
    ) -> None:
        interaction.extras.update(words=words, shape=shape, count=count, style=style, person=person, picture=picture)
        await bot.run_act(interaction)

    async def styles(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=one.title(), value=one) for one in bot.suggestions if typed in one]

    command: app_commands.Command[Any, ..., None] = app_commands.Command(
        name="do", description="Do what the test wants", callback=do
    )
    command.autocomplete("style")(styles)
    bot.tree.add_command(command)

    async def picture_menu(interaction: Interaction, message: discord.Message) -> None:
        interaction.extras.update(message=message)
        await bot.run_act(interaction)

    async def person_menu(interaction: Interaction, user: discord.User) -> None:
        interaction.extras.update(person=user)
        await bot.run_act(interaction)

    bot.tree.add_command(app_commands.ContextMenu(name="Report picture", callback=picture_menu))
    bot.tree.add_command(app_commands.ContextMenu(name="Their pictures", callback=person_menu))
    gallery = app_commands.Group(name="gallery", description="Pictures", guild_only=True, nsfw=True)

    async def show(interaction: Interaction, page: int) -> None:
        await interaction.response.send_message(f"page {page}")

    gallery.add_command(app_commands.Command(name="list", description="Show them", callback=show))
    bot.tree.add_command(gallery)


@dataclass(frozen=True)
class PlainBotStage:
    """A platform, a bot that is connected to it, a channel and somebody in it."""

    fake: FakeDiscord
    bot: PlainBot | ShardedBot
    guild: Guild
    channel: Channel
    ada: DiscordPerson

    async def until(self, look: Callable[[], T | None], what: str = "it", within: float = 5) -> T:
        """Wait for anything."""
        return await self.fake.changes.until(look, within=within, what=what)

    async def error(self) -> discord.HTTPException:
        """Wait for the bot to be refused something."""
        return await self.until(lambda: self.bot.errors.pop(0) if self.bot.errors else None, "an error")

    async def received(self, name: str) -> Any:
        """Wait for the bot to notice an event, and give what came with it."""

        def found() -> tuple[Any] | None:
            return next(((data,) for kind, data in self.bot.received if kind == name), None)

        return (await self.until(found, f"{name} in {self.bot.received}"))[0]

    async def refusal(self, act: Act) -> discord.HTTPException:
        """Let the bot do something on a command, and give the error it gets."""
        self.bot.act = act
        await self.ada.type_command(self.channel, "do")
        return await self.error()

    async def answer(self, act: Act, **options: object) -> Message:
        """Let the bot do something on a command, and give the message that comes of it."""
        self.bot.act = act
        interaction = await self.ada.type_command(self.channel, "do", **options)
        return await interaction.message_when(lambda _: True)

    @property
    def place(self) -> discord.abc.Messageable:
        """The channel, as the bot's token reaches it."""
        return self.bot.get_partial_messageable(self.channel.id)


async def end(bot: discord.Client, task: asyncio.Task[None]) -> None:
    """Close a bot. Its task is cancelled too: it may be waiting to reconnect to a fake that is gone."""
    await bot.close()
    task.cancel()
    await asyncio.wait([task])


@asynccontextmanager
async def running(platform: FakeDiscord, bot: PlainBot | ShardedBot, *, shards: int = 1) -> AsyncIterator[None]:
    """Connect a bot, and close it in the end."""
    with pointed_at(platform):
        async with bot:
            task = asyncio.create_task(bot.start(platform.token))
            try:
                await platform.gateway.ready(shards=shards)
                # What has been sent may not have been read: without its session's id a client cannot resume.
                await platform.changes.until(lambda: _has_sessions(bot), within=10, what="a session that the client knows")
                yield
            finally:
                await end(bot, task)


def _has_sessions(bot: PlainBot | ShardedBot) -> bool:
    """Return whether each of its connections has read its READY."""
    sockets = [shard._parent.ws for shard in bot.shards.values()] if isinstance(bot, ShardedBot) else [bot.ws]
    return all(getattr(socket, "session_id", None) for socket in sockets)  # there is no socket at first, whatever its type says


@asynccontextmanager
async def a_stage(bot: PlainBot | ShardedBot | None = None, *, limits: Limits | None = None) -> AsyncIterator[PlainBotStage]:
    """Set everything up, with the plain bot unless another is given."""
    bot = bot or PlainBot()
    async with FakeDiscord(limits=limits) as platform:
        guild = platform.add_guild()
        channel, ada = guild.add_channel("general"), platform.add_user("ada")
        async with running(platform, bot):
            yield PlainBotStage(platform, bot, guild, channel, ada)
