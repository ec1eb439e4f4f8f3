"""What the table of models says, and how many tokens a picture is guessed to take."""

from datetime import date

import pytest

from bot.domain.images import Abilities, Quality, Size
from bot.domain.money import Cost, TokenPrices
from bot.providers.openai.models import ImageModel, known_models, known_text_models, text_model


@pytest.mark.parametrize(
    ("size", "low", "medium", "high"),
    [
        (Size(1024, 1024), 196, 1756, 7024),
        (Size(1536, 1024), 158, 1372, 5488),
        (Size(1024, 1536), 158, 1372, 5488),
        (Size(1536, 864), 120, 1078, 4312),
        (Size(2048, 2048), 397, 3568, 14272),
        (Size(2560, 1440), 205, 1843, 7370),
        (Size(3840, 2160), 371, 3336, 13342),
    ],
)
def test_the_guess_for_gpt_image_2_is_openais_own_number(size: Size, low: int, medium: int, high: int) -> None:
    """The published calculator is met to the token, whichever way the picture lies."""
    guess = known_models()["gpt-image-2"].output.tokens
    assert [guess(size, quality) for quality in Quality] == [low, medium, high]


@pytest.mark.parametrize(
    ("model", "quality", "size", "dollars"),
    [
        ("gpt-image-2", Quality.HIGH, Size(1024, 1024), 0.211),
        ("gpt-image-2", Quality.LOW, Size(3840, 2160), 0.011),
        ("gpt-image-2.5-flare", Quality.LOW, Size(1024, 1024), 0.0059),
        ("gpt-image-2.5-flare", Quality.MEDIUM, Size(1024, 1024), 0.0132),
        ("gpt-image-2.6-sunburst", Quality.HIGH, Size(1024, 1024), 0.0527),
        ("gpt-image-1.5", Quality.MEDIUM, Size(1536, 1024), 0.05),
        ("gpt-image-1.5", Quality.HIGH, Size(1024, 1024), 0.133),
        ("gpt-image-1-mini", Quality.LOW, Size(1024, 1536), 0.006),
        ("gpt-image-1-mini", Quality.MEDIUM, Size(1024, 1024), 0.011),
        ("gpt-image-1", Quality.HIGH, Size(1024, 1024), 0.167),
    ],
)
def test_a_guessed_picture_costs_what_the_price_lists_say(model: str, quality: Quality, size: Size, dollars: float) -> None:
    """Tokens times price comes to the published price of one picture, to a twentieth of a cent."""
    known = known_models()[model]
    assert known.prices is not None
    cost = known.prices.cost(text_in=0, image_in=0, out=known.output.tokens(size, quality))
    assert cost.microusd / 1e6 == pytest.approx(dollars, abs=0.0005)


def test_prices_are_whole_micro_dollars_for_a_million_tokens() -> None:
    """The numbers of the price list, not one zero more or less."""
    assert known_models()["gpt-image-2"].prices == TokenPrices(text_in=5_000_000, image_in=8_000_000, out=30_000_000)
    cheap = known_text_models()["gpt-4o-mini"].prices
    assert cheap is not None
    assert cheap.cost(text_in=1000, image_in=0, out=500) == Cost(450)
    luna = known_text_models()["gpt-6-luna"].prices
    assert luna is not None
    assert luna.cost(text_in=1000, image_in=0, out=500) == Cost(350)


@pytest.mark.parametrize("model", known_models().values(), ids=lambda model: model.name)
def test_every_model_draws_the_usual_shapes(model: ImageModel) -> None:
    """Whatever people ask for, the nearest size is one that the model takes; nothing is in the table without sizes."""
    for wanted in (Size(1024, 1024), Size(1536, 1024), Size(1024, 1536), Size(512, 512), Size(8000, 200)):
        fitted = model.abilities.fit(wanted)
        assert model.abilities.fit(fitted) == fitted
    assert bool(model.abilities.sizes) != bool(model.abilities.free)


def test_models_that_go_name_their_last_day_and_a_successor_that_stays() -> None:
    """A successor is in the table too and has no last day of its own."""
    going = [model for model in known_models().values() if model.shuts_down]
    assert {model.name for model in going} == {"gpt-image-1", "gpt-image-1.5", "gpt-image-1-mini", "chatgpt-image-latest"}
    assert all(known_models()[model.replacement].shuts_down is None for model in going)
    assert known_text_models()["gpt-4o-mini"].shuts_down == date(2027, 1, 14)
    assert known_text_models()[known_text_models()["gpt-4o-mini"].replacement].name == "gpt-6-luna"


def test_only_a_model_that_reasons_is_told_how_hard() -> None:
    """The parameter is data of the model, because others refuse it."""
    assert text_model("gpt-6-luna").effort == "none"
    assert text_model("gpt-4o-mini").effort is None


def test_a_chat_model_that_nobody_knows_is_just_a_name() -> None:
    """Gateways have models of their own; what they cost is not known."""
    assert text_model("llama-in-the-cellar").prices is None


def test_the_operator_may_know_a_model_better() -> None:
    """Name, guess and last day stay; abilities and prices are the operator's."""
    built_in = known_models()["gpt-image-1-mini"]
    own = built_in.override(Abilities(sizes=(Size(64, 64),)), None)
    assert (own.name, own.shuts_down, own.prices) == ("gpt-image-1-mini", built_in.shuts_down, None)
    assert own.abilities.sizes == (Size(64, 64),)
