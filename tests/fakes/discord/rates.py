"""Rate limits: buckets per route and place, and the global one."""

import hashlib
import time
from dataclasses import dataclass

from tests.fakes.discord.errors import TooManyRequests
from tests.fakes.discord.limits import Limits, Rate

_MAJOR = ("channel_id", "guild_id", "webhook_id", "token")
"""The parts of a path that have buckets of their own."""


@dataclass(slots=True)
class _RateWindow:
    ends: float
    used: int = 0


class Rates:
    """Counts requests. Windows run on real time, because clients sleep in real time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._windows: dict[tuple[str, ...], _RateWindow] = {}

    def take(self, method: str, route: str, places: dict[str, str]) -> dict[str, str]:
        """Count a request of a route and give the headers that tell of it.

        Raises:
            TooManyRequests: The bucket is empty; its `headers` are to be sent too.
        """
        name, rate = self._bucket(method, route)
        major = [places[key] for key in _MAJOR if key in places]
        window, used = self._count((name, *major), rate)
        headers = {
            "X-RateLimit-Limit": str(rate.limit),
            "X-RateLimit-Remaining": str(max(0, rate.limit - used)),
            "X-RateLimit-Reset": f"{time.time() + window.ends - time.monotonic():.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, window.ends - time.monotonic()):.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(name.encode()).hexdigest()[:24],
        }
        if used > rate.limit:
            error = TooManyRequests(max(0.001, window.ends - time.monotonic()))
            error.headers |= headers
            raise error
        return headers

    def take_global(self) -> None:
        """Count a request of the bot's token.

        Raises:
            TooManyRequests: There were too many in this second.
        """
        rate = self._limits.global_rate
        window, used = self._count(("global",), rate)
        if used > rate.limit:
            raise TooManyRequests(max(0.001, window.ends - time.monotonic()), scope="global")

    def _bucket(self, method: str, route: str) -> tuple[str, Rate]:
        name = f"{method} {route}"
        if "/reactions/" in route and method != "GET":
            name = "reactions"
        elif route.startswith("/webhooks/"):
            name = "webhooks"
        return name, self._limits.routes.get(name, self._limits.other_routes)

    def _count(self, key: tuple[str, ...], rate: Rate) -> tuple[_RateWindow, int]:
        now = time.monotonic()
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            window = self._windows[key] = _RateWindow(now + rate.seconds)
        window.used += 1
        return window, window.used
