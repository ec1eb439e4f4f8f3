"""Waits for a service that is still loading its model, within the call's time limit; nothing is paid for until it has loaded."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import structlog

from bot.domain.images import Progress
from bot.ports.images import OnProgress
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault

log = structlog.get_logger(__name__)

T = TypeVar("T")

_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(seconds=15)


async def wait_for_model(
    call: Callable[[], Awaitable[T]], *, provider: str, time_limit: timedelta, on_progress: OnProgress, what: str
) -> T:
    """Return what `call` gives, made again as long as the service says that it loads its model; `what` is a word for that.

    Raises:
        OutcomeUnknown: The call went out, and nothing came within the time limit.
        ProviderFailed: The call failed, or the model would not have been there in time.
    """
    loading: ProviderFailed | None = None
    pause = _FIRST_PAUSE
    try:
        async with asyncio.timeout(time_limit.total_seconds()):
            while True:
                try:
                    loading = None
                    return await call()
                except ProviderFailed as error:
                    if error.fault is not ProviderFault.LOADING:
                        raise
                    loading = error
                log.info("provider.loading", provider=provider, reason=str(loading))
                await on_progress(Progress(is_warming_up=True, warm_up=loading.retry_after))
                # Whoever names a time may be there sooner, and asking is free.
                await asyncio.sleep(max(pause, min(loading.retry_after or pause, _LONGEST_PAUSE)).total_seconds())
                pause = min(pause * 1.5, _LONGEST_PAUSE)
    except TimeoutError:
        raise loading or OutcomeUnknown(provider, f"no {what} within {time_limit}", fault=ProviderFault.TIMED_OUT) from None
