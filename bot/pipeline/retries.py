"""Retries of calls that failed for a while and were not charged for."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import stamina

from bot.errors import StorageFailed, SurfaceFailed
from bot.provider_errors import ProviderFailed

T = TypeVar("T")

_LONGEST_PAUSE = timedelta(minutes=1)
"""Nobody in a chat waits longer than this for a retry; whoever asks for more has failed for now."""

_provider_retries = stamina.AsyncRetryingCaller(attempts=3, timeout=None, wait_initial=1.0, wait_max=8.0)
_delivery_retries = stamina.AsyncRetryingCaller(attempts=3, timeout=None, wait_initial=0.5, wait_max=4.0)
_storage_retries = stamina.AsyncRetryingCaller(attempts=None, timeout=None, wait_initial=0.2, wait_max=30.0)


async def retry_provider(call: Callable[[], Awaitable[T]]) -> T:
    """Return what `call` gives, with up to two more tries when its failure is temporary and was not charged for."""
    return await _provider_retries(_provider_pause, call)


async def retry_storage(write: Callable[[], Awaitable[T]], on_trouble: Callable[[], None]) -> T:
    """Return what `write` returns, however long the storage is away.

    `on_trouble` is called before each pause.
    """

    def is_away(error: Exception) -> bool:
        if isinstance(error, StorageFailed):
            on_trouble()
            return True
        return False

    return await _storage_retries(is_away, write)


async def retry_delivery(call: Callable[[], Awaitable[T]]) -> T:
    """Return what `call` gives, with up to two more tries when a platform does not take a message."""
    return await _delivery_retries(_platform_pause, call)


def _provider_pause(error: Exception) -> bool | timedelta:
    return _pause(error.retry_after) if isinstance(error, ProviderFailed) and error.is_temporary else False


def _platform_pause(error: Exception) -> bool | timedelta:
    return _pause(error.retry_after) if isinstance(error, SurfaceFailed) and error.is_temporary else False


def _pause(asked: timedelta | None) -> bool | timedelta:
    """Return whether to try again, or after how long where the service said so."""
    if asked is None:
        return True
    return asked if asked <= _LONGEST_PAUSE else False
