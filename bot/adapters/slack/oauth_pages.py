"""The pages by which a workspace installs the bot."""

import asyncio
import html
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

import aiohttp
import structlog
from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.manifest import INSTALL_PATH, REDIRECT_PATH, SCOPES
from bot.adapters.slack.vendor_logger import SILENT_LOGGER
from bot.errors import StorageFailed

log = structlog.get_logger(__name__)

AUTHORIZE_URL = "https://slack.com/oauth/v2/authorize"

_TIMEOUT = timedelta(seconds=20)
_RETRY_LINK = '<a href="install">Try again</a>'
_REASONS = {
    "access_denied": "Nothing was installed, because the request was not allowed.",
    "invalid_browser": "This page was not opened from the one that began the installation, so nothing was installed.",
    "invalid_state": "This link was used before or is older than ten minutes, so nothing was installed.",
    "missing_code": "Slack sent no code along, so nothing was installed.",
    "invalid_code": "Slack does not know the code that came along, so nothing was installed.",
}
_UNREACHABLE = "Nothing was installed, because Slack or our own storage could not be reached."


@dataclass(frozen=True, slots=True)
class OAuthApplication:
    """The Slack application that workspaces install. `public_url` is where browsers reach us."""

    client_id: str
    client_secret: str = field(repr=False)
    public_url: str
    authorize_url: str = AUTHORIZE_URL


class OAuthPages:
    """Serves the OAuth pages. A state is valid once, and only in the browser it was issued to."""

    def __init__(
        self, application: OAuthApplication, client: AsyncWebClient, store: AsyncInstallationStore, states: AsyncOAuthStateStore
    ) -> None:
        settings = AsyncOAuthSettings(
            client_id=application.client_id,
            client_secret=application.client_secret,
            scopes=SCOPES,
            user_scopes=(),
            redirect_uri=f"{application.public_url}{REDIRECT_PATH}",
            install_path=INSTALL_PATH,
            install_page_rendering_enabled=False,
            redirect_uri_path=REDIRECT_PATH,
            callback_options=AsyncCallbackOptions(success=_show_success, failure=_show_failure),
            authorization_url=application.authorize_url,
            installation_store=store,
            state_store=states,
            logger=SILENT_LOGGER,
        )
        self._flow = AsyncOAuthFlow(client=client, logger=SILENT_LOGGER, settings=settings)

    def routes(self) -> APIRouter:
        """Return the routes `GET /slack/install` and `GET /slack/oauth_redirect`."""
        routes = APIRouter()

        @routes.get(INSTALL_PATH)
        async def install(request: Request) -> Response:
            return await _answer(request, self._flow.handle_installation)

        @routes.get(REDIRECT_PATH)
        async def finish(request: Request) -> Response:
            return await _answer(request, self._flow.handle_callback)

        return routes


async def _answer(request: Request, answer: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]) -> Response:
    try:
        async with asyncio.timeout(_TIMEOUT.total_seconds()):
            return to_starlette_response(await answer(to_async_bolt_request(request, b"")))
    except (StorageFailed, SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
        log.warning("slack.not_installed", reason=type(error).__name__)
        return to_starlette_response(_page(HTTPStatus.BAD_GATEWAY, "That did not work", _UNREACHABLE, _RETRY_LINK))


async def _show_success(args: AsyncSuccessArgs) -> BoltResponse:
    installation = args.installation
    log.info("slack.installed", team=installation.team_id, enterprise=installation.enterprise_id)
    name = installation.team_name or installation.enterprise_name or "your workspace"
    text = f"easel is in {name} now. Type /imagine in any channel, and say what you would like to see."
    return _page(HTTPStatus.OK, "Welcome", text, '<a href="slack://open">Open Slack</a>')


async def _show_failure(args: AsyncFailureArgs) -> BoltResponse:
    log.info("slack.not_installed", reason=args.reason if args.reason in _REASONS else "other")
    return _page(args.suggested_status_code, "That did not work", _REASONS.get(args.reason, _UNREACHABLE), _RETRY_LINK)


def _page(status: int, title: str, text: str, link: str) -> BoltResponse:
    """Return a page. `link` is HTML; the others are words."""
    body = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<h1>{html.escape(title)}</h1><p>{html.escape(text)}</p><p>{link}</p></html>"
    )
    return BoltResponse(status=status, body=body, headers={"Content-Type": "text/html; charset=utf-8"})
