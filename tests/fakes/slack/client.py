"""The real slack-bolt and slack-sdk, pointed at the fake. The only file here that knows the client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

if TYPE_CHECKING:
    from tests.fakes.slack.server import FakeSlack
    from tests.fakes.slack.workspaces import Workspace

_USUAL_PING, _QUICK_PING = 60.0, 0.05
"""Seconds between a websocket client's looks at its own line. After half of that without an answer it takes the line for dead."""


def client_of(slack: "FakeSlack", team: "Workspace | None" = None) -> AsyncWebClient:
    """Make a Web API client with a workspace's token, or with none."""
    return AsyncWebClient(token=team.bot_token if team is not None else None, base_url=slack.api_url)


def plain_app(slack: "FakeSlack") -> AsyncApp:
    """Make a Bolt app that serves every workspace the fake has it installed in; a test gives it its listeners."""

    async def authorize(team_id: str | None = None, enterprise_id: str | None = None) -> AuthorizeResult | None:
        team = slack.world.workspaces.get(team_id or "")
        if team is None or team.token is None:
            return None
        bot = team.bot_user.id
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_id=team.bot_id, bot_user_id=bot, bot_token=team.bot_token
        )

    return AsyncApp(client=client_of(slack), signing_secret=slack.signing_secret, authorize=authorize)  # type: ignore[arg-type]  # None is Bolt's word for "not installed"


@asynccontextmanager
async def over_sockets(slack: "FakeSlack", app: AsyncApp, *, connections: int = 1, is_quick: bool = False) -> AsyncIterator[None]:
    """Run an app in Socket Mode. One that `is_quick` comes back at once, and on a busy machine also for nothing."""
    ping = _QUICK_PING if is_quick else _USUAL_PING
    handlers = [AsyncSocketModeHandler(app, slack.app_token, ping_interval=ping) for _ in range(connections)]
    try:
        for handler in handlers:
            await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt gives it no types
        await slack.connected(connections)
        yield
    finally:
        for handler in handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt gives it no types
            await handler.client.aiohttp_client_session.close()


@asynccontextmanager
async def over_http(slack: "FakeSlack", app: AsyncApp) -> AsyncIterator[str]:
    """Run an app behind a request URL, which the fake is told; gives the address of its server."""
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    slack.request_url = f"http://{host}:{port}/slack/events"
    try:
        yield f"http://{host}:{port}"
    finally:
        slack.request_url = None
        await runner.cleanup()
