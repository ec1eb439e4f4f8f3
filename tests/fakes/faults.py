"""Trouble on demand, as far as it is the same on every platform: slowness, cut lines, and requests that are held back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, NoReturn, TypeVar

from aiohttp import web


@dataclass(eq=False, kw_only=True)
class Fault:
    """Something that goes wrong with the next requests of a kind. Everything not set is left as it is."""

    times: int
    status: int = 0
    """A bare HTTP error."""
    delay: timedelta = timedelta()
    cuts_before: bool = False
    cuts_after: bool = False
    """Break the line after the request was carried out: the bot cannot know whether it was."""
    gate: asyncio.Event | None = None
    met: int = 0
    """How many requests have met it."""

    def release(self) -> None:
        """Let go of what is held back, now and from now on."""
        self.times = 0
        if self.gate is not None:
            self.gate.set()

    async def hinder(self, request: web.Request) -> None:
        """Hold a request back, slow it down, or break its line before it is carried out."""
        if self.gate is not None:
            await self.gate.wait()
        await asyncio.sleep(self.delay.total_seconds())
        if self.cuts_before:
            cut(request)


F = TypeVar("F", bound=Fault)


@dataclass(slots=True)
class Ordered(Generic[F]):
    """What was ordered, oldest first."""

    _ordered: list[F] = field(default_factory=list)

    def clear(self) -> None:
        """Let everything work again."""
        for fault in self._ordered:
            fault.release()
        self._ordered.clear()

    def _order(self, fault: F) -> F:
        self._ordered.append(fault)
        return fault

    def _met(self, fits: Callable[[F], bool]) -> F | None:
        """Return the first fault that fits and is not used up, and count it."""
        for fault in self._ordered:
            if fault.times > 0 and fits(fault):
                fault.times -= 1
                fault.met += 1
                return fault
        return None


def cut(request: web.Request) -> NoReturn:
    """Break the line."""
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("the line was cut")
