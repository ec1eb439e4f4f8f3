"""Rate limits of progress updates by the bot's own token; a whole channel shares one bucket."""

import time
from datetime import timedelta

_INTERVAL_S = 2.5
"""Seconds between two progresses of one channel. Discord takes 5 edits in 5 s; the rest is for what is final."""

_REMEMBERED = 1000


class ProgressRateLimiter:
    """Spaces progress updates per rate limit bucket."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}

    def reserve(self, bucket: str) -> timedelta:
        """Take the bucket's next turn, and say how long it is till then."""
        now = time.monotonic()
        if len(self._free_at) > _REMEMBERED:
            self._free_at = {name: at for name, at in self._free_at.items() if at > now}
        at = max(now, self._free_at.get(bucket, 0.0))
        self._free_at[bucket] = at + _INTERVAL_S
        return timedelta(seconds=at - now)
