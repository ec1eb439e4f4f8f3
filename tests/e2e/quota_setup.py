"""One house as a program on Discord, Slack and the page at once, and the people there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from pathlib import Path

from bot.adapters.slack.manifest import EASEL, EVENTS, IMAGINE
from tests.e2e.program import Program
from tests.e2e.quota_hands import OnDiscord, OnPage, OnSlack
from tests.e2e.serving import ServedVisitor, Serving
from tests.fakes.discord import FakeDiscord, Guild, Permission
from tests.fakes.openai import FakeOpenAI
from tests.fakes.slack import FakeSlack, Member, Workspace
from tests.fakes.slack.workspaces import Group

_PATIENCE = 20.0


class FrontEnd(StrEnum):
    """Where people come in."""

    DISCORD = "discord"
    SLACK = "slack"
    PAGE = "page"


@dataclass
class QuotaSetup:
    """A Discord, a Slack, a page, and the program that serves them. `painters` are a group of the workspace from the start."""

    discord: FakeDiscord
    slack: FakeSlack
    openai: FakeOpenAI
    acme: Workspace
    painters: Group
    serving: Serving
    stack: AsyncExitStack
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    _owner: OnPage | None = None

    def server(self) -> Guild:
        """Return a new server with a channel and somebody in charge of it; the bot is in it."""
        guild = self.discord.add_guild(f"Server {next(self.numbers)}")
        guild.add_channel("general")
        return guild

    def on_discord(self, guild: Guild, *, is_admin: bool = False) -> OnDiscord:
        """Let somebody new join a server."""
        person = self.discord.add_user(f"user{next(self.numbers)}")
        guild.grant(person, Permission.MANAGE_GUILD if is_admin else Permission.NONE)
        return OnDiscord(person, next(iter(guild.channels.values())))

    def on_slack(self, *, is_admin: bool = False) -> OnSlack:
        """Let somebody new join the workspace, with a channel to themselves."""
        return self.somebody(self.acme.add_member(f"user{next(self.numbers)}", is_admin=is_admin))

    def somebody(self, member: Member) -> OnSlack:
        """Let somebody of the workspace act."""
        return OnSlack(self.slack, member, self.acme.add_channel(f"room{next(self.numbers)}"))

    async def on_page(self) -> OnPage:
        """Let somebody new open the page."""
        known = self._visitors()
        visitor = await self.stack.enter_async_context(ServedVisitor(self.serving.url))
        await visitor.types("/quota show")
        [user] = self._visitors() - known
        return OnPage(visitor, user)

    async def owner(self) -> OnPage:
        """Return who has the machine in hand, at the page: made so by `easel link`."""
        if self._owner is None:
            self._owner = await self.on_page()
            done = await Program(self.serving.folder, self.serving.environ).run("link")
            assert "are one now" in (await self._owner.says(done.out.strip().lstrip("/"))).text
        return self._owner

    def _visitors(self) -> set[str]:
        return {row["user_id"] for row in self.serving.rows("SELECT user_id FROM identities WHERE platform = 'web'")}


@asynccontextmanager
async def a_setup(folder: Path, settings: dict[str, str] | None = None) -> AsyncIterator[QuotaSetup]:
    """Set it up; `settings` are variables of the program's environment."""
    async with AsyncExitStack() as stack:
        openai = await stack.enter_async_context(FakeOpenAI())
        discord = await stack.enter_async_context(FakeDiscord())
        discord.limits.switch_rates_off()
        discord.limits.allow_late_answers()
        slack = await stack.enter_async_context(FakeSlack())
        slack.limits.switch_rates_off()
        slack.limits.allow_late_answers()
        slack.app.commands, slack.app.events = [IMAGINE, EASEL], list(EVENTS)
        acme = slack.add_workspace("acme")
        painters = acme.add_group("painters", acme.add_member("painter"))
        environ = {
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": openai.url,
            "DISCORD_TOKEN": discord.token,
            "EASEL_DISCORD__API_URL": discord.api_url,
            "EASEL_DISCORD__GATEWAY_URL": discord.gateway_url,
            "SLACK_BOT_TOKEN": acme.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "EASEL_SLACK__API_URL": slack.api_url,
            **(settings or {}),
        }
        serving = await stack.enter_async_context(Serving(folder, environ))
        await discord.gateway.ready(within=_PATIENCE)
        await discord.commands_synced("imagine")
        await slack.connected(within=_PATIENCE)
        yield QuotaSetup(discord, slack, openai, acme, painters, serving, stack)
