"""The fake Discord itself: a server on a port of its own, and the handles to drive it."""

import io
from datetime import timedelta
from types import TracebackType
from typing import Self

from aiohttp import web
from PIL import Image

from tests.fakes.changes import FakeChanges
from tests.fakes.discord.answers import Answers
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.clock import DiscordClock
from tests.fakes.discord.control import Control
from tests.fakes.discord.endpoint import Endpoint
from tests.fakes.discord.faults import Faults
from tests.fakes.discord.files import is_good_link
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.guilds import Guild
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.limits import MIB, Limits
from tests.fakes.discord.people import DiscordPerson
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.rest import PREFIX, Rest
from tests.fakes.discord.routes_applications import ApplicationRoutes
from tests.fakes.discord.routes_channels import ChannelRoutes
from tests.fakes.discord.routes_interactions import InteractionRoutes
from tests.fakes.discord.seen import Seen
from tests.fakes.discord.users import User
from tests.fakes.discord.wire import Json
from tests.fakes.discord.world import Application, World

_LARGEST_READ = 64 * MIB
"""What the web server reads before it judges: above every limit of the platform, so that the answer is ours."""


class FakeDiscord:
    """A platform on `127.0.0.1`. Enter it (`async with`) to open it; everything about it is forgotten when it closes."""

    def __init__(self, *, limits: Limits | None = None, token: str = "fake-token", port: int = 0) -> None:  # noqa: S107 - a made-up token is the point
        self.limits = limits or Limits()
        self.world = World(self.limits, token)
        self.gateway = Gateway(self.world)
        self.answers = Answers(self.world)
        self.endpoint = Endpoint(self.world, self.answers)
        self._rest = Rest(self.world)
        self._port = port
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Open the port."""
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.world.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Hang up on everybody and close the port."""
        self.faults.clear()
        await self.endpoint.close()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
        if kind is None and self.seen.complaints:
            raise AssertionError("Discord would not take this:\n" + "\n".join(self.seen.complaints))

    @property
    def url(self) -> str:
        """Where it is: avatars and files are below it."""
        return self.world.base_url

    @property
    def api_url(self) -> str:
        """What `Route.BASE` is to be."""
        return self.url + PREFIX

    @property
    def gateway_url(self) -> str:
        """What `DEFAULT_GATEWAY` is to be."""
        return self.gateway.url

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.world.application.token

    @property
    def application(self) -> Application:
        """The app in the developer portal."""
        return self.world.application

    @property
    def bot(self) -> User:
        """The bot's account."""
        return self.world.bot

    @property
    def clock(self) -> DiscordClock:
        """The fake's time; it can be moved."""
        return self.world.clock

    @property
    def seen(self) -> Seen:
        """All requests, heartbeats and connections so far."""
        return self.world.seen

    @property
    def faults(self) -> Faults:
        """Trouble to order."""
        return self._rest.faults

    @property
    def changes(self) -> FakeChanges:
        """For waiting until anything here becomes true."""
        return self.world.changes

    @property
    def commands(self) -> list[Json]:
        """The global commands the app has registered."""
        return self.world.commands.all()

    def add_guild(
        self,
        name: str = "Test server",
        *,
        has_bot: bool = True,
        bot_permissions: Permission = Permission.NONE,
        shard: tuple[int, int] | None = None,
    ) -> Guild:
        """Make a server. `shard` (number, count) says which one it is to belong to; `bot_permissions` go beyond everybody's."""
        ids = self.world.ids
        guild = Guild(self.world, ids.new_on(*shard) if shard else ids.new(), name, owner=self.world.owner)
        self.world.guilds[guild.id] = guild
        if has_bot:
            guild.invite_bot(bot_permissions)
        return guild

    def add_user(self, name: str = "ada", *, locale: str = "en-US") -> DiscordPerson:
        """Make somebody. They join a server when they first do something there."""
        person = DiscordPerson(self, self.world.ids.new(), name, locale=locale)
        self.world.keep(person)
        return person

    def add_group(self, *people: User) -> Channel:
        """Open a conversation that the bot is not in: two people, or a group."""
        return self.world.dm(*people)

    def deliver(self, interaction: Interaction) -> None:
        """Send an interaction to the bot, once more if it was sent before: platforms do that."""
        if self.world.application.interactions_url is not None:
            self.endpoint.deliver(interaction)
            return
        guild = interaction.origin.channel.guild
        self.world.tell("INTERACTION_CREATE", interaction.json(), guild=guild.id if guild is not None else None)

    async def commands_synced(self, *names: str, within: float = 5) -> None:
        """Wait until commands of these names are registered globally; without names, until any are.

        Raises:
            NotSeen: They were not in time.
        """

        def are_there() -> bool:
            known = {command["name"] for command in self.commands}
            return bool(known) and set(names) <= known

        await self.changes.until(are_there, within=within, what=f"the commands {names} in {[c['name'] for c in self.commands]}")

    def forward(self, **by: float) -> None:
        """Move the clock: `discord.forward(minutes=16)`."""
        self.clock.forward(timedelta(**by))

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=_LARGEST_READ)
        ChannelRoutes(self.world).add_to(app, self._rest)
        InteractionRoutes(self.answers).add_to(app, self._rest)
        ApplicationRoutes(self.world, self.gateway).add_to(app, self._rest)
        Control(self).add_to(app)
        app.router.add_get("/gateway/", self.gateway.connect)
        app.router.add_get("/attachments/{rest:.*}", self._file)
        app.router.add_get("/{kind:avatars|icons|embed}/{rest:.*}", _avatar)
        app.router.add_route("*", "/{rest:.*}", self._rest.unknown)
        return app

    async def _file(self, request: web.Request) -> web.Response:
        query, file = request.query, self.world.files.get(request.path)
        is_good = is_good_link(request.path, query.get("ex", "0"), query.get("hm", ""), self.clock.now())
        if file is None or not is_good:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=file.content, content_type=file.media_type)


async def _avatar(_: web.Request) -> web.Response:
    dot = io.BytesIO()
    Image.new("RGB", (1, 1)).save(dot, "PNG")
    return web.Response(body=dot.getvalue(), content_type="image/png")
