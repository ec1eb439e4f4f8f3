"""The chat platforms that the settings turn on, side by side; what is off is not even imported."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from fastapi import APIRouter

from bot.adapters.discord import DISCORD
from bot.adapters.slack import SLACK
from bot.app.foundation import Foundation
from bot.app.services import FeatureServices
from bot.app.slack_callbacks import HomeTabBuilder, build_job_stopper
from bot.commands.dispatcher import Dispatcher
from bot.config import Settings
from bot.domain.health import Finding
from bot.domain.people import Platform
from bot.ports.observer import UpdateEnded, UpdateOutcome
from bot.ports.surfaces import Surface

if TYPE_CHECKING:
    from bot.adapters.discord.front_end import DiscordFrontEnd, DiscordOptions
    from bot.adapters.slack.front_end import SlackFrontEnd, SlackOptions


def _no_findings() -> tuple[Finding, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class WebExtension:
    """Routes, signature-checked paths and health findings that a front end adds to the web server."""

    routes: tuple[APIRouter, ...] = ()
    webhook_paths: frozenset[str] = frozenset()
    findings: Callable[[], tuple[Finding, ...]] = field(default=_no_findings)


def merge_extensions(extensions: Sequence[WebExtension]) -> WebExtension:
    """Return one extension with everything of all of them."""
    return WebExtension(
        tuple(route for extension in extensions for route in extension.routes),
        frozenset(path for extension in extensions for path in extension.webhook_paths),
        lambda: tuple(finding for extension in extensions for finding in extension.findings()),
    )


@dataclass(frozen=True, slots=True)
class ChatPlatforms:
    """The chat platforms that are on."""

    discord: "DiscordFrontEnd | None" = None
    slack: "SlackFrontEnd | None" = None

    @property
    def surfaces(self) -> Mapping[Platform, Surface]:
        """Return where they show messages."""
        shown: dict[Platform, Surface] = {}
        if self.discord is not None:
            shown[DISCORD] = self.discord.surface
        if self.slack is not None:
            shown[SLACK] = self.slack.surface
        return shown

    @asynccontextmanager
    async def listen(
        self, services: FeatureServices, dispatcher: Dispatcher, *, by_socket: bool = True, by_http: bool = True
    ) -> AsyncIterator[WebExtension]:
        """Hear people while the body runs, by the ways that are this process's, and have their commands run."""
        async with AsyncExitStack() as stack:
            extensions = []
            if self.discord is not None:
                discord = _listen_on_discord(self.discord, services, dispatcher, by_socket=by_socket, by_http=by_http)
                extensions.append(await stack.enter_async_context(discord))
            if self.slack is not None:
                slack = _listen_on_slack(self.slack, services, dispatcher, by_socket=by_socket, by_http=by_http)
                extensions.append(await stack.enter_async_context(slack))
            yield merge_extensions(extensions)


@asynccontextmanager
async def _listen_on_discord(
    front: "DiscordFrontEnd", services: FeatureServices, dispatcher: Dispatcher, *, by_socket: bool, by_http: bool
) -> AsyncIterator[WebExtension]:
    from bot.adapters.discord.http_endpoint import PATH

    async with front.listen(dispatcher, services.pictures.lookup, by_socket=by_socket, by_http=by_http) as routes:
        yield WebExtension(routes, frozenset({PATH}) if routes else frozenset(), front.findings)


@asynccontextmanager
async def _listen_on_slack(
    front: "SlackFrontEnd", services: FeatureServices, dispatcher: Dispatcher, *, by_socket: bool, by_http: bool
) -> AsyncIterator[WebExtension]:
    from bot.adapters.slack.manifest import EVENTS_PATH

    pictures, home, stop = services.pictures, HomeTabBuilder(services), build_job_stopper(services, SLACK)
    listening = front.listen(
        dispatcher,
        pictures.lookup,
        pictures.lineage,
        home=home,
        stop_jobs=stop,
        by_socket=by_socket,
        by_http=by_http,
    )
    async with listening as routes:
        yield WebExtension(routes, frozenset({EVENTS_PATH}), front.findings)


@asynccontextmanager
async def open_chat_platforms(base: Foundation) -> AsyncIterator[ChatPlatforms]:
    """Open the chat platforms. They are opened before the house, so that they close after its last message."""
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(_build_discord(base)) if base.settings.discord.token else None
        slack = await stack.enter_async_context(_build_slack(base)) if base.settings.slack.is_on else None
        yield ChatPlatforms(discord, slack)


def _build_discord(base: Foundation) -> "DiscordFrontEnd":
    from bot.adapters.discord.front_end import DiscordFrontEnd, set_api_addresses

    discord = base.settings.discord
    set_api_addresses(discord.api_url, discord.gateway_url)
    return DiscordFrontEnd(
        discord_options(base.settings),
        base.objects,
        base.clock,
        base.shared.rate_limiter,
        base.shared.files,
        copy_signer=base.copy_signer,
        on_progress=_observe_updates(base, DISCORD),
    )


def _build_slack(base: Foundation) -> "SlackFrontEnd":
    from bot.adapters.slack.front_end import SlackFrontEnd, SlackShared, SlackStores
    from storage.sql.codes import SqlCodes
    from storage.sql.installations import SqlInstallations

    return SlackFrontEnd(
        slack_options(base.settings),
        base.objects,
        base.clock,
        base.ids,
        stores=SlackStores(SqlInstallations(base.database), SqlCodes(base.database, base.clock)),
        shared=SlackShared(base.events, base.shared.rate_limiter),
        copy_signer=base.copy_signer,
        on_progress=_observe_updates(base, SLACK),
    )


def _observe_updates(base: Foundation, platform: Platform) -> Callable[[UpdateOutcome], None]:
    """Return what reports to the observer how each progress of a platform ended."""
    return lambda outcome: base.observer.note(UpdateEnded(platform, outcome))


def discord_options(settings: Settings) -> "DiscordOptions":
    """Return what the Discord front end needs of the settings."""
    from bot.adapters.discord.front_end import DiscordOptions
    from bot.adapters.discord.gateway import ShardOptions

    discord = settings.discord
    return DiscordOptions(
        token=discord.token.get_secret_value(),
        identify_lock=settings.home / "discord.identify",
        shards=ShardOptions(discord.shard_count, discord.shard_ids),
        spoiler_guilds=discord.spoiler_guilds,
        shows_links=discord.pictures == "link",
        has_gateway=discord.gateway,
        public_key=discord.public_key,
        proxy=discord_proxy(settings),
    )


def discord_proxy(settings: Settings) -> str:
    """Return the address of the proxy by which Discord is reached: as set, else as the machine has it; or nothing."""
    discord = settings.discord
    if proxy := discord.proxy.get_secret_value():
        return proxy
    target = urlsplit(discord.api_url or "https://discord.com")
    found = getproxies().get(target.scheme, "")
    if not found or proxy_bypass(target.hostname or ""):
        return ""
    return found if "://" in found else f"http://{found}"


def slack_options(settings: Settings) -> "SlackOptions":
    """Return what the Slack front end needs of the settings."""
    from bot.adapters.slack.front_end import SlackOptions
    from bot.adapters.slack.oauth_pages import AUTHORIZE_URL
    from bot.adapters.slack.web_api import API

    slack = settings.slack
    return SlackOptions(
        bot_token=slack.bot_token.get_secret_value(),
        app_token=slack.app_token.get_secret_value(),
        signing_secret=slack.signing_secret.get_secret_value(),
        client_id=slack.client_id,
        client_secret=slack.client_secret.get_secret_value(),
        token_keys=slack.key_bytes if slack.token_keys else (),
        public_url=settings.web.public_url,
        shows_links=slack.pictures == "link",
        api_url=f"{slack.api_url}/" if slack.api_url else API,
        authorize_url=slack.authorize_url or AUTHORIZE_URL,
    )
