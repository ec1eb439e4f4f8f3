"""Lets calls to an image service out a few at a time as long as its limit is not known."""

import asyncio
from collections import deque
from datetime import datetime, timedelta

from bot.ports.clock import Clock

_SETTLED_AFTER_S = 0.15
"""A service says at once that a call is one too many: what it has not said by then it has taken."""

_FEWEST = 2
_WITHIN = timedelta(minutes=1)


class _Service:
    """What one account of a service has had of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.line = asyncio.Lock()
        self.changed = asyncio.Event()
        self.unsettled: dict[str, asyncio.TimerHandle] = {}
        self._taken: deque[datetime] = deque()
        self._most_taken = 0

    @property
    def has_room(self) -> bool:
        """Whether one more call may go out: as many as it took in an earlier minute, or half as many more as in this one."""
        now = self._clock.now()
        while self._taken and self._taken[0] <= now - _WITHIN:
            self._taken.popleft()
        taken, unsettled = len(self._taken), len(self.unsettled)
        return taken + unsettled < self._most_taken or unsettled < max(_FEWEST, taken // 2)

    def add(self, call: str) -> None:
        """Note that a call goes out; it counts as accepted unless it soon turns out otherwise."""
        self.unsettled[call] = asyncio.get_running_loop().call_later(_SETTLED_AFTER_S, lambda: self.settle(call, is_taken=True))

    def settle(self, call: str, *, is_taken: bool) -> None:
        """Note how a call ended, once."""
        timer = self.unsettled.pop(call, None)
        if timer is None:
            return
        timer.cancel()
        if is_taken:
            self._taken.append(self._clock.now())
            self._most_taken = max(self._most_taken, len(self._taken))
        self.changed.set()

    def fail(self, call: str) -> None:
        """Let no other call out in place of a failed one before the limit that was learned from it is recorded."""
        if timer := self.unsettled.get(call):
            timer.cancel()
            again = asyncio.get_running_loop().call_later(_SETTLED_AFTER_S, lambda: self.settle(call, is_taken=False))
            self.unsettled[call] = again


class SlowStart:
    """Spaces the calls of this process, so that of a burst that is too much for a service only a few are refused."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._services: dict[str, _Service] = {}

    async def begin(self, account: str, call: str) -> None:
        """Return when a call may go out."""
        service = self._services.setdefault(account, _Service(self._clock))
        async with service.line:
            while not service.has_room:
                service.changed.clear()
                await service.changed.wait()
            service.add(call)

    def end(self, account: str, call: str, *, is_taken: bool) -> None:
        """Note that a call has ended."""
        service = self._services.get(account)
        if service is None:
            return
        if is_taken:
            service.settle(call, is_taken=True)
        else:
            service.fail(call)
