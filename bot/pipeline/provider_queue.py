"""How much is drawn at once by each image service, over all processes; the rows of the jobs are the truth about it."""

from collections.abc import Mapping

import structlog

from bot.domain.call_limits import CallLimits
from bot.domain.jobs import Drawing
from bot.domain.people import Platform
from bot.errors import EaselError, WaitsForProvider
from bot.ports.call_queue import CallQueue
from bot.ports.engine import Engine
from bot.ports.jobs import Jobs

log = structlog.get_logger(__name__)


class ProviderQueue:
    """Writes paid calls down as they begin and end, and lets no more of them out than `limits` say for their provider.

    A job that has to wait holds no slot: whoever ends a call publishes the
    oldest that wait for one, and recovery does where nobody could.
    """

    def __init__(
        self,
        *,
        jobs: Jobs,
        calls: CallQueue,
        engine: Engine,
        platforms: frozenset[Platform],
        limits: Mapping[str, CallLimits],
    ) -> None:
        self._jobs = jobs
        self._calls = calls
        self._engine = engine
        self._platforms = platforms
        self._limits = limits

    async def open_drawing(self, drawing: Drawing) -> None:
        """Write a paid call down before it goes out.

        Raises:
            WaitsForProvider: It is not this job's turn; it is queued again.
            LeaseLost: The job has been claimed again since, or is final.
            StorageFailed: It could not be written down.
        """
        limits = self._limits.get(drawing.provider)
        if limits is None:
            return await self._jobs.open_drawing(drawing)
        is_open = await self._calls.open_drawing(drawing, limits, self._platforms)
        if not is_open or limits.per_minute is not None:  # when the next one may begin is known now
            await self._publish_due(drawing.provider, limits)
        if not is_open:
            raise WaitsForProvider(drawing.provider)
        return None

    async def close_drawing(self, drawing: Drawing) -> None:
        """Write down how a call ended, and let the next one begin.

        Raises:
            StorageFailed: It could not be written down.
        """
        await self._jobs.close_drawing(drawing)
        limits = self._limits.get(drawing.provider)
        if limits is not None:
            await self._publish_due(drawing.provider, limits)

    async def publish_due(self) -> None:
        """Publish the jobs that any provider has room for now; where that fails, recovery does."""
        for provider, limits in self._limits.items():
            await self._publish_due(provider, limits)

    def limits(self, provider: str) -> CallLimits:
        """Return what holds for a provider."""
        return self._limits.get(provider, CallLimits())

    async def _publish_due(self, provider: str, limits: CallLimits) -> None:
        try:
            for due in await self._calls.due(provider, limits, self._platforms):
                # With a time, so that one that is just being refused, and whose run has not ended, runs once more.
                await self._engine.publish(due.job, tier=due.tier, not_before=due.at)
        except EaselError as error:
            log.warning("provider.unpublished", provider=provider, reason=str(error))
