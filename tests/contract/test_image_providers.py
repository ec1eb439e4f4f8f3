"""Asks every image provider what `bot.ports.images` promises."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest
from PIL import Image

from bot.domain.health import Health
from bot.domain.images import USUAL_SIZES, DrawingId, ImageRequest, ImageResult, Quality, Size
from bot.ports.images import ImageProvider
from bot.providers.offline.painter import OfflinePainter
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.images import OpenAiImages
from bot.providers.openai.models import known_models
from tests.fakes.clock import StoppedClock
from tests.fakes.openai import FakeOpenAI, Options
from tests.fakes.progress import ProgressLog
from tests.fakes.waiting import quiet

Opening = Callable[[], AbstractAsyncContextManager[ImageProvider]]

SMALL = Size(320, 240)
ODD = [SMALL, Size(1, 1), Size(37, 1021), Size(3000, 100), Size(6000, 6000)]
"""Sizes that few models have. The usual ones are drawn at once, below."""


def by_openai(model: str, previews: int) -> Opening:
    """Draw through the SDK, from a fake of the service."""

    @asynccontextmanager
    async def opening() -> AsyncIterator[ImageProvider]:
        async with FakeOpenAI(Options(picture_bytes=5_000, delay=0.01)) as fake:
            client = OpenAiClient("sk-x", fake.url)
            yield OpenAiImages(client, known_models()[model], clock=StoppedClock(), attribution="by AI", previews=previews)
            await client.close()

    return opening


@asynccontextmanager
async def offline() -> AsyncIterator[ImageProvider]:
    """Paint here."""
    yield OfflinePainter(attribution="offline preview")


@pytest.fixture(
    params=[by_openai("gpt-image-2", 2), by_openai("gpt-image-2.6-flare", 0), by_openai("gpt-image-1.5", 3), offline],
    ids=["openai-streamed", "openai-whole", "openai-fixed-sizes", "offline"],
)
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[ImageProvider]:
    """Yield each provider in turn."""
    opening: Opening = request.param
    async with opening() as opened:
        yield opened


def wish(provider: ImageProvider, size: Size = SMALL, quality: Quality = Quality.LOW, count: int = 1) -> ImageRequest:
    """Ask for something within what the provider can do, as the pipeline does."""
    able = provider.abilities
    return ImageRequest(
        drawing=DrawingId("d" * 22),
        prompt="a fox in the snow",
        size=able.fit(size),
        quality=able.fit_quality(quality),
        count=min(count, able.most),
        author="0" * 32,
    )


def size_of(picture: bytes) -> Size:
    """Decode a picture whole and give its size."""
    with Image.open(io.BytesIO(picture)) as opened:
        opened.load()
        return Size(*opened.size)


async def test_it_gives_as_many_pictures_as_were_asked_for(provider: ImageProvider) -> None:
    """Real ones, no two alike, of the size that was asked for."""
    asked = wish(provider, count=3)
    drawn = await provider.draw(asked, ProgressLog())
    assert [size_of(picture) for picture in drawn.pictures] == [asked.size] * asked.count
    assert len(set(drawn.pictures)) == asked.count


@pytest.mark.parametrize("size", ODD, ids=str)
async def test_whatever_size_people_want_the_nearest_one_can_be_drawn(provider: ImageProvider, size: Size) -> None:
    """Abilities are true: a size that they fit is a size that is drawn."""
    asked = wish(provider, size)
    [picture] = (await provider.draw(asked, ProgressLog())).pictures
    assert size_of(picture) == asked.size


@pytest.mark.parametrize("quality", Quality)
async def test_every_quality_it_claims_is_drawn(provider: ImageProvider, quality: Quality) -> None:
    """And the bill names the model, and is never less than nothing."""
    drawn = await provider.draw(wish(provider, quality=quality), ProgressLog())
    assert drawn.model == provider.model
    assert drawn.cost.microusd >= 0
    assert len(drawn.pictures) == 1


async def test_progress_only_goes_forward_and_previews_are_pictures(provider: ImageProvider) -> None:
    """Shares lie between 0 and 1; there are no more previews than the abilities say."""
    news = ProgressLog()
    await provider.draw(wish(provider), news)
    shares = [progress.share for progress in news.shown if progress.share is not None]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    previews = [progress.preview for progress in news.shown if progress.preview is not None]
    assert len(previews) <= provider.abilities.previews
    assert all(size_of(preview).pixels > 0 for preview in previews)


@pytest.mark.parametrize("rounds", [0, 10, 200])
async def test_cancelling_stops_it_at_once_and_leaves_it_usable(provider: ImageProvider, rounds: int) -> None:
    """Wherever it was; nothing that it began goes on, and the next drawing is none the worse."""
    before = asyncio.all_tasks()
    drawing = await begin_drawing(provider, rounds)
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(10):
            await drawing
    assert not [task for task in asyncio.all_tasks() - before if is_ours(task)]
    assert len((await provider.draw(wish(provider), ProgressLog())).pictures) == 1


async def begin_drawing(provider: ImageProvider, rounds: int) -> "asyncio.Task[ImageResult]":
    """Return a drawing that has gone on for so many rounds; for fewer where rounds take so long that it would be over."""
    while True:
        drawing = asyncio.create_task(provider.draw(wish(provider, Size(1536, 1024)), ProgressLog()))
        await quiet(rounds)
        if not drawing.done():
            return drawing
        assert rounds, "a drawing is over before it began"
        rounds //= 2


def is_ours(task: asyncio.Task[object]) -> bool:
    """Whether a task runs code of the house; the fake's own tasks do not."""
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and "/bot/" in code.co_filename


async def test_several_drawings_at_once_keep_to_themselves(provider: ImageProvider) -> None:
    """Each gives its own pictures of its own size."""
    asked = [replace(wish(provider, size), drawing=DrawingId(f"d{number}")) for number, size in enumerate(USUAL_SIZES.values())]
    drawn = await asyncio.gather(*(provider.draw(request, ProgressLog()) for request in asked))
    assert [size_of(each.pictures[0]) for each in drawn] == [request.size for request in asked]


async def test_it_says_who_it_is(provider: ImageProvider) -> None:
    """A short word for the settings, a model, and a line for under the picture."""
    assert provider.name.isidentifier()
    assert provider.model
    assert provider.attribution
    assert bool(provider.abilities.sizes) != bool(provider.abilities.free)
    assert provider.abilities.most >= 1


async def test_a_check_up_finds_nothing_wrong_and_names_what_it_looked_at(provider: ImageProvider) -> None:
    """Here everything is as it should be; and it can be asked again."""
    first, second = await provider.check(), await provider.check()
    assert first == second
    assert first
    assert all(finding.health is not Health.WRONG and finding.subject and finding.text for finding in first)
