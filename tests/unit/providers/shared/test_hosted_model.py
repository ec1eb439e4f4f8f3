"""What pictures of hosted models cost by the price list."""

from dataclasses import replace

import pytest

from bot.domain.images import DrawingId, FileFormat, ImageRequest, Quality, Size
from bot.domain.money import FREE, Cost, UnitPrices
from bot.providers.bfl.models import build_parameters
from bot.providers.bfl.models import known_models as bfl_models
from bot.providers.fal.models import known_models as fal_models
from bot.providers.replicate.models import build_input
from bot.providers.replicate.models import known_models as replicate_models
from bot.providers.shared.hosted_model import FLUX_2_ABILITIES, HostedModel, HostedService, MegapixelPrice, UnitPrice


@pytest.mark.parametrize(
    ("size", "microusd"),
    [(Size(256, 768), 30_000), (Size(1024, 1024), 30_000), (Size(1536, 1024), 45_000), (Size(2048, 2048), 75_000)],
    ids=str,
)
def test_a_begun_megapixel_counts_whole(size: Size, microusd: int) -> None:
    """As BFL and fal bill it."""
    assert MegapixelPrice(first=30_000, further=15_000).of(size) == microusd


def test_a_price_of_the_settings_is_by_the_picture_and_by_the_million_pixels() -> None:
    """As for every kind."""
    assert UnitPrice(UnitPrices(picture=5_000, megapixel=10_000)).of(Size(1000, 1000)) == 15_000


def test_a_model_without_a_price_costs_nobody_knows_what() -> None:
    """That is an estimate of nothing."""
    service = HostedService(HostedModel("x", FLUX_2_ABILITIES), name="x", attribution="by x")
    assert service.estimate(Size(1024, 1024), Quality.MEDIUM, 1) == Cost(0, is_estimate=True)


def test_a_model_with_a_price_of_nothing_is_free() -> None:
    """As one on a machine of the operator's own: that is no estimate."""
    service = HostedService(HostedModel("x", FLUX_2_ABILITIES, UnitPrice(UnitPrices())), name="x", attribution="by x")
    assert service.estimate(Size(1024, 1024), Quality.MEDIUM, 1) == FREE


@pytest.mark.parametrize("model", [*bfl_models().values(), *fal_models().values()], ids=lambda model: model.name)
def test_every_model_in_the_tables_has_a_price_for_every_size(model: HostedModel) -> None:
    """And a larger picture is never cheaper."""
    assert model.price is not None
    sizes = [model.abilities.fit(Size(edge, edge)) for edge in (512, 1024, 2048)]
    prices = [model.price.of(size) for size in sizes]
    assert prices == sorted(prices)
    assert prices[0] > 0


def an_order(size: Size, form: FileFormat | None = None) -> ImageRequest:
    """Ask for a fox."""
    return ImageRequest(
        drawing=DrawingId("d"), prompt="a fox", size=size, quality=Quality.MEDIUM, count=1, author="a", format=form
    )


def test_flux_2_gives_a_jpeg_where_one_is_asked_for() -> None:
    """And else what loses nothing."""
    given = [
        build_parameters("flux-2-pro", an_order(Size(1024, 1024), form))["output_format"] for form in (None, FileFormat.JPEG)
    ]
    assert given == ["png", "jpeg"]


def test_a_seed_is_sent_where_the_model_has_one() -> None:
    """FLUX 3 has none."""
    seeded = replace(an_order(Size(1024, 1024)), seed=0)
    assert build_parameters("flux-2-pro", seeded)["seed"] == 0
    assert "seed" not in build_parameters("flux-3-image", seeded)
    assert [model.name for model in bfl_models().values() if not model.abilities.takes_seed] == ["flux-3-image"]
    assert build_input(replicate_models()["black-forest-labs/flux-2-pro"], seeded)["seed"] == 0


def test_a_size_that_the_settings_name_becomes_the_nearest_class_of_flux_3() -> None:
    """Its table has no pixels."""
    parameters = build_parameters("flux-3-image", an_order(Size(1000, 990)))
    assert (parameters["aspect_ratio"], parameters["resolution"]) == ("1:1", "1k")
