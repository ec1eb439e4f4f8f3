"""Socket Mode: a connection to Slack, held for as long as the house is open, whatever happens to it."""

import asyncio
import contextlib
import time
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Protocol

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.shared.persistent_connection import PersistentConnection
from bot.adapters.slack.vendor_logger import SILENT_LOGGER
from bot.domain.health import Finding, Health

_CONNECT_TIMEOUT = timedelta(seconds=10)
_CLOSE_TIMEOUT = timedelta(seconds=3)
_RECONNECT_TIMEOUT = timedelta(seconds=10)
"""How long slack-sdk may take to follow Slack to another server. It would try the same address for ever, and it is good once."""

_POLL_EVERY = timedelta(seconds=1)
_PING_INTERVAL_S = 10.0
_TOKEN_ERRORS = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type", "missing_scope"}


class PayloadHandlers(Protocol):
    """Receives payloads."""

    is_open: bool

    def acknowledge_first(self) -> AbstractContextManager[None]:
        """Receive one payload; see `SlackEventHandlers.acknowledge_first`."""
        ...


class SocketModeConnection:
    """Connects, hands on what comes in, and begins anew when it breaks.

    While the handlers are not open nothing is taken, so Slack sends it to another connection, or again.
    """

    def __init__(self, app: AsyncApp, client: AsyncWebClient, app_token: str, handlers: PayloadHandlers) -> None:
        self._app = app
        self._client = client
        self._app_token = app_token
        self._handlers = handlers
        self._connection = PersistentConnection("slack", self._connect_once)

    @property
    def finding(self) -> Finding:
        """Return how it is connected."""
        if self._connection.is_connected:
            return Finding("slack", Health.OK, "Connected by Socket Mode.")
        return self._connection.trouble()

    async def run(self) -> None:
        """Hold the connection until cancelled."""
        await self._connection.run()

    async def _connect_once(self) -> str:
        """Stay connected for as long as that lasts, and return why it ended."""
        handler = AsyncSocketModeHandler(
            self._app, self._app_token, logger=SILENT_LOGGER, web_client=self._client, ping_interval=_PING_INTERVAL_S
        )
        client = handler.client
        client.auto_reconnect_enabled = client.default_auto_reconnect_enabled = False  # that is done here
        client.socket_mode_request_listeners = [self._request_listener(handler)]
        ended = asyncio.Event()
        client.on_close_listeners = client.on_error_listeners = [_listener_that_sets(ended)]
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT.total_seconds()):
                opened = await self._client.apps_connections_open(app_token=self._app_token)
                client.wss_uri = str(opened["url"])
                await client.connect()  # type: ignore[no-untyped-call]  # slack-sdk's
            self._connection.note_connected()
            await self._wait_until_broken(client, ended)
        except SlackApiError as error:
            code = str(error.response.get("error"))
            return f"the app-level token is not accepted: {code}" if code in _TOKEN_ERRORS else code
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            return type(error).__name__
        finally:
            await _close_quietly(client)
        return "closed"

    async def _wait_until_broken(self, client: SocketModeClient, ended: asyncio.Event) -> None:
        """Wait until the connection has broken, or slack-sdk did not manage to follow Slack to another server."""
        lost_at: float | None = None
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_POLL_EVERY.total_seconds()):
                    await ended.wait()
            ended.clear()
            if await client.is_connected():
                lost_at = None
                continue
            lost_at = lost_at or time.monotonic()
            is_following = client.connect_operation_lock.locked()
            if not is_following or time.monotonic() - lost_at > _RECONNECT_TIMEOUT.total_seconds():
                return

    def _request_listener(self, handler: AsyncSocketModeHandler) -> Any:
        async def listen(client: SocketModeClient, request: SocketModeRequest) -> None:
            if self._handlers.is_open:
                with self._handlers.acknowledge_first():
                    await handler.handle(client, request)

        return listen


def _listener_that_sets(event: asyncio.Event) -> Any:
    async def set_it(message: aiohttp.WSMessage) -> None:  # noqa: ARG001 - slack-sdk calls it so
        event.set()

    return set_it


async def _close_quietly(client: SocketModeClient) -> None:
    """Close a client, even while we are being cancelled, and wait for the tasks that slack-sdk leaves behind."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_CLOSE_TIMEOUT.total_seconds()):
            await client.close()  # type: ignore[no-untyped-call]  # slack-sdk's
    tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
    await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
    if not client.aiohttp_client_session.closed:
        await client.aiohttp_client_session.close()
