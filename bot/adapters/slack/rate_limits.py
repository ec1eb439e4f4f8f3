"""How often Slack is asked: each method has its limit per workspace, and what is final comes before progress.

One process keeps count for itself. Where several share a workspace, Slack's
own 429 tells each of them to pause.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.adapters.shared.newest_entries import NewestEntries
from bot.domain.chat import MessageRef

_REMEMBERED = 2000
_MINUTE = 61.0
"""Slack counts a minute by its own clock, when a call arrives."""


@dataclass(frozen=True, slots=True)
class MethodRate:
    """So many calls in any window of so many seconds."""

    most: int
    seconds: float = _MINUTE


_TIER_3 = MethodRate(46)
_TIER_4 = MethodRate(95)
_OTHER_METHODS = MethodRate(500)


def _method_rates() -> Mapping[str, MethodRate]:
    return {
        "chat.update": MethodRate(48),
        "chat.postMessage": MethodRate(280),
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

    methods: Mapping[str, MethodRate] = field(default_factory=_method_rates)
    posts_in_a_channel: MethodRate = MethodRate(4, 4.2)
    progresses: MethodRate = MethodRate(40)
    progress_interval: float = 3.0
    """How long one message is left alone between two progresses."""


class _SlidingWindow:
    """Counts the calls of the last so many seconds."""

    def __init__(self, rate: MethodRate) -> None:
        self._rate = rate
        self._calls: deque[float] = deque()
        self._blocked_until = 0.0
        self.lock = asyncio.Lock()
        self.waiting = 0

    def pause(self, now: float) -> float:
        """Return the seconds until the next call may go."""
        while self._calls and self._calls[0] <= now - self._rate.seconds:
            self._calls.popleft()
        free_at = self._calls[-self._rate.most] + self._rate.seconds if len(self._calls) >= self._rate.most else now
        return max(free_at, self._blocked_until) - now

    def record(self, now: float) -> None:
        """Count a call."""
        self._calls.append(now)

    def block(self, until: float) -> None:
        """Let nothing go before then."""
        self._blocked_until = max(self._blocked_until, until)

    def __len__(self) -> int:
        return len(self._calls)

    def is_idle(self, now: float) -> bool:
        """Whether forgetting it would change nothing."""
        return not self.waiting and self.pause(now) <= 0 and not self._calls


class SlackRateLimiter:
    """Delays each call until Slack's rate limits allow it, in order of arrival."""

    def __init__(self, limits: SlackRateLimits | None = None) -> None:
        self._limits = limits or SlackRateLimits()
        self._windows: dict[tuple[str, str], _SlidingWindow] = {}
        self._progress_at = NewestEntries[str, float](_REMEMBERED)

    async def acquire(self, method: str, team: str, channel: str = "") -> None:
        """Wait until a call may go, and count it."""
        await self._pass_window(self._window(method, team, self._rate(method)))
        if channel and method == "chat.postMessage":
            await self._pass_window(self._window(method, channel, self._limits.posts_in_a_channel))

    async def acquire_progress(self, team: str, message: MessageRef) -> None:
        """Wait until a progress of a message may be shown, and count it. Everything final goes before it."""
        calls = self._window("chat.update", team, self._rate("chat.update"))
        progresses = self._window("progress", team, self._limits.progresses)
        name = f"{message.place.channel}/{message.id}"
        await asyncio.sleep(
            self._progress_at.get(name, -self._limits.progress_interval) + self._limits.progress_interval - _now()
        )
        async with progresses.lock:
            while (pause := self._progress_pause(calls, progresses)) > 0:  # noqa: ASYNC110 - others may shut the window meanwhile
                await asyncio.sleep(pause)
            for window in (calls, progresses):
                window.record(_now())
        self._progress_at[name] = _now()

    def block(self, method: str, team: str, seconds: float) -> None:
        """Ask nothing more of a method for a while: Slack said so."""
        self._window(method, team, self._rate(method)).block(_now() + seconds)

    def _rate(self, method: str) -> MethodRate:
        return self._limits.methods.get(method, _OTHER_METHODS)

    def _progress_pause(self, calls: _SlidingWindow, progresses: _SlidingWindow) -> float:
        now = _now()
        pause = max(calls.pause(now), progresses.pause(now))
        is_busy = calls.waiting or not self._leaves_room(calls, progresses)
        return max(pause, self._limits.progress_interval) if is_busy else pause

    def _leaves_room(self, calls: _SlidingWindow, progresses: _SlidingWindow) -> bool:
        """Whether as many ends as there were in this minute could follow in the next."""
        ends = len(calls) - len(progresses)
        return len(progresses) + 2 * ends < self._rate("chat.update").most

    async def _pass_window(self, window: _SlidingWindow) -> None:
        window.waiting += 1
        try:
            async with window.lock:
                while (pause := window.pause(_now())) > 0:  # noqa: ASYNC110 - others may shut the window meanwhile
                    await asyncio.sleep(pause)
                window.record(_now())
        finally:
            window.waiting -= 1

    def _window(self, method: str, scope: str, rate: MethodRate) -> _SlidingWindow:
        if len(self._windows) > _REMEMBERED:
            now = _now()
            self._windows = {key: one for key, one in self._windows.items() if not one.is_idle(now)}
        return self._windows.setdefault((method, scope), _SlidingWindow(rate))


def _now() -> float:
    return asyncio.get_running_loop().time()
