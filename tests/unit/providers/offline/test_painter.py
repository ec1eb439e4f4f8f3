"""Asks whether the offline painter draws anything that is asked for, the same again, and shows how it goes."""

import asyncio
import io
from dataclasses import replace
from itertools import combinations, cycle
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from bot.domain.health import Health
from bot.domain.images import USUAL_SIZES, DrawingId, ImageRequest, Progress, Quality, Size
from bot.domain.inputs import InputContent, InputRole
from bot.domain.money import FREE
from bot.providers.offline.painter import OfflinePainter
from bot.providers.offline.painting import STEPS
from bot.providers.offline.vocabulary import SCENES, Scene, Season, Weather
from tests.fakes.photos import mask_of, photo

if TYPE_CHECKING:
    from bot.ports.images import ImageProvider

SMALL = Size(96, 64)
SCENE_WORDS = [next(word for word, meaning in SCENES.items() if meaning is scene) for scene in Scene]
WEATHER_WORDS = ["rain", "snow", "fog", "thunder", "cloudy", "aurora", "rainbow"]
SEASON_WORDS = ["summer", "autumn", "winter", "sakura"]
LIGHT_WORDS = ["dawn", "noon", "sunset", "dusk", "night", "storm"]


def asked(prompt: str = "a fox in the snow", *, drawing: str = "d-1", size: Size = SMALL, count: int = 1) -> ImageRequest:
    """Return a request for small pictures of low quality."""
    return ImageRequest(drawing=DrawingId(drawing), prompt=prompt, size=size, quality=Quality.LOW, count=count, author="somebody")


async def ignore(_progress: Progress) -> None:
    """Look away."""


async def drawn(request: ImageRequest) -> tuple[bytes, ...]:
    """Return the pictures of a request."""
    return (await OfflinePainter(attribution="offline preview").draw(request, ignore)).pictures


def opened(content: bytes) -> Image.Image:
    """Decode a picture wholly."""
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "PNG"
        return image.convert("RGB")


def distance(first: bytes, second: bytes) -> float:
    """Return how different two pictures look: the mean difference of their channels, from 0 to 255."""
    difference = ImageChops.difference(opened(first), opened(second))
    return sum(ImageStat.Stat(difference).mean) / 3


async def test_a_picture_comes_of_words_for_nothing() -> None:
    """A PNG of the size asked for, by the model that its credit names."""
    painter: ImageProvider = OfflinePainter(attribution="offline preview, no key is set")
    result = await painter.draw(asked(), ignore)
    assert opened(result.pictures[0]).size == (96, 64)
    assert (result.model, result.cost, result.request_id) == (painter.model, FREE, None)
    assert (painter.name, painter.model) == ("offline", "offline-painter-1")
    assert painter.attribution == "offline preview, no key is set"


async def test_different_words_give_different_pictures() -> None:
    """Not only other grain."""
    prompts = ["a fox in the snow", "a lighthouse in a storm", "xyzzy", "光の中の静かな時間", "the same but different"]
    pictures = [(await drawn(asked(prompt)))[0] for prompt in prompts]
    assert all(distance(first, second) > 8 for first, second in combinations(pictures, 2))


async def test_the_same_drawing_of_the_same_words_gives_the_same_bytes() -> None:
    """A crash in between changes nothing."""
    assert await drawn(asked(count=2)) == await drawn(asked(count=2))


async def test_another_drawing_of_the_same_words_is_another_take() -> None:
    """Different, and still nearer to it than to other words."""
    first, again, other = [
        (await drawn(asked(prompt, drawing=drawing)))[0]
        for prompt, drawing in [("a forest at night", "d-1"), ("a forest at night", "d-2"), ("a desert at noon", "d-1")]
    ]
    assert 1 < distance(first, again) < distance(first, other)


async def test_each_of_several_pictures_is_a_take_of_its_own() -> None:
    """Four are the most."""
    pictures = await drawn(asked(count=4))
    assert OfflinePainter(attribution="").abilities.most == 4
    assert len(pictures) == 4
    assert all(distance(first, second) > 1 for first, second in combinations(pictures, 2))


@pytest.mark.parametrize("size", [Size(64, 64), Size(64, 4096), Size(4096, 64), Size(101, 257), Size(640, 77)], ids=str)
async def test_any_size_within_bounds_comes_out_as_asked(size: Size) -> None:
    """Odd, wide and tall ones too."""
    assert OfflinePainter(attribution="").abilities.fit(size) == size
    assert opened((await drawn(asked("a lighthouse in a storm", size=size)))[0]).size == (size.width, size.height)


@pytest.mark.parametrize("scene", SCENE_WORDS)
async def test_every_scene_is_painted_wide_and_tall(scene: str) -> None:
    """With somebody on the ground, in the air, in the water and on a landmark in it, as far as three go."""
    for people, size in (("fox rocket sailboat", Size(96, 64)), ("castle cup dragon", Size(33, 96))):
        [content] = await drawn(asked(f"{scene} {people}", size=size))
        assert opened(content).size == (size.width, size.height)


@given(size=st.builds(Size, st.integers(64, 200), st.integers(64, 200)))
@settings(max_examples=8, deadline=None)
async def test_every_small_size_comes_out_as_asked(size: Size) -> None:
    """Whatever the numbers."""
    assert opened((await drawn(asked(size=size)))[0]).size == (size.width, size.height)


def test_whatever_is_asked_up_to_the_largest_is_drawn_as_it_is() -> None:
    """The usual sizes, the smallest edge and the largest one, and 8.3 megapixels."""
    fit = OfflinePainter(attribution="").abilities.fit
    for size in (*USUAL_SIZES.values(), Size(64, 64), Size(3840, 2160), Size(4096, 2025), Size(64, 4096)):
        assert fit(size) == size
    assert fit(Size(8000, 8000)).pixels <= 3840 * 2160


async def test_every_light_season_and_weather_is_painted() -> None:
    """Each at least once."""
    for weather, season, light in zip(WEATHER_WORDS, cycle(SEASON_WORDS), cycle(LIGHT_WORDS), strict=False):
        [content] = await drawn(asked(f"{light} {season} {weather} forest", size=Size(64, 64)))
        assert len(opened(content).getcolors(65_536) or ()) > 100


def test_the_lists_above_are_whole() -> None:
    """A new weather or season is painted too."""
    assert len(WEATHER_WORDS) == len(Weather)
    assert len(SEASON_WORDS) == len(Season)
    assert len(SCENE_WORDS) == len(Scene)


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        " ",
        ".",
        "a" * 10_000,
        "fox " * 2_500,
        "🦊" * 50,
        "👩‍👩‍👧‍👦 🏳️‍🌈",
        "ثعلب في الثلج",
        "שועל בשלג",
        "\u202ereversed\u202c",
        "\u200b\u200d\ufeff",
        "@everyone <@&1> #general",
        "\x00\x01\x1b[31m",
        "\ud800 lone surrogate",
        "../../etc/passwd",
        "{0.__class__} %s ${HOME}",
        "\ufdfa" * 500,
    ],
    ids=range(17),
)
async def test_hostile_prompts_are_drawn_like_others(prompt: str) -> None:
    """They choose colours, and nothing else."""
    [content] = await drawn(asked(prompt))
    assert len(opened(content).getcolors(65_536) or ()) > 100


@pytest.mark.parametrize("count", [1, 3])
async def test_previews_arrive_on_the_way(count: int) -> None:
    """Small pictures with a share that rises from above 0 to below 1."""
    seen: list[Progress] = []

    async def look(progress: Progress) -> None:
        seen.append(progress)

    painter = OfflinePainter(attribution="offline preview")
    await painter.draw(asked(size=Size(400, 300), count=count), look)
    shares = [progress.share or 0 for progress in seen]
    assert len(seen) == count * STEPS == count * painter.abilities.previews
    assert STEPS >= 2
    assert shares == sorted(set(shares))
    assert 0 < shares[0] < shares[-1] < 1
    for progress in seen:
        with Image.open(io.BytesIO(progress.preview or b"")) as preview:
            assert preview.size == (320, 240)


async def test_a_preview_is_no_larger_than_its_picture() -> None:
    """There is nothing to gain."""
    seen: list[Progress] = []

    async def look(progress: Progress) -> None:
        seen.append(progress)

    await OfflinePainter(attribution="").draw(asked(), look)
    with Image.open(io.BytesIO(seen[0].preview or b"")) as preview:
        assert preview.size == (96, 64)


async def test_every_picture_is_marked() -> None:
    """The lower right corner holds light letters on a dark ground, in light pictures and dark ones."""
    for prompt in ("snowy mountains at noon", "space"):
        image = opened((await drawn(asked(prompt, size=Size(512, 512))))[0]).convert("L")
        corner = image.crop((400, 480, 512, 506))
        darkest, lightest = corner.getextrema()
        assert isinstance(darkest, int | float)
        assert isinstance(lightest, int | float)
        assert lightest > 220
        assert lightest - darkest > 60


async def test_a_cancelled_drawing_stops_after_its_step() -> None:
    """Cancellation passes through, and no more news comes."""
    started = asyncio.Event()
    seen: list[Progress] = []

    async def look(progress: Progress) -> None:
        seen.append(progress)
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(OfflinePainter(attribution="").draw(asked(count=4), look))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(seen) == 1


async def test_qualities_differ_in_their_edges_only() -> None:
    """A better picture is the same one, smoother."""
    low = asked("a fox in the snow", size=Size(128, 128))
    high = ImageRequest(drawing=low.drawing, prompt=low.prompt, size=low.size, quality=Quality.HIGH, count=1, author=low.author)
    first, second = (await drawn(low))[0], (await drawn(high))[0]
    assert first != second
    assert distance(first, second) < 3


async def test_the_check_up_has_a_note_and_nothing_to_mend() -> None:
    """No key is needed."""
    [finding] = await OfflinePainter(attribution="").check()
    assert finding.health is Health.NOTE
    assert "no key" in finding.text


@pytest.mark.parametrize(("colour", "channel", "time"), [("red", 0, "noon"), ("green", 1, "sunset"), ("blue", 2, "sunset")])
async def test_a_colour_that_is_named_is_the_pictures_colour(colour: str, channel: int, time: str) -> None:
    """Its channel is stronger than in the same words without it."""
    plain, tinted = [
        ImageStat.Stat(opened((await drawn(asked(prompt, size=Size(64, 64))))[0])).mean
        for prompt in (f"abstract at {time}", f"{colour} abstract at {time}")
    ]
    assert tinted[channel] / sum(tinted) > plain[channel] / sum(plain) + 0.02


async def test_black_and_white_has_no_colour() -> None:
    """The channels are nearly the same, but for the figures."""
    [content] = await drawn(asked("a black and white photo of mountains at noon", size=Size(64, 64)))
    red, green, blue = ImageStat.Stat(opened(content)).mean
    assert max(red, green, blue) - min(red, green, blue) < 24


def over(*inputs: InputContent) -> ImageRequest:
    """Return a request that begins with pictures."""
    return replace(asked("a fox at night", size=Size(120, 90)), inputs=inputs)


async def test_it_paints_over_the_picture_that_it_is_given() -> None:
    """Which shows through; others are small in a corner."""
    base = InputContent(InputRole.BASE, photo(), "image/jpeg")
    [plain], [changed] = await drawn(over()), await drawn(over(base))
    [several] = await drawn(over(base, InputContent(InputRole.REFERENCE, photo("PNG", mode="L"), "image/png")))
    assert len({plain, changed, several}) == 3
    halves = [ImageStat.Stat(opened(content).convert("L").crop(box)).mean[0] for content in (plain, changed) for box in HALVES]
    assert halves[3] - halves[2] > halves[1] - halves[0] + 60


async def test_what_a_mask_leaves_alone_stays_pixel_for_pixel() -> None:
    """And the rest is painted."""
    original = photo("PNG")
    base = InputContent(InputRole.BASE, original, "image/png")
    mask = InputContent(InputRole.MASK, mask_of((120, 90), (0, 0, 60, 90)), "image/png")
    [changed] = await drawn(over(base, mask))
    before, after = opened(original).convert("RGB"), opened(changed).convert("RGB")
    assert after.crop((60, 0, 120, 90)).tobytes() == before.crop((60, 0, 120, 90)).tobytes()
    assert after.crop((0, 0, 60, 90)).tobytes() != before.crop((0, 0, 60, 90)).tobytes()


HALVES = ((0, 0, 55, 60), (65, 0, 120, 60))
