"""The fake Slack itself: a server on a port of its own, and the handles to drive it."""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from aiohttp import web

from tests.fakes.changes import FakeChanges, T
from tests.fakes.faults import cut
from tests.fakes.slack import browser
from tests.fakes.slack.api import PREFIX, Api, answer, suffer
from tests.fakes.slack.clock import SlackClock
from tests.fakes.slack.control import Control
from tests.fakes.slack.deliveries import Deliveries, SlackEventDelivery
from tests.fakes.slack.endpoint import Endpoint, Forgery, Reply
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.faults import Faults
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.members import Member
from tests.fakes.slack.methods_auth import AuthMethods
from tests.fakes.slack.methods_chat import ChatMethods
from tests.fakes.slack.methods_files import FileMethods
from tests.fakes.slack.methods_people import PeopleMethods
from tests.fakes.slack.methods_views import ViewMethods
from tests.fakes.slack.oauth import Consent, OAuth
from tests.fakes.slack.response_urls import PATH as RESPONSE_URLS
from tests.fakes.slack.response_urls import ResponseUrls, read_body
from tests.fakes.slack.seen import Seen, SeenApiCall
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.tokens import ALL_SCOPES
from tests.fakes.slack.workspaces import Workspace
from tests.fakes.slack.world import App, World

if TYPE_CHECKING:
    import asyncio

_LARGEST_READ = 64 * 1024 * 1024


class FakeSlack:
    """A platform on `127.0.0.1`. Enter it (`async with`) to open it; everything about it is forgotten when it closes."""

    def __init__(
        self, *, limits: Limits | None = None, port: int = 0, app_token: str | None = None, clock: SlackClock | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.world = World(self.limits, app_token, clock)
        self.sockets = Sockets(self.world)
        self.endpoint = Endpoint(self.world)
        self.world.deliveries = Deliveries(self.world, self.sockets, self.endpoint)
        self.world.response_urls = ResponseUrls(self.world)
        self.oauth = OAuth(self.world)
        self._files = FileMethods(self.world)
        self._port = port
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Open the port."""
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        host, port = self._runner.addresses[0][:2]
        self.world.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Hang up on everybody and close the port."""
        self.faults.clear()
        self._files.close()
        await self.world.deliveries.close()
        await self.endpoint.close()
        await self.sockets.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where it is."""
        return self.world.base_url

    @property
    def api_url(self) -> str:
        """What the client's `base_url` is to be."""
        return self.url + PREFIX

    @property
    def authorize_url(self) -> str:
        """Where OAuth begins."""
        return f"{self.url}/oauth/v2/authorize"

    @property
    def app(self) -> App:
        """The app's settings page."""
        return self.world.app

    @property
    def client_id(self) -> str:
        """The app's id for OAuth."""
        return self.app.client_id

    @property
    def client_secret(self) -> str:
        """The app's secret for OAuth."""
        return self.app.client_secret

    @property
    def signing_secret(self) -> str:
        """What HTTP deliveries are signed with."""
        return self.app.signing_secret

    @property
    def app_token(self) -> str:
        """The app-level token, for Socket Mode."""
        return self.app.app_token

    @property
    def request_url(self) -> str | None:
        """Where payloads are posted; None delivers them over Socket Mode."""
        return self.app.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self.app.request_url = url

    @property
    def clock(self) -> SlackClock:
        """The fake's time; it can be moved."""
        return self.world.clock

    @property
    def seen(self) -> Seen:
        """All calls and deliveries so far."""
        return self.world.seen

    @property
    def faults(self) -> Faults:
        """Trouble to order."""
        return self.world.faults

    @property
    def changes(self) -> FakeChanges:
        """For waiting until anything here becomes true."""
        return self.world.changes

    @property
    def workspaces(self) -> list[Workspace]:
        """All workspaces."""
        return list(self.world.workspaces.values())

    def add_workspace(
        self,
        name: str = "acme",
        *,
        scopes: Iterable[str] = ALL_SCOPES,
        is_installed: bool = True,
        enterprise: str | None = None,
        is_org_install: bool = False,
        bot_token: str | None = None,
    ) -> Workspace:
        """Make a workspace, in an organisation if `enterprise` names one; a token that `bot_token` does not give is made up."""
        team = Workspace(self.world, self.world.ids.new("T"), name, enterprise=enterprise)
        self.world.workspaces[team.id] = team
        org = next(
            (one.token for one in self.workspaces if enterprise and one.enterprise == enterprise and one.is_org_install), None
        )
        if org is not None:
            team.token = org
        elif is_installed:
            team.install(scopes, is_org=is_org_install, value=bot_token)
        return team

    def addresses(self) -> dict[str, str]:
        """Return everything that a bot's settings need but for the token of a workspace."""
        return {
            "url": self.url,
            "api_url": self.api_url,
            "authorize_url": self.authorize_url,
            "control_url": f"{self.url}/control/",
            "app_id": self.app.id,
            "app_token": self.app_token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "signing_secret": self.signing_secret,
        }

    async def connected(self, count: int = 1, *, within: float = 5) -> None:
        """Wait until at least so many sockets are open.

        Raises:
            NotSeen: They were not in time.
        """
        await self.changes.until(
            lambda: len(self.sockets.connections) >= count, within=within, what=f"{count} connections of the bot"
        )

    async def until(self, look: Callable[[], T | None], *, within: float = 5, what: str = "that") -> T:
        """Wait until `look` gives something that counts as true, and give that."""
        return await self.changes.until(look, within=within, what=what)

    def calls(self, method: str = "*") -> list[SeenApiCall]:
        """Return the calls of a method, oldest first."""
        return self.seen.of(method)

    def overruns(self, method: str) -> int:
        """Return how often a method was answered with 429."""
        return self.world.rates.overruns[method]

    def repeat(self, sent: SlackEventDelivery) -> "asyncio.Task[SlackEventDelivery]":
        """Deliver the same payload again, as a retry. It is on its way at once; await it to see what came of it."""
        return self.world.deliveries.repeat(sent)

    async def forge(self, sent: SlackEventDelivery, forgery: Forgery) -> Reply:
        """Post the same payload to the request URL, badly signed."""
        return await self.endpoint.post(sent.kind, sent.payload, forgery=forgery)

    async def install(
        self, install_url: str, member: Member, *, is_org: bool = False, refuses: bool = False, loses_cookies: bool = False
    ) -> browser.Page:
        """Let somebody go through the app's install page with a browser, and give the page they end up with."""
        self.oauth.consent = Consent(member, is_org=is_org, refuses=refuses)
        return await browser.install(install_url, self.authorize_url, loses_cookies=loses_cookies)

    def hold_files(self) -> None:
        """Let uploads stay invisible until `release_files`."""
        self.world.holds_files = True

    def release_files(self) -> None:
        """Let all uploads be seen that were held back, and those to come in their time."""
        self.world.holds_files = False
        self._files.release()

    def drop_shares(self, count: int = 1) -> None:
        """Let the next shares of uploads vanish, although the API says `ok`."""
        self.world.drops_shares = count

    def forward(self, **by: float) -> None:
        """Move the clock: `slack.forward(minutes=31)`."""
        self.clock.forward(timedelta(**by))

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=_LARGEST_READ)
        api = Api(self.world)
        for group in (AuthMethods(self.sockets), ChatMethods(), self._files, PeopleMethods(), ViewMethods(), self.oauth):
            api.add(group.methods())
        api.add_to(app)
        self._files.add_to(app)
        self.sockets.add_to(app)
        self.oauth.add_to(app)
        Control(self).add_to(app)
        app.router.add_post(RESPONSE_URLS + "{team}/{secret}", self._respond)
        return app

    async def _respond(self, request: web.Request) -> web.Response:
        """Take a post to a response URL."""
        text = await read_body(request)
        call = SeenApiCall(
            "response_url", self.clock.now(), time.monotonic(), {"body": text}, "json", workspace=request.match_info["team"]
        )
        self.seen.calls.append(call)
        fault = self.faults.next("response_url")
        try:
            await suffer(request, fault)
            self.world.response_urls.use(request.path, text)
            call.answer = {"ok": True}
        except ApiError as error:
            call.answer, call.status = error.json(), error.status
            return answer(call.answer, error.status, error.headers)
        finally:
            self.changes.notify()
        call.status = 200
        if fault is not None and fault.cuts_after:
            cut(request)
        return web.Response(text="ok")
