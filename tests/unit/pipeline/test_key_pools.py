"""Asks whether several keys of one provider share its load, and whether one that is bad leaves the others alone."""

from datetime import timedelta

import pytest

from bot.domain.call_limits import CallLimits
from bot.domain.jobs import DrawingState, JobState
from bot.domain.provider_state import MOST_FAULTS
from bot.pipeline.ticket_providers import TicketProviders
from bot.provider_errors import ProviderFailed, ProviderFault
from tests.fakes.bench import Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.tickets import ScriptedTicketProvider


def failed(fault: ProviderFault, *, retry_after: timedelta | None = None) -> ProviderFailed:
    """Return a failure of the first key."""
    return ProviderFailed("flux#1", "broken", fault=fault, retry_after=retry_after)


@pytest.fixture
def first() -> ScriptedProvider:
    """Return who asks with the first key."""
    return ScriptedProvider("flux#1")


@pytest.fixture
def other() -> ScriptedProvider:
    """Return who asks with the second key."""
    return ScriptedProvider("flux#2")


@pytest.fixture
def second() -> ScriptedProvider:
    """Return who draws when flux cannot."""
    return ScriptedProvider("second")


@pytest.fixture
def bench(first: ScriptedProvider, other: ScriptedProvider, second: ScriptedProvider) -> Bench:
    """Have a provider with two keys, and one with one."""
    return Bench(painter=first, others=(other, second))


def asked(*providers: ScriptedProvider) -> list[int]:
    """Count the calls of each."""
    return [len(provider.requests) for provider in providers]


async def test_keys_take_turns(bench: Bench, first: ScriptedProvider, other: ScriptedProvider) -> None:
    """The line under the picture says nothing of it, and each drawing knows which key it was."""
    jobs = [await bench.draw(key=f"call-{number}", user=f"{number}") for number in range(4)]
    assert asked(first, other) == [2, 2]
    drawings = [drawing for job in jobs for drawing in await bench.jobs.drawings(job.id)]
    assert {drawing.provider for drawing in drawings} == {"flux#1", "flux#2"}
    assert not any("because" in note for drawing in drawings for note in drawing.notes)


async def test_a_call_too_many_of_one_key_is_made_with_the_other_at_once(
    bench: Bench, first: ScriptedProvider, other: ScriptedProvider, second: ScriptedProvider
) -> None:
    """For as long as it asks for time."""
    first.will(failed(ProviderFault.RATE_LIMITED, retry_after=timedelta(minutes=1)))
    job = await bench.draw()
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert (await bench.draw(key="call-2", user="bob")).state is JobState.DONE
    assert asked(first, other, second) == [1, 2, 0]


@pytest.mark.parametrize("fault", [ProviderFault.BAD_KEY, ProviderFault.OUT_OF_MONEY, ProviderFault.NOT_PERMITTED])
async def test_a_bad_key_rests_alone_and_its_owners_are_told_which_one_it_is(
    bench: Bench, first: ScriptedProvider, other: ScriptedProvider, second: ScriptedProvider, fault: ProviderFault
) -> None:
    """Without a word of the key."""
    first.will(failed(fault))
    for number in range(3):
        assert (await bench.draw(key=f"call-{number}", user=f"{number}")).state is JobState.DONE
    assert asked(first, other, second) == [1, 3, 0]
    [notice] = bench.owner_notices.values()
    assert notice.text.startswith("flux (key 1 of 2) draws nothing with flux#1-1: ")
    assert notice.text.endswith(" Until then its other keys draw.")


async def test_where_all_keys_are_bad_the_next_provider_draws(
    bench: Bench, first: ScriptedProvider, other: ScriptedProvider, second: ScriptedProvider
) -> None:
    """And says why."""
    for key in (first, other):
        key.will(failed(ProviderFault.BAD_KEY))
    job = await bench.draw()
    assert asked(first, other, second) == [1, 1, 1]
    [drawing] = [one for one in await bench.jobs.drawings(job.id) if one.state is DrawingState.DRAWN]
    assert drawing.notes[0] == "drawn by second, because flux#1-1 cannot be used at the moment"
    await bench.draw(key="call-2", user="bob")
    assert asked(first, other, second) == [1, 1, 2]


async def test_a_fault_of_the_service_is_one_of_all_its_keys(
    bench: Bench, first: ScriptedProvider, other: ScriptedProvider, second: ScriptedProvider
) -> None:
    """Another key does not help, so the next provider draws at once; after so many in a row nobody asks there."""
    for key in (first, other):
        key.will(*[failed(ProviderFault.OVERLOADED)] * MOST_FAULTS)
    for number in range(MOST_FAULTS + 1):
        await bench.draw(key=f"call-{number}", user=f"{number}")
    assert sum(asked(first, other)) == MOST_FAULTS
    assert asked(second) == [MOST_FAULTS + 1]
    assert bench.owner_notices == {}


async def test_one_who_waits_is_told_what_all_keys_take_together(first: ScriptedProvider, other: ScriptedProvider) -> None:
    """Each has the bounds that are set."""
    bench = Bench(painter=first, others=(other,), limits=CallLimits(at_once=2, per_minute=5))
    assert await bench.call_slots.limits("flux") == CallLimits(at_once=4, per_minute=10)


async def test_a_result_is_collected_with_the_key_that_asked_for_it() -> None:
    """Also where the list of keys has another order by now; where it is gone, with the first one there is."""
    keys = [ScriptedTicketProvider("flux#1"), ScriptedTicketProvider("flux#2")]
    bench = Bench(tickets=keys[0], others=(keys[1],))
    await bench.draw()
    job = await bench.draw(key="call-2", user="bob")
    [drawing] = await bench.jobs.drawings(job.id)
    assert drawing.ticket is not None
    found = [
        TicketProviders(known).find_call(drawing)
        for known in (keys, keys[::-1], [ScriptedTicketProvider("flux")], [ScriptedTicketProvider("other")])
    ]
    assert [call and call.provider.name for call in found] == ["flux#2", "flux#2", "flux", None]
