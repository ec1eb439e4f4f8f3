"""As much of Slack as renewing a token takes."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.adapters.slack.installation_store import EncryptedInstallationStore
from tests.fakes.clock import StoppedClock
from tests.unit.adapters.slack.examples import an_installation

LIFE = timedelta(hours=12)


@dataclass
class Renewing:
    """Slack's `oauth.v2.access`: each refresh token is good once."""

    good: set[str] = field(default_factory=lambda: {"xoxe-1"})
    asked: list[dict[str, Any]] = field(default_factory=list)
    instead: deque[Any] = field(default_factory=deque)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        """Renew, once the door is open; or say what the test wants said instead."""
        self.asked.append(dict(await request.post()))
        number = len(self.asked)
        await self.open.wait()
        if self.instead:
            said = self.instead.popleft()
            return web.Response(status=said[0], text=said[1]) if isinstance(said, tuple) else web.json_response(said)
        used = self.asked[number - 1]["refresh_token"]
        if used not in self.good:
            return web.json_response({"ok": False, "error": "invalid_refresh_token"})
        self.good = self.good - {used} | {f"{used}+"}
        fresh = {"access_token": f"xoxb-fresh-{number}", "refresh_token": f"{used}+", "expires_in": LIFE.total_seconds()}
        return web.json_response({"ok": True, "token_type": "bot", **fresh})


async def install(store: EncryptedInstallationStore, clock: StoppedClock, left: timedelta, **changes: Any) -> None:
    """Install the bot, with a token that has so long to go."""
    ends = int((clock.now() + left).timestamp())
    renewable: dict[str, Any] = {"bot_refresh_token": "xoxe-1", "bot_token_expires_at": ends}
    await store.async_save(an_installation(**renewable | changes))
