"""Asks whether every wished size and quality ends as one that the model draws."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.images import USUAL_SIZES, Abilities, DrawingId, FreeSizes, Quality, Shape, Size
from bot.domain.pictures import belongs_to_drawing, derived_keys, drawing_in_key, drawing_key, original_key, sha256_of

GPT_IMAGE_2 = FreeSizes(multiple_of=16, min_pixels=655_360, max_pixels=8_294_400, max_edge=3840, max_aspect=3.0)

edges = st.integers(min_value=1, max_value=10_000)
sizes = st.builds(Size, edges, edges)


@st.composite
def rules(draw: st.DrawFn) -> FreeSizes:
    """Return a rule that allows at least one size."""
    step = draw(st.sampled_from([1, 8, 16, 32, 64]))
    max_edge = draw(st.integers(min_value=step, max_value=40 * step))
    lawful = Size(draw(st.integers(1, max_edge // step)) * step, draw(st.integers(1, max_edge // step)) * step)
    long, short = max(lawful.width, lawful.height), min(lawful.width, lawful.height)
    rule = FreeSizes(
        multiple_of=step,
        min_pixels=draw(st.integers(min_value=1, max_value=lawful.pixels)),
        max_pixels=draw(st.integers(min_value=lawful.pixels, max_value=max_edge**2)),
        max_edge=max_edge,
        max_aspect=draw(st.floats(min_value=long / short, max_value=50)) if long / short <= 50 else long / short,
    )
    assume(rule.allows(lawful))
    return rule


def test_a_size_reads_as_the_apis_spell_it() -> None:
    """Width first."""
    assert str(Size(1536, 1024)) == "1536x1024"
    assert Size(1536, 1024).pixels == 1_572_864
    assert Size(1536, 1024).aspect == 1.5


def test_each_shape_has_a_usual_size_of_that_shape() -> None:
    """Wide is wider than tall."""
    assert USUAL_SIZES[Shape.SQUARE].aspect == 1
    assert USUAL_SIZES[Shape.WIDE].aspect > 1 > USUAL_SIZES[Shape.TALL].aspect
    assert set(USUAL_SIZES) == set(Shape)


@pytest.mark.parametrize(
    ("size", "is_allowed"),
    [
        (Size(1024, 1024), True),
        (Size(3840, 2160), True),
        (Size(1000, 1024), False),
        (Size(1024, 1000), False),
        (Size(512, 512), False),
        (Size(3840, 3840), False),
        (Size(3856, 1296), False),
        (Size(3072, 1008), False),
    ],
)
def test_a_free_model_says_what_it_draws(size: Size, *, is_allowed: bool) -> None:
    """Multiples, area, longest edge and aspect all have bounds."""
    assert GPT_IMAGE_2.allows(size) is is_allowed


@given(sizes)
def test_the_nearest_size_is_one_that_the_model_draws(wanted: Size) -> None:
    """Whatever was wished for."""
    assert GPT_IMAGE_2.allows(GPT_IMAGE_2.nearest(wanted))


@given(sizes)
def test_the_nearest_size_has_nearly_the_wished_shape(wanted: Size) -> None:
    """Within one step of 16 pixels on each edge of the smallest pictures, or as slim as the model goes."""
    aspect = min(max(wanted.aspect, 1 / 3), 3)
    assert abs(math.log(GPT_IMAGE_2.nearest(wanted).aspect / aspect)) < 0.05


@given(sizes)
def test_the_nearest_size_is_about_as_large_as_wished(wanted: Size) -> None:
    """As far as the bounds and the shape let it."""
    nearest = GPT_IMAGE_2.nearest(wanted)
    aspect = min(max(wanted.aspect, 1 / 3), 3)
    largest = min(GPT_IMAGE_2.max_pixels, 3840 * 3840 / max(aspect, 1 / aspect))
    area = min(max(wanted.pixels, GPT_IMAGE_2.min_pixels), largest)
    assert abs(math.log(nearest.pixels / area)) < 0.06


@given(rules(), sizes)
def test_any_sound_rule_has_a_nearest_size(rule: FreeSizes, wanted: Size) -> None:
    """A rule that allows anything at all never leaves a wish without a size."""
    assert rule.allows(rule.nearest(wanted))


@given(sizes)
def test_a_size_that_the_model_draws_is_its_own_nearest(wanted: Size) -> None:
    """Nothing is changed without need."""
    lawful = GPT_IMAGE_2.nearest(wanted)
    assert Abilities(free=GPT_IMAGE_2).fit(lawful) == lawful


def test_a_free_model_fits_what_it_does_not_draw() -> None:
    """Abilities give the nearest size of the rule."""
    assert Abilities(free=GPT_IMAGE_2).fit(Size(1920, 1080)) == Size(1920, 1088)
    assert Abilities(free=GPT_IMAGE_2).fit(Size(100, 100)) == Size(816, 816)


@pytest.mark.parametrize(
    ("wanted", "given_size"),
    [
        (Size(1536, 1024), Size(1536, 1024)),
        (Size(3000, 2000), Size(1536, 1024)),
        (Size(100, 900), Size(1024, 1536)),
        (Size(900, 900), Size(1024, 1024)),
        (Size(300, 300), Size(256, 256)),
    ],
)
def test_a_model_with_fixed_sizes_gives_the_same_shape_first_and_then_the_same_area(wanted: Size, given_size: Size) -> None:
    """A square stays a square, even if another shape were nearer in size."""
    fixed = Abilities(sizes=(Size(256, 256), Size(1024, 1024), Size(1536, 1024), Size(1024, 1536)))
    assert fixed.fit(wanted) == given_size


@pytest.mark.parametrize(
    ("able", "wanted", "given_quality"),
    [
        (tuple(Quality), Quality.MEDIUM, Quality.MEDIUM),
        ((Quality.LOW, Quality.MEDIUM), Quality.HIGH, Quality.MEDIUM),
        ((Quality.LOW,), Quality.HIGH, Quality.LOW),
        ((Quality.HIGH,), Quality.LOW, Quality.HIGH),
        ((Quality.HIGH, Quality.MEDIUM), Quality.LOW, Quality.MEDIUM),
    ],
)
def test_a_quality_that_is_missing_gives_the_best_below_it_or_the_lowest(
    able: tuple[Quality, ...], wanted: Quality, given_quality: Quality
) -> None:
    """Nobody pays for more than was asked, unless there is nothing cheaper."""
    assert Abilities(qualities=able).fit_quality(wanted) is given_quality


def test_what_is_made_from_a_picture_is_found_from_its_key_and_leads_back_to_it() -> None:
    """Removal asks one way, the sweep of the store the other."""
    key = "pictures/ab/abcd.png"
    assert derived_keys(key) == ("pictures/ab/abcd.png.512.webp", "pictures/ab/abcd.png.1024.webp")
    assert {original_key(derived) for derived in (*derived_keys(key), key)} == {key}
    assert original_key("pictures/ab/abcd.webp") == "pictures/ab/abcd.webp"


@pytest.mark.parametrize(
    ("size", "shape"), [(Size(9, 9), Shape.SQUARE), (Size(10, 9), Shape.WIDE), (Size(9, 10), Shape.TALL)], ids=str
)
def test_a_size_has_a_shape(size: Size, shape: Shape) -> None:
    """By a single pixel."""
    assert size.shape is shape


def test_a_key_says_which_bytes_and_which_drawing_it_is_of() -> None:
    """Where it has a drawing's own name; one of before names none, and what is no picture names nothing."""
    plain = f"pictures/ab/ab{'0' * 62}.png"
    own = drawing_key(plain, DrawingId("D7" + 20 * "x"))
    assert belongs_to_drawing(own, DrawingId("D7" + 20 * "x"))
    assert (drawing_in_key(own), drawing_in_key(plain), drawing_in_key("notes/own.txt")) == (f"d7{20 * 'x'}", None, None)
    assert sha256_of(own) == sha256_of(plain) == f"ab{'0' * 62}"


def test_a_model_that_is_sent_words_alone_takes_no_pictures_and_shows_none_on_the_way() -> None:
    """What it draws is as it was."""
    whole = Abilities(sizes=(Size(1024, 1024),), most=4, previews=3, most_inputs=16, takes_mask=True, draws_clear=True)
    assert whole.for_words_alone() == Abilities(sizes=(Size(1024, 1024),), most=4)
