"""Asks what is tried again, how often, and after how long."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.errors import EaselError, MessageGone, ObjectMissing, PromptRefused, StorageFailed, SurfaceFailed
from bot.pipeline.retries import retry_delivery, retry_provider, retry_storage
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault

MINUTE = timedelta(minutes=1)
NO_TROUBLE: Callable[[], None] = lambda: None  # noqa: E731 - a name for nothing


class Flaky:
    """Fails as often as it is told, and then works. `at` holds the loop's time of each try."""

    def __init__(self, error: Exception, times: int) -> None:
        self._error = error
        self._times = times
        self.at: list[float] = []

    async def __call__(self) -> str:
        """Fail, or work."""
        self.at.append(asyncio.get_running_loop().time())
        if len(self.at) <= self._times:
            raise self._error
        return "done"


def busy(retry_after: timedelta | None = None, fault: ProviderFault = ProviderFault.RATE_LIMITED) -> ProviderFailed:
    """Return a provider's failure."""
    return ProviderFailed("openai", "429", fault=fault, retry_after=retry_after)


def full(retry_after: timedelta | None = None) -> SurfaceFailed:
    """Return a platform's failure."""
    return SurfaceFailed("slack", "429", retry_after=retry_after)


Tries = Callable[[Callable[[], Awaitable[str]]], Awaitable[str]]
BOTH = pytest.mark.parametrize(
    ("tries", "error"), [(retry_provider, busy), (retry_delivery, full)], ids=["a provider", "a platform"]
)


@BOTH
@pytest.mark.parametrize("failures", [0, 1, 2])
async def test_a_passing_failure_is_tried_twice_again(tries: Tries, error: Callable[[], EaselError], failures: int) -> None:
    """With a pause between."""
    call = Flaky(error(), failures)
    assert await tries(call) == "done"
    assert len(call.at) == failures + 1
    assert sorted(set(call.at)) == call.at


@BOTH
async def test_the_third_failure_is_the_last(tries: Tries, error: Callable[[], EaselError]) -> None:
    """It comes through as it is."""
    call = Flaky(error(), 9)
    with pytest.raises(EaselError) as failed:
        await tries(call)
    assert type(failed.value) is type(error())
    assert len(call.at) == 3


@BOTH
async def test_a_pause_that_was_asked_for_is_kept(tries: Tries, error: Callable[[timedelta], EaselError]) -> None:
    """To the second, up to a minute."""
    call = Flaky(error(MINUTE), 2)
    await tries(call)
    assert call.at == pytest.approx([call.at[0], call.at[0] + 60, call.at[0] + 120])


@BOTH
async def test_nobody_waits_longer_than_a_minute(tries: Tries, error: Callable[[timedelta], EaselError]) -> None:
    """Whoever asks for more has failed for now, and the caller hears of it at once."""
    call = Flaky(error(MINUTE + timedelta(seconds=1)), 1)
    with pytest.raises(EaselError) as failed:
        await tries(call)
    assert len(call.at) == 1
    assert getattr(failed.value, "retry_after", None) == MINUTE + timedelta(seconds=1)


@pytest.mark.parametrize(
    "error",
    [
        *(busy(fault=fault) for fault in ProviderFault if not busy(fault=fault).is_temporary),
        OutcomeUnknown("openai", "cut"),
        PromptRefused(rule="r", sentence="No."),
        StorageFailed("sqlite", "locked"),
        RuntimeError("broken"),
    ],
    ids=repr,
)
async def test_a_provider_is_not_asked_again_where_that_would_not_help(error: Exception) -> None:
    """Nor where it might be paid for twice."""
    call = Flaky(error, 1)
    with pytest.raises(type(error)):
        await retry_provider(call)
    assert len(call.at) == 1


@pytest.mark.parametrize(
    "error", [MessageGone("slack", "404"), StorageFailed("sqlite", "locked"), RuntimeError("broken")], ids=repr
)
async def test_a_platform_is_not_asked_again_for_what_is_gone(error: Exception) -> None:
    """Nor for anybody else's failure."""
    call = Flaky(error, 1)
    with pytest.raises(type(error)):
        await retry_delivery(call)
    assert len(call.at) == 1


@pytest.mark.parametrize("error", [StorageFailed("disk", "full"), ObjectMissing("s3", "not yet")], ids=repr)
async def test_what_was_paid_for_is_written_however_long_that_takes(error: Exception) -> None:
    """Somebody is told before each pause, and no pause is longer than half a minute."""
    write, troubles = Flaky(error, 60), []
    assert await retry_storage(write, lambda: troubles.append(len(write.at))) == "done"
    assert troubles == list(range(1, 61))
    pauses = [late - early for early, late in zip(write.at, write.at[1:], strict=False)]
    assert max(pauses) == pytest.approx(30)
    assert sum(pauses) > 1500


@pytest.mark.parametrize("error", [RuntimeError("broken"), busy(), full()], ids=repr)
async def test_only_the_storage_is_waited_for(error: Exception) -> None:
    """Anything else would never get better."""
    write = Flaky(error, 1)
    with pytest.raises(type(error)):
        await retry_storage(write, NO_TROUBLE)
    assert len(write.at) == 1


async def test_waiting_for_the_storage_can_be_cancelled() -> None:
    """A process that stops does not wait for ever."""
    write = Flaky(StorageFailed("disk", "full"), 10**9)
    task = asyncio.create_task(retry_storage(write, NO_TROUBLE))
    await asyncio.sleep(300)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(write.at) > 9
