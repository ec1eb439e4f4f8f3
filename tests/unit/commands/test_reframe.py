"""Asks what becomes of a picture that is zoomed out of, panned or drawn larger."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from bot.commands.dispatcher import Dispatcher
from bot.commands.reframe import Reframing, reframe_commands
from bot.domain.images import Abilities, Background, FreeSizes, Quality, Size
from bot.domain.jobs import Job
from bot.pipeline.canvases import Canvases
from tests.fakes.bench import FAULT, Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.owners import nobody
from tests.unit.commands.hands import Hands, newest

FREE = FreeSizes(multiple_of=16, min_pixels=64, max_pixels=3840 * 2160, max_edge=3840, max_aspect=3)


@pytest.fixture
def bench() -> Bench:
    """Set up a house whose model takes pictures, of any size, and no mask."""
    return Bench(painter=ScriptedProvider(abilities=Abilities(free=FREE, most=4, most_inputs=2), edge=64))


@pytest.fixture
def hands(bench: Bench) -> Hands:
    """Return somebody's hands."""
    commands = reframe_commands(Reframing(bench.studio, bench.bases, Canvases()))
    return Hands(bench, Dispatcher(commands, lambda: FAULT, nobody))


async def pixels(bench: Bench, job: Job) -> Image.Image:
    """Return what came of a job."""
    [picture] = await bench.pictures.of_job(job.id)
    return Image.open(BytesIO(await bench.objects.get(picture.file.key))).convert("RGB")


async def test_the_menu_offers_all_ways_for_one_picture(bench: Bench, hands: Hands) -> None:
    """Of a set it asks first which one."""
    one, two = await bench.draw(), await bench.draw(count=2, key="call-2")
    [answer] = await hands.press("reframe", one)
    [picture] = await bench.pictures.of_job(one.id)
    assert [button.label for button in answer.buttons] == [
        *("Zoom out 1.5×", "Zoom out 2×", "Pan left", "Pan right", "Pan up", "Pan down", "Upscale", "Remove background"),
    ]
    assert {button.argument for button in answer.buttons} == {picture.id}
    [asked] = await hands.press("reframe", two)
    pictures = await bench.pictures.of_job(two.id)
    assert [button.action for button in asked.buttons] == [f"reframe:{picture.id}" for picture in pictures]


async def test_zooming_out_draws_around_the_picture(bench: Bench, hands: Hands) -> None:
    """Which stays as it was, and is its parent; it counts as a picture."""
    first = await bench.draw("a fox", quality=Quality.LOW)
    assert await hands.press("zoom-out-twice", first) == []
    await bench.work()
    job = bench.job(newest(bench))
    assert job.wish.quality is Quality.LOW
    [picture] = await bench.pictures.of_job(first.id)
    assert [(one.role, one.parent) for one in job.wish.inputs] == [("base", picture.id), ("mask", None)]
    assert job.wish.prompt.startswith("a fox, with more to be seen around it")
    drawn = await pixels(bench, job)
    assert drawn.size == (128, 128)
    assert drawn.crop((33, 33, 95, 95)).tobytes() == (await pixels(bench, first)).crop((1, 1, 63, 63)).tobytes()
    assert (await bench.quota_status()).left == 18


async def test_panning_too_far_is_a_sentence(bench: Bench, hands: Hands) -> None:
    """Nothing is counted of it."""
    job = await bench.draw()
    for _ in range(2):
        await hands.press("pan-left", job)
        await bench.work()
        job = bench.job(newest(bench))
    assert job.wish.prompt.count("with more to be seen") == 1
    [answer] = await hands.press("pan-right", job)
    assert "zoom out instead" in answer.text
    assert (await bench.quota_status()).left == 17


async def test_upscaling_draws_the_same_larger_and_as_well_as_can_be(bench: Bench, hands: Hands) -> None:
    """From the picture alone, without a mask."""
    await hands.press("upscale", await bench.draw("a fox"))
    await bench.work()
    [_, request] = bench.painter.requests
    assert (request.size, request.quality, [one.role for one in request.inputs]) == (Size(128, 128), Quality.HIGH, ["base"])
    assert request.prompt == "a fox, the very same picture with finer detail"


async def test_a_background_is_removed_by_a_model_that_can(bench: Bench, hands: Hands) -> None:
    """Elsewhere it is one sentence, and nothing is counted."""
    first = await bench.draw("a fox")
    [answer] = await hands.press("cut-out", first)
    assert answer.text.startswith("No image model here can leave the background clear")
    able = replace(bench.painter.abilities, draws_clear=True)
    clear = Bench(painter=ScriptedProvider(abilities=able, edge=64))
    commands = reframe_commands(Reframing(clear.studio, clear.bases, Canvases()))
    await Hands(clear, Dispatcher(commands, lambda: FAULT, nobody)).press("cut-out", await clear.draw("a fox"))
    await clear.work()
    [full, request] = clear.painter.requests
    assert (full.background, request.background, len(request.inputs)) == (Background.FULL, Background.CLEAR, 1)
    assert request.prompt == "a fox, the very same, cut out, with nothing behind it"


async def test_a_picture_whose_words_are_not_kept_is_drawn_from_what_it_shows(bench: Bench, hands: Hands) -> None:
    """There is something to say all the same."""
    first = await bench.draw("a fox")
    row = bench.jobs.rows[first.id]
    row.job = replace(row.job, erased_at=bench.clock.now())
    await hands.press("zoom-out", first)
    assert newest(bench).wish.prompt.startswith("What is shown, with more to be seen around it")
