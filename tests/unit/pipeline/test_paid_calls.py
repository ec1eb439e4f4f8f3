"""Asks what a paid call is said to cost before it is made, and what is written down of whoever drew."""

from dataclasses import replace

import pytest

from bot.domain.images import Background, DrawingId, ImageRequest, ImageResult, Quality, Size
from bot.domain.inputs import InputContent, InputRole
from bot.domain.money import Cost
from bot.pipeline.image_requests import estimate_cost
from bot.provider_errors import OutcomeUnknown
from tests.fakes.bench import Bench
from tests.fakes.images import PRICE, SQUARE_ONLY, ScriptedProvider, png
from tests.unit.pipeline.steps import draw

PRICES = {Quality.LOW: 1_000, Quality.MEDIUM: 4_000, Quality.HIGH: 9_000}
BROUGHT = InputContent(role=InputRole.BASE, content=b"a fox", media_type="image/png")
REQUEST = ImageRequest(
    drawing=DrawingId("d1"), prompt="a fox", size=Size(1024, 1024), quality=Quality.MEDIUM, count=2, author="somebody"
)


class PricedByQuality(ScriptedProvider):
    """Costs by how well it draws, and by what it looks at."""

    def __init__(self) -> None:
        super().__init__("priced", replace(SQUARE_ONLY, input_cost=Cost(300)))

    def estimate(self, size: Size, quality: Quality, count: int) -> Cost:
        """Return what its list of prices says."""
        return Cost(PRICES[quality] * count, is_estimate=True)


@pytest.mark.parametrize(("quality", "microusd"), [(Quality.LOW, 2_000), (Quality.HIGH, 18_000)])
def test_a_call_probably_costs_what_its_quality_does(quality: Quality, microusd: int) -> None:
    """For each of its pictures."""
    assert estimate_cost(PricedByQuality(), replace(REQUEST, quality=quality)) == Cost(microusd, is_estimate=True)


def test_each_picture_that_is_looked_at_costs_too() -> None:
    """Once, however many are drawn."""
    request = replace(REQUEST, inputs=(BROUGHT, BROUGHT, BROUGHT))
    assert estimate_cost(PricedByQuality(), request) == Cost(8_900, is_estimate=True)


async def test_the_background_that_was_wished_for_is_asked_for() -> None:
    """Of a model that can leave it clear."""
    painter = ScriptedProvider(abilities=replace(SQUARE_ONLY, draws_clear=True))
    bench = Bench(painter=painter)
    await draw(bench, await bench.claimed(background=Background.CLEAR))
    assert [request.background for request in painter.requests] == [Background.CLEAR]


async def test_whose_call_took_too_long_is_known(bench: Bench) -> None:
    """It is that service which rests."""
    bench.painter.will_hold()
    job = await bench.claimed()
    with pytest.raises(OutcomeUnknown) as failed:
        await draw(bench, job)
    assert failed.value.provider == "painter"


async def test_the_model_that_did_draw_is_written_down(bench: Bench) -> None:
    """A service may have taken another one than was asked for."""
    bench.painter.will(ImageResult(pictures=(png(1),), model="painter-2", cost=PRICE))
    assert (await draw(bench, await bench.claimed())).model == "painter-2"
