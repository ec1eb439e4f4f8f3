"""The floor under the Slack front end: nothing but slack-bolt, which acknowledges and does nothing else.

A program of its own: `python -m benchmarks.slack_floor API_URL APP_TOKEN BOT_TOKEN`. Its command is called as easel's is.
"""

import asyncio
import sys
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient


async def main(api_url: str, app_token: str, bot_token: str) -> None:
    """Run until killed."""

    async def authorize(team_id: str | None = None, enterprise_id: str | None = None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=bot_token)

    app = AsyncApp(client=AsyncWebClient(base_url=api_url), signing_secret="unused", authorize=authorize)  # noqa: S106 - sockets

    @app.command("/imagine")
    async def imagine(ack: Any) -> None:
        await ack()

    handler = AsyncSocketModeHandler(app, app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt gives it no types
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
