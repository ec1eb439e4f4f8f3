"""Asks whether what an answer cost is booked, and whether what is good of it is kept, when the rest of it goes wrong."""

import pytest

from bot.domain.images import ImageResult, Progress
from bot.domain.jobs import DrawingState
from bot.errors import PromptRefused
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from tests.fakes.bench import Bench
from tests.fakes.images import PRICE, ScriptedProvider, png
from tests.unit.pipeline.steps import draw

BROKE = ProviderFailed("painter", "402", fault=ProviderFault.OUT_OF_MONEY)
CUT = OutcomeUnknown("painter", "cut", request_id="req-cut")
REFUSED = PromptRefused(rule="moderation_blocked", sentence="The image service will not draw that.", request_id="req-no")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (BROKE, DrawingState.FAILED),
        (REFUSED, DrawingState.REFUSED),
        (CUT, DrawingState.UNKNOWN),
    ],
)
async def test_what_goes_wrong_after_the_answer_is_booked_with_what_it_cost(
    bench: Bench, error: Exception, state: DrawingState
) -> None:
    """The provider tells its price as soon as it knows it, and that is no news for the channel."""
    bench.painter.will(error, news=(Progress(0.5), Progress(cost=PRICE)))
    job, received = await bench.claimed(), list[Progress]()
    with pytest.raises(type(error)):
        await draw(bench, job, received)
    [drawing] = await bench.jobs.drawings(job.id)
    assert (drawing.state, drawing.cost) == (state, PRICE)
    assert await bench.jobs.cost(job.id) == PRICE
    assert received == [Progress(0.5)]


async def test_an_answer_that_outlasts_the_budget_after_its_price_is_booked(bench: Bench) -> None:
    """Its pictures were still being fetched."""
    bench.painter.will_hold(news=(Progress(cost=PRICE),))
    job = await bench.claimed()
    with pytest.raises(OutcomeUnknown):
        await draw(bench, job)
    assert await bench.jobs.cost(job.id) == PRICE


async def test_the_good_pictures_of_several_are_kept_and_the_missing_said(bench: Bench) -> None:
    """Only what can be shown is counted; all of it was paid for."""
    pictures = (png(1), b"<html>", png(2)[:-9])
    bench.painter.will(ImageResult(pictures=pictures, model="painter-1", cost=PRICE, notes=("it chose the size itself",)))
    job = await bench.claimed(count=4)
    drawing = await draw(bench, job)
    assert len(drawing.files) == 1
    assert drawing.notes[-2:] == (
        "it chose the size itself",
        "3 of 4 pictures could not be used or did not come, and were not counted",
    )
    assert await bench.jobs.cost(job.id) == PRICE
    await bench.keeping.keep(job, (drawing,), lambda: None)
    assert ((await bench.quota_status()).held, (await bench.quota_status()).spent) == (0, 1)


async def test_nobody_else_is_asked_where_it_may_have_been_a_refusal() -> None:
    """In doubt it is one; that call is not made again either."""
    second = ScriptedProvider("second")
    bench = Bench(others=(second,))
    unclear = ProviderFailed("painter", "400", fault=ProviderFault.BAD_REQUEST, may_be_refusal=True)
    bench.painter.will(unclear)
    job = await bench.claimed()
    with pytest.raises(ProviderFailed) as failed:
        await draw(bench, job)
    assert failed.value is unclear
    assert (len(bench.painter.requests), second.requests) == (1, [])
