"""Asking until a call has ended."""

from datetime import timedelta

import pytest

from bot.domain.tickets import Ticket
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.shared.polling import poll
from tests.fakes.clock import StoppedClock

CLOCK = StoppedClock()
SOON = timedelta(milliseconds=1)


def ticket(lives: timedelta = timedelta(minutes=10)) -> Ticket:
    """Return one that runs out after that time."""
    return Ticket(id="t-1", expires_at=CLOCK.now() + lives)


async def poll_through(*answers: str | Exception | None, lives: timedelta = timedelta(minutes=10)) -> str:
    """Poll something that answers so, one after the other."""
    left = iter(answers)

    async def ask() -> str | None:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return await poll(ask, ticket=ticket(lives), provider="flux", clock=CLOCK, first_pause=SOON, longest_pause=SOON)


@pytest.mark.parametrize("fault", [ProviderFault.UNREACHABLE, ProviderFault.TIMED_OUT, ProviderFault.OVERLOADED])
async def test_it_asks_until_there_is_an_answer(fault: ProviderFault) -> None:
    """What passes does not end it: the call is paid for."""
    assert await poll_through(None, ProviderFailed("flux", "x", fault=fault), None, "a picture") == "a picture"


async def test_what_will_not_pass_is_an_unknown_outcome() -> None:
    """Such as a key that is not taken any more: the call was paid for, whoever may look at it now."""
    with pytest.raises(OutcomeUnknown) as raised:
        await poll_through(ProviderFailed("flux", "x", fault=ProviderFault.BAD_KEY), "never asked for")
    assert raised.value.fault is ProviderFault.BAD_KEY


async def test_an_unknown_outcome_ends_it() -> None:
    """Whoever raises it knows that asking does not help."""
    with pytest.raises(OutcomeUnknown):
        await poll_through(OutcomeUnknown("flux", "x", fault=ProviderFault.TIMED_OUT), "never asked for")


async def test_a_ticket_that_runs_out_is_an_unknown_outcome() -> None:
    """It was paid for, and its result is gone."""
    with pytest.raises(OutcomeUnknown):
        await poll_through(None, "never asked for", lives=timedelta())
