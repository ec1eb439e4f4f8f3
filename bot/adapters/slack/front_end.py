"""The whole of Slack as one front end: opened before the house, listening while it is open, closed after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

import structlog
from fastapi import APIRouter
from slack_bolt.async_app import AsyncApp
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.shared.message_updates import OnOutcome, tell_nobody
from bot.adapters.slack.bolt_authorization import BotAuthorizer, set_installation
from bot.adapters.slack.bot_identities import BotIdentities, FixedBotIdentity
from bot.adapters.slack.bot_tokens import RotatingBotTokens
from bot.adapters.slack.call import SlackCallDependencies, SlackCallFactory
from bot.adapters.slack.event_handlers import SlackEventHandlers
from bot.adapters.slack.home import HomeTab, LoadHomeContent
from bot.adapters.slack.http_endpoint import SlackHttpEndpoint
from bot.adapters.slack.installation_store import EncryptedInstallationStore, OAuthStateStore
from bot.adapters.slack.oauth_pages import AUTHORIZE_URL, OAuthApplication, OAuthPages
from bot.adapters.slack.public_previews import PublicPreviews
from bot.adapters.slack.rate_limits import SlackRateLimiter
from bot.adapters.slack.socket_mode import SocketModeConnection
from bot.adapters.slack.surface import SlackSurface
from bot.adapters.slack.token_encryption import TokenCipher
from bot.adapters.slack.uninstall import StopJobs, Uninstaller
from bot.adapters.slack.user_profiles import UserProfiles
from bot.adapters.slack.vendor_logger import SILENT_LOGGER
from bot.adapters.slack.web_api import API, SlackWebApi
from bot.commands.dispatcher import Dispatcher
from bot.domain.health import Finding, Health
from bot.errors import EaselError
from bot.ports.clock import Clock, Ids
from bot.ports.codes import Codes
from bot.ports.copy_signer import CopySigner
from bot.ports.events import Events
from bot.ports.installations import Installations
from bot.ports.objects import ObjectStore
from bot.ports.rate_limiter import RateLimiter
from bot.services.lineage import Lineage
from bot.services.picture_lookup import PictureLookup
from bot.services.provenance import NO_COPY_SIGNER

log = structlog.get_logger(__name__)

_DRAIN_TIMEOUT = timedelta(seconds=3)
_NOT_SET_UP = "easel is not set up for this workspace; whoever runs it can say how to install it."


@dataclass(frozen=True, slots=True)
class SlackOptions:
    """How Slack is reached.

    One workspace is served with a `bot_token`; any number of them with
    `client_id`, `client_secret` and `token_keys`. Payloads come by Socket
    Mode where there is an `app_token`, else by HTTP, signed with the
    `signing_secret`. Only an https `public_url` is one that Slack fetches
    previews from.
    """

    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token_keys: tuple[bytes, ...] = field(default=(), repr=False)
    public_url: str = ""
    shows_links: bool = False
    api_url: str = API
    authorize_url: str = AUTHORIZE_URL


@dataclass(frozen=True, slots=True)
class SlackStores:
    """Where installations, and those that are under way, are kept."""

    installations: Installations
    codes: Codes


@dataclass(frozen=True, slots=True)
class SlackShared:
    """What all processes of the house share while they run."""

    events: Events
    rate_limiter: RateLimiter


class SlackFrontEnd:
    """Slack, seen from the composition root; entered while messages are shown.

    Slack itself is only spoken to when there is something to say. `on_progress`
    is told what becomes of each progress of a message.
    """

    def __init__(
        self,
        options: SlackOptions,
        objects: ObjectStore,
        clock: Clock,
        ids: Ids,
        *,
        stores: SlackStores,
        shared: SlackShared,
        copy_signer: CopySigner = NO_COPY_SIGNER,
        on_progress: OnOutcome = tell_nobody,
    ) -> None:
        self._options = options
        self._clock = clock
        self._ids = ids
        self._stores = stores
        self._client = AsyncWebClient(base_url=options.api_url, retry_handlers=[], logger=SILENT_LOGGER)
        self._store = _installation_store(options, stores)
        self._bots = self._build_bots(options)
        self._web = SlackWebApi(self._bots, base_url=options.api_url, rate_limiter=SlackRateLimiter(shared.rate_limiter))
        self._client.session = self._web.session
        self._previews = PublicPreviews(options.public_url, shared.events) if options.public_url.startswith("https://") else None
        link = self._previews.link if self._previews else None
        self.surface = SlackSurface(
            self._web,
            objects,
            clock,
            ids,
            preview_link=link,
            shows_links=options.shows_links,
            copy_signer=copy_signer,
            on_progress=on_progress,
        )
        self._socket: SocketModeConnection | None = None

    def findings(self) -> tuple[Finding, ...]:
        """Return how it is connected."""
        if self._options.app_token:
            return (self._socket.finding,) if self._socket else ()
        return (Finding("slack", Health.OK, "Commands and events come by HTTP."),)

    @asynccontextmanager
    async def listen(
        self,
        dispatcher: Dispatcher,
        lookup: PictureLookup,
        lineage: Lineage,
        *,
        home: LoadHomeContent,
        stop_jobs: StopJobs,
        by_socket: bool = True,
        by_http: bool = True,
    ) -> AsyncIterator[tuple[APIRouter, ...]]:
        """Receive events while the body runs, by the ways that are this process's; afterwards finish those received.

        Gives the routes that Slack and installers come by.
        """
        people = UserProfiles(self._web)
        dependencies = SlackCallDependencies(self.surface, self._web, self._bots, self._clock, dispatcher.commands)
        handlers = SlackEventHandlers(
            dispatcher=dispatcher,
            calls=SlackCallFactory(dependencies, people),
            lookup=lookup,
            lineage=lineage,
            home=HomeTab(self._web, self._bots, home),
            uninstaller=Uninstaller(web=self._web, store=self._store, people=people, stop_jobs=stop_jobs),
        )
        app = self._app(handlers)
        task = asyncio.create_task(self._run_socket(app, handlers) if by_socket else asyncio.sleep(0))
        try:
            with self._follow_previews() if by_http else nullcontext():
                yield tuple(self._routes(app, handlers)) if by_http else ()
        finally:
            handlers.is_open = False
            await handlers.drain(_DRAIN_TIMEOUT)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await people.close()

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Close all connections."""
        await self.surface.close()
        await self._bots.close()
        await self._web.close()

    def _follow_previews(self) -> AbstractContextManager[None]:
        return self._previews.follow() if self._previews is not None else nullcontext()

    def _app(self, handlers: SlackEventHandlers) -> AsyncApp:
        app = AsyncApp(
            name="easel",
            logger=SILENT_LOGGER,
            client=self._client,
            signing_secret=self._options.signing_secret,
            before_authorize=set_installation,
            authorize=BotAuthorizer(self._bots),  # type: ignore[arg-type]  # it takes its own class too
            user_facing_authorize_error_message=_NOT_SET_UP,
        )
        app.error(_log_error)
        handlers.listen_to(app)
        return app

    async def _run_socket(self, app: AsyncApp, handlers: SlackEventHandlers) -> None:
        if self._options.app_token:
            self._socket = SocketModeConnection(app, self._client, self._options.app_token, handlers)
            await self._socket.run()

    def _routes(self, app: AsyncApp, handlers: SlackEventHandlers) -> list[APIRouter]:
        options, routes = self._options, []
        if not options.app_token:
            routes.append(SlackHttpEndpoint(app, handlers, options.signing_secret).routes())
        if self._store is not None and options.public_url:
            application = OAuthApplication(options.client_id, options.client_secret, options.public_url, options.authorize_url)
            states = OAuthStateStore(self._stores.codes, self._ids, self._clock)
            routes.append(OAuthPages(application, self._client, self._store, states).routes())
        if self._previews is not None:
            routes.append(self._previews.routes())
        return routes

    def _build_bots(self, options: SlackOptions) -> BotIdentities:
        if self._store is None:
            return FixedBotIdentity(options.bot_token, self._client)
        rotator = AsyncTokenRotator(client_id=options.client_id, client_secret=options.client_secret, client=self._client)
        return RotatingBotTokens(self._store, rotator, self._clock)


async def _log_error(error: Exception) -> None:
    """Log what slack-bolt could not do with a payload. It is not acknowledged, so Slack may send it again."""
    if isinstance(error, EaselError):
        log.warning("slack.not_taken", kind=error.kind, reason=str(error))
    else:
        log.error("slack.broke", exc_info=error)


def _installation_store(options: SlackOptions, stores: SlackStores) -> EncryptedInstallationStore | None:
    if not options.client_id:
        return None
    return EncryptedInstallationStore(stores.installations, TokenCipher(options.token_keys), options.client_id)
