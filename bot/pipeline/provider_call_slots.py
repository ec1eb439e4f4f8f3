"""How much is drawn at once by each image service, over all processes; the rows of the jobs are the truth about it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog

from bot.domain.call_limits import CallLimits, sum_limits
from bot.domain.images import DrawingId
from bot.domain.jobs import Drawing, DrawingState, JobId
from bot.domain.people import Platform
from bot.domain.provider_accounts import provider_of
from bot.domain.provider_state import ProviderState
from bot.errors import EaselError, StorageFailed, WaitsForProvider
from bot.pipeline.slow_start import SlowStart
from bot.ports.call_queue import CallQueue, DueJob
from bot.ports.clock import Clock
from bot.ports.engine import Engine
from bot.ports.jobs import Jobs
from bot.ports.provider_states import ProviderStates

log = structlog.get_logger(__name__)


_MARGIN = timedelta(milliseconds=250)
"""A call may be quicker at the service than the one that it follows by a minute, and would be one too many there."""


class ProviderCallSlots:
    """Records paid calls as they begin and end, and allows no more at once than `limits` or the provider say.

    Both hold for each of a provider's `accounts`, where it has several. A job
    that has to wait holds no slot: the worker that ends a call publishes the
    oldest jobs that wait for one, and recovery does where that fails.
    """

    def __init__(
        self,
        *,
        jobs: Jobs,
        calls: CallQueue,
        states: ProviderStates,
        engine: Engine,
        clock: Clock,
        platforms: frozenset[Platform],
        limits: Mapping[str, CallLimits],
        accounts: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._jobs = jobs
        self._calls = calls
        self._states = states
        self._engine = engine
        self._clock = clock
        self._platforms = platforms
        shared = {name: CallLimits() for name, several in accounts.items() if len(several) > 1}
        self._limits = {**shared, **limits}
        self._accounts = accounts
        self._slowed: set[str] = set()
        self._slow_start = SlowStart(clock)

    async def wait_to_start(self, account: str, drawing: DrawingId) -> None:
        """Wait a moment where many calls begin at once and nobody knows how many the provider takes."""
        provider = provider_of(account)
        if provider not in self._slowed and self._limits.get(provider, CallLimits()) == CallLimits():
            await self._slow_start.begin(account, drawing)

    async def open_drawing(self, drawing: Drawing, *, joins_line: bool = True) -> None:
        """Write a paid call down before it goes out.

        Raises:
            WaitsForProvider: It is not this job's turn; it is queued again, if it `joins_line`.
            LeaseLost: The job has been claimed again since, or is final.
            StorageFailed: It could not be written down.
        """
        provider = provider_of(drawing.provider)
        limits = await self.limits(provider)
        if limits is None:
            return await self._jobs.open_drawing(drawing)
        each, accounts = self._limits.get(provider, CallLimits()), self._accounts_of(provider)
        is_open = await self._calls.open_drawing(drawing, each, self._platforms, accounts, joins_line=joins_line)
        if is_open and limits.per_minute is None:
            return None
        due = await self._publish_due(provider)  # when the next one may begin is known now
        if not is_open:
            self._slow_start.end(drawing.provider, drawing.id, is_taken=False)
            raise WaitsForProvider(provider, self._wait(drawing.job, due))
        return None

    async def choose_account(self, accounts: Sequence[str]) -> str:
        """Return the one of a provider's accounts that the next call goes to.

        Raises:
            StorageFailed: Nobody knows how busy they are.
        """
        if len(accounts) == 1:
            return accounts[0]
        return await self._calls.choose(accounts, self._limits.get(provider_of(accounts[0]), CallLimits()))

    async def close_drawing(self, drawing: Drawing) -> None:
        """Write down how a call ended, and let the next one begin.

        Raises:
            StorageFailed: It could not be written down.
        """
        self._slow_start.end(drawing.provider, drawing.id, is_taken=drawing.state is not DrawingState.FAILED)
        await self._jobs.close_drawing(drawing)
        provider = provider_of(drawing.provider)
        if provider in self._limits or provider in self._slowed:
            await self._publish_due(provider)

    async def publish_due(self) -> None:
        """Publish the jobs that providers have room for now, of those providers whose calls this process counts."""
        for provider in {*self._limits, *self._slowed}:
            await self._publish_due(provider)

    async def publish_all_due(self) -> None:
        """Publish the jobs that any provider has room for, also one that another process slowed down, or without a limit now."""
        try:
            waited_for = await self._calls.waiting(self._platforms)
        except StorageFailed as error:
            log.warning("provider.unpublished", reason=str(error))
            return
        for provider in waited_for:
            await self._publish_due(provider)

    async def limits(self, provider: str) -> CallLimits | None:
        """Return what holds for all accounts of a provider, by the settings and by what it took; None where nobody counts."""
        known, now = await self._states.all(), self._clock.now()
        states = [known.get(account, ProviderState()) for account in self._accounts_of(provider)]
        if any(state.is_paced(now) for state in states):
            self._slowed.add(provider)
        elif provider not in self._limits:
            self._slowed.discard(provider)
            return None
        return sum_limits([state.limit(self._limits.get(provider, CallLimits()), now) for state in states])

    def _accounts_of(self, provider: str) -> tuple[str, ...]:
        return self._accounts.get(provider, (provider,))

    async def _publish_due(self, provider: str) -> tuple[DueJob, ...]:
        """Publish the jobs that the provider has room for, and return them; where that fails, recovery publishes them."""
        try:
            each, accounts = self._limits.get(provider, CallLimits()), self._accounts_of(provider)
            due = await self._calls.due(provider, each, self._platforms, accounts)
            for one in due:
                # With a time, so that one that is just being refused, and whose run has not ended, runs once more.
                not_before = one.at + _MARGIN if one.at > self._clock.now() else one.at
                await self._engine.publish(one.job, tier=one.tier, not_before=not_before)
        except EaselError as error:
            log.warning("provider.unpublished", provider=provider, reason=str(error))
            return ()
        return due

    def _wait(self, job: JobId, due: tuple[DueJob, ...]) -> timedelta | None:
        """Return how long it is until the job's turn, where that is known."""
        return next((one.at - self._clock.now() for one in due if one.job == job), None)
