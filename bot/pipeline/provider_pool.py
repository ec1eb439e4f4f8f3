"""Which image service draws a job, and with which key: the first that does not rest, after a fault the next one.

After a refusal nobody else is asked.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from enum import Enum
from typing import TypeVar

import structlog

from bot.domain.chat import Post
from bot.domain.provider_accounts import label_accounts, provider_of
from bot.domain.provider_state import ProviderState
from bot.errors import PromptRefused, StorageFailed
from bot.pipeline.provider_call_slots import ProviderCallSlots
from bot.pipeline.retries import retry_provider
from bot.ports.clock import Clock
from bot.ports.images import ImageService, Provider
from bot.ports.observer import Observer, ProviderRested, ProviderSlowed
from bot.ports.provider_states import Change, ProviderStates
from bot.provider_errors import LASTING_FAULTS, OutcomeUnknown, ProviderFailed, ProviderFault, StillDrawing
from bot.text import join_words

log = structlog.get_logger(__name__)

T = TypeVar("T")

Call = Callable[[Provider, str], Awaitable[T]]
"""Makes one paid call to a provider. What it is given besides says why another one did not draw; it is empty for the first."""

NotifyOwners = Callable[[Post, str], None]
"""Tells the owners something in private, once for each key, beside the work."""

_WHY_NOT: dict[str, str] = {
    ProviderFault.UNREACHABLE: "could not be reached",
    ProviderFault.TIMED_OUT: "took too long",
    ProviderFault.RATE_LIMITED: "gets too many requests",
    ProviderFault.OVERLOADED: "is overloaded",
    ProviderFault.LOADING: "is still being loaded",
    ProviderFault.BAD_ANSWER: "gave no picture that can be used",
}
_WHY_NOT_OTHERWISE = "cannot be used at the moment"

_NO_FAULTS_OF_SERVICE = {ProviderFault.BAD_REQUEST, ProviderFault.OUT_OF_MEMORY, ProviderFault.LOADING}
"""It was this request that was too much, or came too early."""

_FAULTS_OF_ACCOUNT = {*LASTING_FAULTS, ProviderFault.RATE_LIMITED}
"""What another key of the same provider may not have. Whatever else is wrong is wrong with the service."""

_TO_OWNERS = {
    ProviderFault.OUT_OF_MONEY: "its account is out of credit. Top it up",
    ProviderFault.BAD_KEY: "it does not accept the key. Set one that it does",
    ProviderFault.NOT_PERMITTED: "it does not let this account use that model. Choose another, or have it permitted",
}


_TRIAL_TIME = timedelta(minutes=10)
"""If nobody has said by then how a trial ended, its process was killed, and somebody else may try."""


class _Turn(Enum):
    """Whether a provider may be asked: like any other, as the one call that tries it, or not, since another call tries it."""

    USUAL = 1
    TRIAL = 2
    NONE = 3


class ProviderPool:
    """Asks providers in the order that a wish has them. Several of one name are the accounts of its keys, and share its load.

    One that has failed several times in a row rests, for all processes; then
    one call tries it. If all rest, they are asked all the same: nobody else is
    left.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        *,
        order: Sequence[str],
        slots: ProviderCallSlots,
        states: ProviderStates,
        observer: Observer,
        clock: Clock,
        notify_owners: NotifyOwners,
    ) -> None:
        self._accounts: dict[str, tuple[Provider, ...]] = {}
        for provider in providers:
            name = provider_of(provider.name)
            self._accounts[name] = (*self._accounts.get(name, ()), provider)
        self._order = order
        self._slots = slots
        self._states = states
        self._observer = observer
        self._clock = clock
        self._notify_owners = notify_owners

    async def ask(self, call: Call[T], names: Sequence[str], *, last: frozenset[str] = frozenset()) -> T:
        """Return the drawing of the first of these providers that can draw; those named in `last` are asked last.

        Raises:
            PromptRefused: One refuses to draw it.
            OutcomeUnknown: The end of a call was not seen.
            ProviderFailed: None could, or one may have refused the words.
        """
        unknown = {provider_of(name) for name in last}
        order = [self._accounts[name] for name in sorted(names, key=lambda name: name in unknown)]
        states = await self._states.all()
        candidates, why_not = self._candidates(order, states)
        failures: list[ProviderFailed] = []
        for position, accounts in enumerate(candidates):
            is_last = position == len(candidates) - 1
            left = list(accounts)
            while left:
                provider = await self._choose(left)
                left.remove(provider)
                turn = await self._take_turn(provider, states)
                if turn is _Turn.NONE and (failures or left or not is_last):
                    continue
                try:
                    return await self._ask_one(provider, call, why_not, turn=turn, is_last=is_last)
                # It may have been drawn and charged, so no other provider draws it as well.
                except OutcomeUnknown:
                    raise
                except ProviderFailed as error:
                    log.warning("provider.failed", provider=provider.name, fault=error.fault, reason=str(error))
                    # Whoever refuses has the last word: another provider must not draw what this one may have refused.
                    if error.may_be_refusal:
                        raise
                    failures.append(error)
                    # A fault of the service is the same with its other keys; one of the key is not.
                    if error.fault not in _FAULTS_OF_ACCOUNT:
                        break
            if failures:
                why_not = why_not or _why_not(accounts[0], failures[-1].fault)
        raise failures[-1]

    def _candidates(
        self, order: list[tuple[Provider, ...]], states: Mapping[str, ProviderState]
    ) -> tuple[list[tuple[Provider, ...]], str]:
        """Return the accounts that do not rest, or all if all do, and why the first provider of the order is not among them."""
        now = self._clock.now()
        awake = [tuple(one for one in accounts if not _state_of(one, states).is_resting(now)) for accounts in order]
        found = [accounts for accounts in awake if accounts]
        if not found or awake[0]:
            return found or order, ""
        return found, _why_not(order[0][0], _state_of(order[0][0], states).fault)

    async def _choose(self, accounts: Sequence[Provider]) -> Provider:
        """Return the account that is the least busy."""
        name = await self._slots.choose_account([one.name for one in accounts])
        return next(one for one in accounts if one.name == name)

    async def _take_turn(self, provider: Provider, states: Mapping[str, ProviderState]) -> _Turn:
        """Return whether the provider may be asked, and take the trial call if one is due. Where all rest, each is asked."""
        state, now = _state_of(provider, states), self._clock.now()
        if not state.is_on_trial or state.is_resting(now):
            return _Turn.USUAL
        before, after = await self._states.change(provider.name, lambda state: state.claim_trial(now, _TRIAL_TIME))
        if not before.is_on_trial:
            return _Turn.USUAL
        return _Turn.NONE if after == before else _Turn.TRIAL

    async def _ask_one(self, provider: Provider, call: Call[T], why_not: str, *, turn: _Turn, is_last: bool) -> T:
        """Make the call. Where no other provider is left, a temporary failure is tried again."""

        async def ask() -> T:
            while True:
                try:
                    async with self.watch(provider, is_trial=turn is _Turn.TRIAL):
                        return await call(provider, why_not)
                except ProviderFailed as error:
                    # The next call finds that there is no room, and its job waits in the line of the provider.
                    if error.fault is not ProviderFault.RATE_LIMITED or await self._is_resting(provider):
                        raise

        return await ask() if turn is _Turn.TRIAL or not is_last else await retry_provider(ask)

    async def _is_resting(self, provider: Provider) -> bool:
        return _state_of(provider, await self._states.all()).is_resting(self._clock.now())

    @asynccontextmanager
    async def watch(self, provider: ImageService, *, is_trial: bool = False) -> AsyncIterator[None]:
        """Record how the call ends that the body makes, or collects. A refusal shows that the provider works."""
        try:
            yield
        except (PromptRefused, StillDrawing):
            await self._note_success(provider)
            raise
        except ProviderFailed as error:
            await self._note_failure(provider, error, is_trial=is_trial)
            raise
        except BaseException:
            # Cancelled: the trial says nothing about the service, so another call may try it.
            if is_trial:
                await self._release_trial(provider)
            raise
        await self._note_success(provider)

    async def _note_success(self, provider: ImageService) -> None:
        """Record the success where that changes the provider's state."""
        with _log_trouble(provider):
            state = _state_of(provider, await self._states.all())
            if state != state.note_success():
                before, _ = await self._states.change(provider.name, ProviderState.note_success)
                if before.is_on_trial:
                    log.info("provider.works_again", provider=provider.name)

    async def _note_failure(self, provider: ImageService, error: ProviderFailed, *, is_trial: bool) -> None:
        now, fault, is_lasting = self._clock.now(), error.fault, error.fault in LASTING_FAULTS
        if fault is ProviderFault.RATE_LIMITED:
            await self._slow_down(provider, error, is_trial=is_trial)
        elif fault in _NO_FAULTS_OF_SERVICE:
            if is_trial:
                await self._release_trial(provider)
        else:
            await self._change(
                provider, fault, lambda state: state.note_fault(fault, now, is_lasting=is_lasting, is_trial=is_trial)
            )
            if not is_lasting:
                await self._note_failure_of_siblings(provider, fault)

    async def _note_failure_of_siblings(self, provider: ImageService, fault: ProviderFault) -> None:
        """Count a fault of the service for its other keys too, but for those that rest for reasons of their own."""
        now = self._clock.now()
        for other in self._siblings(provider):
            with _log_trouble(other):
                await self._states.change(
                    other.name,
                    lambda state: state if state.is_on_trial else state.note_fault(fault, now, is_lasting=False, is_trial=False),
                )

    def _siblings(self, provider: ImageService) -> list[Provider]:
        """Return the other accounts of its provider."""
        return [one for one in self._accounts[provider_of(provider.name)] if one.name != provider.name]

    async def _slow_down(self, provider: ImageService, error: ProviderFailed, *, is_trial: bool) -> None:
        """Lower the limit of calls after one that the service refused as too many."""
        now = self._clock.now()
        with _log_trouble(provider):
            accepted = await self._states.count_accepted(provider.name)

            def slow_down(state: ProviderState) -> ProviderState:
                tried = state.release_trial(now) if is_trial else state
                return tried.note_rate_limit(error.fault, now, accepted=accepted, stated=error.per_minute, wait=error.retry_after)

            await self._change(provider, error.fault, slow_down)
            self._observer.note(ProviderSlowed(provider_of(provider.name)))

    async def _release_trial(self, provider: ImageService) -> None:
        now = self._clock.now()
        with _log_trouble(provider):
            await self._states.change(provider.name, lambda state: state.release_trial(now))

    async def _change(self, provider: ImageService, fault: ProviderFault, change: Change) -> None:
        """Record what a fault changes in the state, and log it where the provider rests now."""
        with _log_trouble(provider):
            before, after = await self._states.change(provider.name, change)
            if after.rests > before.rests:
                log.warning("provider.rests", provider=provider.name, fault=fault, until=str(after.rests_until))
                self._observer.note(ProviderRested(provider_of(provider.name), fault))
                if fault in LASTING_FAULTS:
                    self._tell_owners(provider, fault)

    def _tell_owners(self, provider: ImageService, fault: ProviderFault) -> None:
        day, name = self._clock.now().date(), provider_of(provider.name)
        label = label_accounts([one.name for one in self._accounts[name]])[provider.name]
        if self._siblings(provider):
            until = "Until then its other keys draw."
        elif others := [other for other in self._order if other != name]:
            until = f"Until then {join_words(others)} draws instead."
        else:
            until = "Until then nothing is drawn: no other image service is set up that could."
        text = f"{label} draws nothing with {provider.model}: {_TO_OWNERS[fault]}. It is tried again every ten minutes. {until}"
        self._notify_owners(Post(text), f"provider:{provider.name}:{fault}:{day}")


@contextlib.contextmanager
def _log_trouble(provider: ImageService) -> Iterator[None]:
    """Log a `StorageFailed` of the body instead of raising it: a provider's state must not cost a picture that is paid for."""
    try:
        yield
    except StorageFailed as error:
        log.warning("provider.unnoted", provider=provider.name, reason=str(error))


def _state_of(provider: ImageService, states: Mapping[str, ProviderState]) -> ProviderState:
    return states.get(provider.name, ProviderState())


def _why_not(provider: ImageService, fault: str | None) -> str:
    """Return why another provider draws."""
    return f"{provider.model} {_WHY_NOT.get(fault or '', _WHY_NOT_OTHERWISE)}"
