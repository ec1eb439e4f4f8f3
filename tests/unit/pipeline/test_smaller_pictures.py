"""Asks what becomes of a picture for which the service has not enough memory."""

import pytest

from bot.domain.images import Abilities, FreeSizes, Shape, Size
from bot.domain.jobs import DrawingState, Job, JobState
from bot.provider_errors import ProviderFailed, ProviderFault
from tests.fakes.bench import Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.tickets import ScriptedTicketProvider

FULL = ProviderFailed("painter", "torch.OutOfMemoryError", fault=ProviderFault.OUT_OF_MEMORY)
FREE = Abilities(free=FreeSizes(multiple_of=16, min_pixels=256 * 256, max_pixels=2048 * 2048, max_edge=2048, max_aspect=3.0))
LISTED = Abilities(sizes=(Size(1024, 1024), Size(512, 512), Size(768, 768), Size(512, 768)))


async def notes(bench: Bench, job: Job) -> list[tuple[DrawingState, tuple[str, ...]]]:
    """Return how each call ended, and what people are told of it."""
    return [(drawing.state, drawing.notes) for drawing in await bench.jobs.drawings(job.id)]


@pytest.mark.parametrize("gives_tickets", [False, True])
async def test_it_is_drawn_once_more_with_half_the_pixels(gives_tickets: bool) -> None:
    """And the line under it says why; the service does not rest for that, and nobody else is asked."""
    second = ScriptedProvider("second")
    painter = ScriptedTicketProvider("painter", FREE) if gives_tickets else ScriptedProvider("painter", FREE)
    painter.will(FULL)
    if isinstance(painter, ScriptedProvider):
        bench = Bench(painter=painter, others=(second,))
    else:
        bench = Bench(tickets=painter, others=(second,))
    job = await bench.draw(shape=Shape.WIDE)
    assert job.state is JobState.DONE
    assert [str(request.size) for request in painter.requests] == ["1536x1024", "1088x720"]
    assert second.requests == []
    (failed, _), (drawn, said) = await notes(bench, job)
    assert (failed, drawn) == (DrawingState.FAILED, DrawingState.DRAWN)
    assert "smaller than usual, because the service has not enough memory for 1536x1024" in said
    assert bench.provider_states.states.get("painter") is None


async def test_an_exact_size_is_not_changed() -> None:
    """The next provider draws it, and says why."""
    painter, second = ScriptedProvider("painter", FREE), ScriptedProvider("second", FREE)
    painter.will(FULL)
    bench = Bench(painter=painter, others=(second,))
    job = await bench.draw(size=Size(1024, 1024))
    assert [len(painter.requests), len(second.requests)] == [1, 1]
    assert job.state is JobState.DONE


async def test_once_more_is_enough() -> None:
    """Then the next provider draws it, as large as usual."""
    painter, second = ScriptedProvider("painter", FREE), ScriptedProvider("second", FREE)
    painter.will(FULL, FULL)
    await Bench(painter=painter, others=(second,)).draw()
    assert [str(request.size) for request in (*painter.requests, *second.requests)] == ["1024x1024", "720x720", "1024x1024"]


def test_the_next_smaller_one_of_the_same_shape_is_taken() -> None:
    """Where there is one."""
    assert LISTED.smaller_than(Size(1024, 1024)) == Size(768, 768)
    assert LISTED.smaller_than(Size(512, 512)) is None
    assert FREE.smaller_than(Size(256, 256)) is None
