"""Asks what becomes of a wish to change a part of a picture, with models that take masks and with others."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from bot.domain.images import Abilities, ImageRequest, ImageResult, Size
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.jobs import DrawingState, Job, JobState
from bot.domain.wishes import Draft
from bot.errors import BadInput, StorageFailed
from bot.pipeline.part_composites import PartComposites
from bot.pipeline.part_keeping import PartKeeping
from bot.ports.images import OnProgress
from tests.fakes.bench import Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.photos import mask_of, photo
from tests.fakes.signing import WordsSigner

SIZE, BOX = (160, 120), (40, 30, 120, 90)
WITHOUT = Abilities(sizes=(Size(1024, 768), Size(1024, 1024)), most=2, most_inputs=2)
WITH = replace(WITHOUT, takes_mask=True)


async def change(bench: Bench, mask: bytes | None = None, **asked: object) -> Job:
    """Ask for a change of a part, and return the job."""
    brought = (BroughtPicture(photo(size=SIZE)), BroughtPicture(mask or mask_of(SIZE, BOX), InputRole.MASK))
    await bench.studio.accept(Draft(prompt="a lamp", picture=brought, **asked), bench.call())  # type: ignore[arg-type]  # options of a draft
    [job] = [row.job for row in bench.jobs.rows.values()]
    return job


async def kept(bench: Bench, job: Job) -> list[Image.Image]:
    """Return the pictures that came of a job."""
    return [Image.open(BytesIO(await bench.objects.get(one.file.key))) for one in await bench.pictures.of_job(job.id)]


async def test_a_model_without_masks_is_told_where_and_the_rest_is_put_back() -> None:
    """Each picture is as large as the one that was changed, and the same outside of what was marked."""
    bench = Bench(painter=ScriptedProvider(abilities=WITHOUT))
    job = await change(bench, count=2)
    await bench.work()
    [request] = bench.painter.requests
    assert request.prompt.startswith("a lamp\n\nChange only the part of the first picture that reaches from 25 % to 75 %")
    assert ([one.role for one in request.inputs], request.size) == (["base"], Size(1024, 768))
    before = Image.open(BytesIO(photo(size=SIZE))).convert("RGB")
    before.paste(0, BOX)
    for picture in await kept(bench, job):
        drawn = picture.crop(BOX).tobytes()
        picture.paste(0, BOX)
        assert picture.tobytes() == before.tobytes() != drawn
    assert "what was not marked was kept by easel" in bench.message(job).footer


async def test_a_model_with_masks_gets_the_mask_and_its_picture_is_left_as_it_is() -> None:
    """It knows best how the part goes on into the rest."""
    bench = Bench(painter=ScriptedProvider(abilities=WITH))
    job = await change(bench)
    await bench.work()
    [request] = bench.painter.requests
    assert (request.prompt, [one.role for one in request.inputs]) == ("a lamp", ["base", "mask"])
    [picture] = await kept(bench, job)
    assert picture.size != SIZE


async def test_a_base_that_is_gone_once_it_is_drawn_ends_the_job_for_nothing() -> None:
    """There is nothing to put the part into; the call is closed, with its cost."""

    class Slow(ScriptedProvider):
        async def draw(self, request: ImageRequest, on_progress: OnProgress) -> ImageResult:
            await bench.objects.delete(job.wish.inputs[0].key)
            return await super().draw(request, on_progress)

    bench = Bench(painter=Slow(abilities=WITHOUT))
    job = await change(bench)
    await bench.work()
    assert bench.job(job).state is JobState.REFUSED
    [drawing] = await bench.jobs.drawings(job.id)
    assert drawing.state is DrawingState.FAILED
    assert (await bench.quota_status()).left == 20


async def test_a_store_that_is_away_once_it_is_drawn_costs_no_picture() -> None:
    """What was paid for waits for the picture that it goes into; it is not given up, nor paid for again."""

    class Slow(ScriptedProvider):
        async def draw(self, request: ImageRequest, on_progress: OnProgress) -> ImageResult:
            bench.objects.failures.fail_next("get", StorageFailed("s3", "away"))
            return await super().draw(request, on_progress)

    bench = Bench(painter=Slow(abilities=WITHOUT))
    job = await change(bench)
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert len(bench.painter.requests) == 1


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        (mask_of((90, 120)), "The mask is 90x120 and the picture 160x120: both have to be of one size."),
        (mask_of(SIZE, None), "The mask is transparent nowhere, so that nothing would be changed"),
        (mask_of(SIZE, (0, 0, *SIZE)), "The mask is transparent all over"),
    ],
)
async def test_a_mask_that_cannot_be_used_counts_nothing(mask: bytes, says: str) -> None:
    """One sentence."""
    bench = Bench(painter=ScriptedProvider(abilities=WITHOUT))
    with pytest.raises(BadInput) as refused:
        await change(bench, mask)
    assert refused.value.user_text.startswith(says)
    assert (await bench.quota_status()).left == 20


async def test_what_is_put_together_is_signed() -> None:
    """With what was drawn as its original; what is no picture comes back as it is, for whoever checks pictures to say."""
    bench = Bench(painter=ScriptedProvider(abilities=WITHOUT))
    job = await change(bench)
    drawn = photo(size=SIZE)
    parts = PartKeeping(bench.input_keeping, PartComposites(), WordsSigner())
    signed, as_it_is = await parts.complete(job.wish.inputs, (drawn, b"no picture"))
    assert signed.endswith(f" signed of {len(drawn)}".encode())
    assert as_it_is == b"no picture"
