"""Asks whether costs add up, round up, and say when they are guesses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import FREE, Cost, TokenPrices, UnitPrices

amounts = st.integers(min_value=0, max_value=10**12)


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        (FREE, "free"),
        (Cost(53_100), "$0.0531"),
        (Cost(53_100, is_estimate=True), "about $0.0531"),
        (Cost(2_000_000), "$2.0000"),
        (Cost(0, is_estimate=True), "unknown"),
    ],
)
def test_a_cost_reads_as_dollars(cost: Cost, text: str) -> None:
    """A guess says that it is one."""
    assert str(cost) == text


def test_a_sum_with_a_guess_in_it_is_a_guess() -> None:
    """And without one it is not."""
    assert Cost(1) + Cost(2) == Cost(3)
    assert Cost(1) + Cost(2, is_estimate=True) == Cost(3, is_estimate=True)
    assert Cost(1, is_estimate=True) + Cost(2) == Cost(3, is_estimate=True)


def test_tokens_cost_by_their_kind() -> None:
    """Prices are for a million."""
    prices = TokenPrices(text_in=5_000_000, image_in=8_000_000, out=30_000_000)
    assert prices.cost(text_in=10, image_in=100, out=1000) == Cost(50 + 800 + 30_000)
    assert prices.cost(text_in=1, image_in=0, out=0, is_estimate=True) == Cost(5, is_estimate=True)


@given(amounts, amounts, amounts)
def test_what_is_begun_is_charged_in_full(text_in: int, image_in: int, out: int) -> None:
    """Rounding goes up, by less than one micro-dollar."""
    prices = TokenPrices(text_in=3, image_in=7, out=11)
    exact = text_in * 3 + image_in * 7 + out * 11
    cost = prices.cost(text_in=text_in, image_in=image_in, out=out).microusd
    assert cost * 1_000_000 - 1_000_000 < exact <= cost * 1_000_000


def test_half_of_a_price_is_never_too_little() -> None:
    """A micro-dollar cannot be halved."""
    assert TokenPrices(text_in=5, image_in=8, out=1).halve() == TokenPrices(text_in=3, image_in=4, out=1)


def test_pictures_pixels_and_seconds_cost_together() -> None:
    """Rounded up, but not for what floating point adds in the last place."""
    prices = UnitPrices(picture=40_000, megapixel=15_000, second=100)
    assert prices.cost(pictures=2, pixels=1_500_000, seconds=0.55) == Cost(80_000 + 22_500 + 55)
    assert UnitPrices(second=1).cost(seconds=1.01) == Cost(2)
    assert UnitPrices(picture=1).cost(pictures=3, is_estimate=True) == Cost(3, is_estimate=True)
