"""Asks whether a price is the one that is counted, and whether asking counts nothing."""

import pytest

from bot.domain.allowances import Weights
from bot.domain.image_models import ImageModelOffer, ImageModels
from bot.domain.images import Lane, Quality, Shape, Size
from bot.domain.wishes import Draft
from bot.services.wish_prices import WishPrices
from tests.fakes.bench import Bench
from tests.fakes.surfaces import SQUARE, person


@pytest.fixture
def bench() -> Bench:
    """Set up a house where high quality counts threefold."""
    return Bench(weights=Weights({Quality.HIGH: 3}))


@pytest.mark.parametrize(
    ("draft", "counts"),
    [
        (Draft(prompt="x"), 1),
        (Draft(prompt="x", quality=Quality.HIGH, count=2), 6),
        (Draft(prompt="", shape=Shape.WIDE), 1),
        (Draft(prompt="x", count=4), 4),
    ],
)
async def test_a_draft_is_priced_without_its_words(bench: Bench, draft: Draft, counts: int) -> None:
    """As it would be set aside, and nothing is."""
    quote = await WishPrices(bench.quotas).price(person(), SQUARE, draft)
    assert (quote.pictures, quote.has_enough, quote.status.left, quote.refusal) == (counts, True, 20, "")
    assert not bench.accounts.created
    assert (await bench.quota_status()).held == 0


async def test_what_is_left_follows_what_was_drawn(bench: Bench) -> None:
    """Also where it does not reach any more."""
    await bench.draw(quality=Quality.HIGH, count=4)
    prices = WishPrices(bench.quotas)
    quote = await prices.price(person(), SQUARE, Draft(prompt="x", quality=Quality.HIGH, count=3))
    assert (quote.pictures, quote.status.left, quote.has_enough) == (9, 8, False)
    assert (await prices.price(person(), SQUARE, None)).status == quote.status


async def test_a_wish_that_would_be_refused_says_why(bench: Bench) -> None:
    """With the sentence that sending it would bring."""
    prices = WishPrices(bench.quotas)
    unknown = await prices.price(person(), SQUARE, Draft(prompt="x", model="nothing"))
    assert (unknown.pictures, "nothing" in unknown.refusal, unknown.has_enough) == (None, True, True)
    odd = await prices.price(person(), SQUARE, Draft(prompt="x", shape=Shape.WIDE, size=Size(512, 1024)))
    assert "do not go together" in odd.refusal


async def test_pictures_that_go_along_decide_which_model_draws() -> None:
    """As they do when the wish is accepted."""
    offers = (
        ImageModelOffer(name="words", model="words"),
        ImageModelOffer(name="pictures", model="pictures", weight=4, most_inputs=2),
    )
    prices = WishPrices(Bench(models=ImageModels(offers)).quotas)
    drafts = [await prices.price(person(), SQUARE, Draft(prompt="x"), pictures=number) for number in (0, 1, 2, 3)]
    assert [quote.pictures for quote in drafts] == [1, 4, 4, None]
    assert "Nothing was counted" in drafts[-1].refusal


async def test_the_relaxed_lane_counts_its_share() -> None:
    """Rounded up, as it is told."""
    bench = Bench(weights=Weights({}, relaxed_percent=50))
    quote = await WishPrices(bench.quotas).price(person(), SQUARE, Draft(prompt="x", count=3, lane=Lane.RELAXED))
    assert (quote.pictures, bool(quote.refusal)) in {(2, False), (None, True)}
