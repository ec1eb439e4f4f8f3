"""Asking again and again until a call has ended."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import structlog

from bot.domain.tickets import Ticket
from bot.ports.clock import Clock
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault

log = structlog.get_logger(__name__)

T = TypeVar("T")

_FIRST_PAUSE = timedelta(milliseconds=500)
_LONGEST_PAUSE = timedelta(seconds=5)
_GROWTH = 1.3
_WORDS = 2**32


async def poll(
    ask: Callable[[], Awaitable[T | None]],
    *,
    ticket: Ticket,
    provider: str,
    clock: Clock,
    first_pause: timedelta = _FIRST_PAUSE,
    longest_pause: timedelta = _LONGEST_PAUSE,
) -> T:
    """Return the first answer of `ask` that is not None, with pauses that grow and differ from ticket to ticket.

    A failure to ask says nothing of the call, which is paid for: one that
    passes is asked again. How the call ended is an answer, also when it is bad.

    Raises:
        OutcomeUnknown: The ticket ran out before, or asking will go on failing.
    """
    pause = first_pause * jitter(ticket.id)
    while True:
        try:
            answer = await ask()
        except ProviderFailed as error:
            if isinstance(error, OutcomeUnknown):
                raise
            if not passes(error):
                raise OutcomeUnknown(provider, str(error), fault=error.fault, request_id=error.request_id) from error
            log.info("provider.poll_failed", provider=provider, reason=str(error))
            answer, asked = None, error.retry_after
        else:
            asked = None
        if answer is not None:
            return answer
        pause = max(pause, asked or timedelta())
        if clock.now() + pause >= ticket.expires_at:
            raise OutcomeUnknown(provider, "not done before its result expires", fault=ProviderFault.TIMED_OUT)
        await asyncio.sleep(pause.total_seconds())
        pause = min(pause * _GROWTH, longest_pause)


def passes(error: ProviderFailed) -> bool:
    """Whether asking again may help: nothing is paid for twice by that."""
    return error.is_temporary or error.fault in {ProviderFault.TIMED_OUT, ProviderFault.LOADING}


def jitter(ticket: str) -> float:
    """Return a factor from 0.75 to 1.25 that is the same for one ticket, so that many do not ask at the same moments."""
    word = int.from_bytes(hashlib.blake2s(ticket.encode(), digest_size=4).digest())
    return 0.75 + word / _WORDS / 2
