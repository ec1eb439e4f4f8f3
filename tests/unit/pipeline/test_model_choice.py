"""Does the model that was asked for draw, and is it said under a picture why another one did, and what it did not draw?"""

from dataclasses import replace
from datetime import timedelta

from bot.domain.image_models import ImageModelOffer, ImageModels
from bot.domain.images import Lane, Shape
from bot.domain.people import HOUSE, PREMIUM
from bot.provider_errors import ProviderFailed, ProviderFault
from bot.services.quotas import PictureCount
from tests.fakes.bench import Bench
from tests.fakes.images import SQUARE_ONLY, ScriptedProvider
from tests.fakes.tickets import ScriptedTicketProvider


def bench_with(second: ScriptedProvider) -> Bench:
    """Set up a house whose second model draws on request, and whose first is for premium."""
    offers = (
        ImageModelOffer(name="dear", model="d", tiers=frozenset({PREMIUM})),
        ImageModelOffer(name="painter", model="p"),
        ImageModelOffer(name="second", model="s", on_request=True),
    )
    return Bench(others=(second, ScriptedProvider("dear")), models=ImageModels(offers))


async def test_the_model_that_was_asked_for_draws() -> None:
    """Nobody else is asked, and nothing is explained."""
    second = ScriptedProvider("second")
    bench = bench_with(second)
    job = await bench.draw("a fox", model="second")
    assert (len(second.requests), bench.painter.requests) == (1, [])
    [drawing] = await bench.jobs.drawings(job.id)
    assert drawing.provider == "second"
    assert drawing.notes[0] == second.attribution


async def test_where_it_cannot_the_usual_one_of_the_tier_draws_and_says_why() -> None:
    """Below the picture."""
    second = ScriptedProvider("second")
    bench = bench_with(second)
    second.will(ProviderFailed("second", "bad key", fault=ProviderFault.BAD_KEY))
    job = await bench.draw("a fox", model="second")
    assert len(bench.painter.requests) == 1
    assert "because second-1 cannot be used at the moment" in str(bench.message(job))


async def test_a_shape_that_the_model_does_not_draw_is_said() -> None:
    """Not silently dropped."""
    bench = Bench()
    job = await bench.draw("a fox", shape=Shape.WIDE)
    assert "this model does not draw wide pictures" in str(bench.message(job))


def bench_of_weights(asked: int, other: int) -> Bench:
    """Set up a house of two models, of which the first that is asked cannot draw."""
    offers = (ImageModelOffer(name="painter", model="p", weight=asked), ImageModelOffer(name="second", model="s", weight=other))
    bench = Bench(others=(ScriptedProvider("second"),), models=ImageModels(offers))
    bench.painter.will(ProviderFailed("painter", "bad key", fault=ProviderFault.BAD_KEY))
    return bench


async def test_what_a_lighter_model_drew_counts_as_that() -> None:
    """What was set aside beyond that comes back, and the line says so."""
    bench = bench_of_weights(asked=3, other=1)
    job = await bench.draw("a fox", count=2)
    assert "drawn by a lighter model, so counted as 2 instead of 6" in bench.message(job).footer
    quota_status = await bench.quota_status()
    assert (quota_status.held, quota_status.spent) == (0, 2)


async def test_a_lighter_model_counts_half_of_that_for_the_relaxed_lane() -> None:
    """What that lane had no time for is drawn at once in the end, and counts as relaxed: for what drew it."""
    relaxed = ScriptedTicketProvider("relaxed", replace(SQUARE_ONLY, most=4, lane=Lane.RELAXED))
    offers = (
        ImageModelOffer(name="painter", model="p", weight=1),
        ImageModelOffer(name="relaxed", model="r", weight=4, lane=Lane.RELAXED, on_request=True),
    )
    bench = Bench(others=(relaxed,), models=ImageModels(offers))
    job = await bench.imagine("a fox", count=2, lane=Lane.RELAXED)
    assert (await bench.quota_status()).held == 4
    bench.clock.move(timedelta(hours=21))
    await bench.work()
    assert "drawn by a lighter model, so counted as 1 instead of 4" in bench.message(job).footer
    day = job.created_at.date()
    quota_status = bench.jobs.stands(HOUSE, job.account, day, 20)
    assert (quota_status.held, quota_status.spent) == (0, 1)


def test_a_lighter_model_is_not_spoken_of_where_it_counts_the_same() -> None:
    """Half of one and half of two are both one picture."""
    assert not PictureCount(1, 2, percent=50).is_less


async def test_what_a_heavier_model_drew_counts_as_what_was_asked_for() -> None:
    """Never more than was shown before; nothing is said."""
    bench = bench_of_weights(asked=1, other=3)
    job = await bench.draw("a fox", count=2)
    assert "lighter" not in str(bench.message(job))
    assert (await bench.quota_status()).spent == 2


async def test_a_model_that_is_gone_from_the_settings_counts_once() -> None:
    """The job was drawn before the deployment changed."""
    assert ImageModels(()).weight("gone") == 1
