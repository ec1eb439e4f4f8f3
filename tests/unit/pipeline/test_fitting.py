"""Asks what becomes of a wish that a model cannot draw as it is."""

from bot.domain.images import Abilities, FreeSizes, Quality, Shape, Size
from tests.fakes.bench import Bench
from tests.unit.pipeline.steps import draw

WIDE_ONLY = Abilities(sizes=(Size(1536, 1024),), qualities=(Quality.MEDIUM,), most=2)
ANY_SIZE = Abilities(free=FreeSizes(multiple_of=16, min_pixels=65_536, max_pixels=4_000_000, max_edge=2048, max_aspect=3), most=4)


async def test_a_wish_that_fits_is_drawn_as_it_is() -> None:
    """The notes say who drew, how large, and how well."""
    bench = Bench()
    bench.painter.abilities = ANY_SIZE
    drawing = await draw(bench, await bench.claimed(size=Size(800, 608), quality=Quality.HIGH, count=3))
    [request] = bench.painter.requests
    assert (request.size, request.quality, request.count) == (Size(800, 608), Quality.HIGH, 3)
    assert drawing.notes == ("drawn by painter", "800x608, high quality")
    assert len(drawing.files) == 3


async def test_a_wish_that_does_not_fit_is_drawn_as_near_as_can_be_and_the_notes_say_so() -> None:
    """Nobody wonders where their pixels went."""
    bench = Bench()
    bench.painter.abilities = WIDE_ONLY
    drawing = await draw(bench, await bench.claimed(size=Size(800, 600), quality=Quality.HIGH))
    [request] = bench.painter.requests
    assert (request.size, request.quality) == (Size(1536, 1024), Quality.MEDIUM)
    assert drawing.notes == (
        "drawn by painter",
        "1536x1024, medium quality",
        "this model does not draw 800x600",
        "this model has no high quality",
    )


async def test_a_shape_that_the_model_does_not_draw_is_said() -> None:
    """Nothing that was wished for is dropped without a word."""
    bench = Bench()
    bench.painter.abilities = WIDE_ONLY
    drawing = await draw(bench, await bench.claimed(shape=Shape.SQUARE, quality=Quality.MEDIUM))
    assert drawing.notes == ("drawn by painter", "1536x1024", "this model does not draw square pictures")


async def test_the_only_quality_of_a_model_goes_without_saying() -> None:
    """Unless another one was asked for."""
    bench = Bench()
    bench.painter.abilities = WIDE_ONLY
    drawing = await draw(bench, await bench.claimed(shape=Shape.WIDE))
    assert drawing.notes == ("drawn by painter", "1536x1024")
