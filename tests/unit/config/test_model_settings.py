"""Do the operator's own models become what the domain knows of a model?"""

from pathlib import Path

import pytest

from bot.config import ModelSettings, load
from bot.domain.images import Abilities, FreeSizes, Quality, Size
from bot.domain.money import TokenPrices
from bot.errors import ConfigError

KNOWN = Abilities(free=FreeSizes(16, 655_360, 8_294_400, 3840, 3.0), most=10, previews=3)
PRICES = TokenPrices(text_in=5_000_000, image_in=8_000_000, out=30_000_000)


def model(tmp_path: Path, text: str) -> ModelSettings:
    """Read one model's section."""
    file = tmp_path / "c.toml"
    file.write_text(f'[models."my.model"]\n{text}\n')
    return load(file, environ={}).models["my.model"]


def test_a_new_model_is_described_whole(tmp_path: Path) -> None:
    """Sizes, qualities, how many at once, previews, and prices in dollars for a million tokens."""
    own = model(
        tmp_path,
        'sizes = ["512x512", "1024x512"]\nqualities = ["low"]\nmost = 2\npreviews = 0\n'
        "price = { text_in = 0.15, image_in = 0, out = 30.000001 }",
    )
    assert own.abilities('[models."my.model"]') == Abilities(
        sizes=(Size(512, 512), Size(1024, 512)), qualities=(Quality.LOW,), most=2
    )
    assert own.prices() == TokenPrices(text_in=150_000, image_in=0, out=30_000_001)


def test_a_rule_of_sizes_becomes_one(tmp_path: Path) -> None:
    """For models that draw any size within bounds."""
    own = model(tmp_path, "size_rule = { multiple_of = 8, min_pixels = 64, max_pixels = 4096, max_edge = 64, max_aspect = 2.0 }")
    assert own.abilities('[models."my.model"]').free == FreeSizes(8, 64, 4096, 64, 2.0)


def test_what_is_left_out_is_taken_from_what_is_built_in(tmp_path: Path) -> None:
    """Whoever corrects a price need not copy the sizes."""
    own = model(tmp_path, "previews = 0")
    assert own.abilities('[models."gpt-image-2"]', KNOWN) == Abilities(free=KNOWN.free, most=10, previews=0)
    assert own.prices(PRICES) == PRICES


def test_own_sizes_replace_the_built_in_rule(tmp_path: Path) -> None:
    """Not both: a model has one or the other."""
    abilities = model(tmp_path, 'sizes = ["512x512"]').abilities('[models."gpt-image-2"]', KNOWN)
    assert abilities.sizes == (Size(512, 512),)
    assert abilities.free is None


def test_a_model_that_nobody_knows_needs_sizes(tmp_path: Path) -> None:
    """A price alone does not say what it can draw."""
    with pytest.raises(ConfigError, match="needs sizes or size_rule") as caught:
        model(tmp_path, "most = 1").abilities('[models."my.model"]')
    assert '[models."my.model"]' in caught.value.user_text
    assert model(tmp_path, "most = 1").prices() is None
