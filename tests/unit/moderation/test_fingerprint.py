"""Which copies of a picture are known for what they are, which are not, and which others are left alone.

The numbers of the documentation stand here: what is known is so for each of
several scenes, and of pictures that have nothing in common none is taken for another.
"""

import io
import itertools
from collections.abc import Callable
from functools import cache
from random import Random

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from bot.domain.fingerprints import MOST_DIFFERENT_BITS, is_alike
from bot.moderation.fingerprint import compute_fingerprints

SCENES = 6


@cache
def scene(seed: int) -> Image.Image:
    """Return a picture of coloured shapes before a sky, each seed its own."""
    chance = Random(seed)  # noqa: S311 - the same ones each time
    image = Image.linear_gradient("L").resize((300, 240)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(25):
        x, y, size = chance.randrange(300), chance.randrange(240), chance.randrange(10, 90)
        colour = tuple(chance.randrange(256) for _ in range(3))
        (draw.ellipse if chance.random() < 0.5 else draw.rectangle)((x, y, x + size, y + chance.randrange(10, 90)), fill=colour)
    return image


def saved(image: Image.Image, form: str = "PNG", **options: int) -> bytes:
    """Return the bytes of its file."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def is_known(copy: bytes, image: Image.Image) -> bool:
    """Return whether a copy is found by the fingerprint of a picture."""
    return is_alike(compute_fingerprints(copy), compute_fingerprints(saved(image))[:1])


@pytest.mark.parametrize("seed", range(SCENES))
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda image: saved(image, "JPEG", quality=40), id="jpeg"),
        pytest.param(lambda image: saved(image, "WEBP", quality=30), id="webp"),
        pytest.param(lambda image: saved(image.resize((150, 120))), id="half"),
        pytest.param(lambda image: saved(image.resize((100, 80)), "JPEG", quality=60), id="a third, and jpeg"),
        pytest.param(lambda image: saved(image.resize((600, 480))), id="double"),
        pytest.param(lambda image: saved(image.resize((300, 300))), id="stretched"),
        pytest.param(lambda image: saved(ImageEnhance.Brightness(image).enhance(1.1)), id="brighter"),
        pytest.param(lambda image: saved(image.convert("L")), id="grey"),
        pytest.param(lambda image: saved(ImageOps.mirror(image)), id="mirrored"),
        pytest.param(lambda image: saved(image.rotate(90, expand=True), "JPEG", quality=60), id="turned"),
        pytest.param(lambda image: saved(image.rotate(180)), id="upside down"),
        pytest.param(lambda image: saved(ImageOps.flip(image.convert("RGBA"))), id="flipped, with alpha"),
    ],
)
def test_a_copy_in_another_form_size_or_position_is_known(seed: int, change: Callable[[Image.Image], bytes]) -> None:
    """Whatever people's programs do to a picture by themselves."""
    assert is_known(change(scene(seed)), scene(seed))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda image: image.crop((30, 24, 270, 216)), id="cropped by a tenth"),
        pytest.param(lambda image: ImageOps.expand(image, 40), id="in a frame"),
        pytest.param(lambda image: image.rotate(20), id="turned a little"),
    ],
)
def test_limits_are_where_the_documentation_says(change: Callable[[Image.Image], Image.Image]) -> None:
    """Who takes some trouble gets around it."""
    assert not any(is_known(saved(change(scene(seed))), scene(seed)) for seed in range(SCENES))


def test_pictures_that_have_nothing_in_common_are_not_taken_for_each_other() -> None:
    """By a wide margin, and however they lie."""
    seen = [compute_fingerprints(saved(scene(seed))) for seed in range(20)]
    for one, other in itertools.permutations(seen, 2):
        least = min((int(turned, 16) ^ int(other[0], 16)).bit_count() for turned in one)
        assert least > 2 * MOST_DIFFERENT_BITS


@pytest.mark.parametrize("colour", ["white", "black", "#808080", "teal"])
def test_a_plain_colour_has_no_fingerprint(colour: str) -> None:
    """Else one white picture that was taken down would forbid all of them."""
    assert compute_fingerprints(saved(Image.new("RGB", (64, 64), colour))) == ()


def test_what_is_clear_counts_as_white() -> None:
    """As it does where it is saved in a format that knows no clear pixels."""
    clear = scene(1).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    white = Image.new("RGBA", clear.size, "white")
    white.alpha_composite(clear)
    assert is_known(saved(clear), white.convert("RGB"))


def test_nothing_is_like_nothing() -> None:
    """Neither a picture without a fingerprint nor a list without one."""
    assert not is_alike((), ["0" * 64])
    assert not is_alike(["0" * 64], ())
