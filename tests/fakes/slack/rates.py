"""Rate limits: per method and workspace, and per channel for posts."""

from collections import Counter, deque

from tests.fakes.slack.clock import SlackClock
from tests.fakes.slack.errors import RateLimited
from tests.fakes.slack.limits import Limits, Rate

Key = tuple[str, str]


class Rates:
    """Counts calls on the fake's clock. A refused call is counted as an overrun, not as a call."""

    def __init__(self, limits: Limits, clock: SlackClock) -> None:
        self._limits = limits
        self._clock = clock
        self._calls: dict[Key, deque[float]] = {}
        self._tanks: dict[Key, tuple[float, float]] = {}
        self.overruns: Counter[str] = Counter()

    def take(self, method: str, workspace: str, channel: str = "") -> None:
        """Count a call.

        Raises:
            RateLimited: There were too many.
        """
        now = self._clock.seconds()
        waits = [self._wait((method, workspace), self._limits.rates.get(method, self._limits.other_rate), now)]
        paced = self._limits.channel_rates.get(method) if channel else None
        if paced is not None:
            waits.append(self._wait((method, channel), paced, now))
        if max(waits) > 0:
            self.overruns[method] += 1
            raise RateLimited(max(waits))
        self._book((method, workspace), now)
        if paced is not None:
            self._book((method, channel), now, paced)

    def _wait(self, key: Key, rate: Rate, now: float) -> float:
        if rate.burst:
            level = self._level(key, rate, now)
            return max(0.0, (1 - level) * rate.seconds / rate.limit)
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - rate.seconds:
            calls.popleft()
        return calls[-rate.limit] + rate.seconds - now if len(calls) >= rate.limit else 0.0

    def _book(self, key: Key, now: float, rate: Rate | None = None) -> None:
        if rate is not None and rate.burst:
            self._tanks[key] = (self._level(key, rate, now) - 1, now)
        else:
            self._calls.setdefault(key, deque()).append(now)

    def _level(self, key: Key, rate: Rate, now: float) -> float:
        level, since = self._tanks.get(key, (float(rate.burst), now))
        return min(float(rate.burst), level + (now - since) * rate.limit / rate.seconds)
