"""How often Slack is asked: each method has its limit per workspace, and what is final comes before progress.

Processes that share a rate limiter count together. Where they do not, Slack's
own 429 tells each of them to pause.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from weakref import WeakValueDictionary

from bot.adapters.shared.newest_entries import NewestEntries
from bot.adapters.shared.rate_limit_queue import RateLimitQueue
from bot.domain.chat import MessageRef
from bot.ports.rate_limiter import Rate, RateLimiter

_REMEMBERED = 2000
_MINUTE = timedelta(seconds=61)
"""Slack counts a minute by its own clock, when a call arrives."""


_TIER_3 = Rate(46, _MINUTE)
_TIER_4 = Rate(95, _MINUTE)
_OTHER_METHODS = Rate(500, _MINUTE)
_PROGRESSES = Rate(24, _MINUTE)
"""Half of the calls: when many pictures are done at once nobody waits a minute for theirs because of others' progress."""

_POSTS_IN_A_CHANNEL = Rate(4, timedelta(seconds=4.2))


def _method_rates() -> Mapping[str, Rate]:
    return {
        "chat.update": Rate(48, _MINUTE),
        "chat.postMessage": Rate(280, _MINUTE),
        "chat.delete": _TIER_3,
        "conversations.open": _TIER_3,
        "files.getUploadURLExternal": _TIER_4,
        "files.completeUploadExternal": _TIER_4,
        "files.info": _TIER_4,
        "files.list": _TIER_3,
    }


@dataclass(frozen=True, slots=True)
class SlackRateLimits:
    """The numbers that calls are held to, a little below Slack's own. `progress_interval` is in seconds.

    Slack's own: https://docs.slack.dev/apis/web-api/rate-limits; `chat.update` is of tier 3.
    """

    methods: Mapping[str, Rate] = field(default_factory=_method_rates)
    posts_in_a_channel: Rate = _POSTS_IN_A_CHANNEL
    progresses: Rate = _PROGRESSES
    progress_interval: float = 3.0
    """How long one message is left alone between two progresses."""


class SlackRateLimiter:
    """Delays each call until Slack's rate limits allow it; in one process in order of arrival."""

    def __init__(self, rate_limiter: RateLimiter, limits: SlackRateLimits | None = None) -> None:
        self._rate_limiter = rate_limiter
        self._limits = limits or SlackRateLimits()
        self._limit_queue = RateLimitQueue(rate_limiter)
        self._progress_lines: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._progress_at = NewestEntries[str, float](_REMEMBERED)

    async def acquire(self, method: str, team: str, channel: str = "") -> None:
        """Wait until a call may go, and count it."""
        await self._limit_queue.acquire(_key(method, team), self._rate(method))
        if channel and method == "chat.postMessage":
            await self._limit_queue.acquire(_key(method, f"{team}/{channel}"), self._limits.posts_in_a_channel)

    async def acquire_progress(self, team: str, message: MessageRef) -> None:
        """Wait until a progress of a message may be shown, and count it. Everything final goes first."""
        name = f"{message.place.channel}/{message.id}"
        await asyncio.sleep(
            self._progress_at.get(name, -self._limits.progress_interval) + self._limits.progress_interval - _now()
        )
        async with self._progress_lines.setdefault(team, asyncio.Lock()):
            while pause := await self._try_acquire_progress(team):  # noqa: ASYNC110 - other processes take turns too
                await asyncio.sleep(pause)
        self._progress_at[name] = _now()

    async def block(self, method: str, team: str, duration: timedelta) -> None:
        """Call a method no more for a while: Slack said so."""
        await self._rate_limiter.block(_key(method, team), duration)

    def _rate(self, method: str) -> Rate:
        return self._limits.methods.get(method, _OTHER_METHODS)

    async def _try_acquire_progress(self, team: str) -> float:
        """Count a progress and return 0, or return the seconds until another try is worth it."""
        key, progress_key, rate = _key("chat.update", team), _key("progress", team), self._rate("chat.update")
        calls = await self._rate_limiter.usage(key, rate)
        progresses = await self._rate_limiter.usage(progress_key, self._limits.progresses)
        pause = max(calls.wait, progresses.wait).total_seconds()
        if self._limit_queue.has_waiting(key) or not _leaves_room(calls.used, progresses.used, rate.most):
            return max(pause, self._limits.progress_interval)
        if not pause and not (pause := (await self._rate_limiter.try_acquire(key, rate)).total_seconds()):
            await self._rate_limiter.try_acquire(progress_key, self._limits.progresses)
        return pause


def _leaves_room(calls: int, progresses: int, most: int) -> bool:
    """Whether as many ends as there were in this minute could follow in the next."""
    ends = calls - progresses
    return progresses + 2 * ends < most


def _key(method: str, scope: str) -> str:
    return f"slack:{method}:{scope}"


def _now() -> float:
    return asyncio.get_running_loop().time()
