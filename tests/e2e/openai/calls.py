"""What the tests of OpenAI's provider share: the real SDK, pointed at the fake."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from PIL import Image

from bot.domain.images import DrawingId, ImageRequest, Quality, Size
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.images import OpenAiImages, ResponseFormat
from bot.providers.openai.models import ImageModel, known_models
from bot.providers.openai.unsupported_parameters import UnsupportedParameters
from bot.providers.shared.picture_fetcher import PictureFetcher
from tests.fakes.clock import StoppedClock
from tests.fakes.openai import FakeOpenAI

KEY = "sk-secret-0123456789"
PROMPT = "an otter whom nobody else may read about"
AUTHOR = "0123456789abcdef0123456789abcdef"
SQUARE = Size(1024, 1024)
GPT_IMAGE_2 = known_models()["gpt-image-2"]


def request(count: int = 1, *, size: Size = SQUARE, quality: Quality = Quality.MEDIUM) -> ImageRequest:
    """Ask for an otter."""
    return ImageRequest(drawing=DrawingId("drawing-1"), prompt=PROMPT, size=size, quality=quality, count=count, author=AUTHOR)


@asynccontextmanager
async def client_of(fake: FakeOpenAI, key: str = KEY) -> AsyncIterator[OpenAiClient]:
    """Yield the client that the house would build."""
    client = OpenAiClient(key, fake.url)
    try:
        yield client
    finally:
        await client.close()


def images(
    client: OpenAiClient,
    *,
    previews: int = 2,
    model: ImageModel = GPT_IMAGE_2,
    response_format: ResponseFormat | None = None,
    fetcher: PictureFetcher | None = None,
    unsupported: UnsupportedParameters | None = None,
) -> OpenAiImages:
    """Return a provider as the house would make it."""
    return OpenAiImages(
        client,
        model,
        clock=StoppedClock(),
        attribution="AI-generated",
        previews=previews,
        response_format=response_format,
        fetcher=fetcher,
        unsupported=unsupported,
    )


def mark(picture: bytes) -> str:
    """Return the comment that the fake wrote into a picture, which is decoded whole to see that it is one."""
    with Image.open(io.BytesIO(picture)) as opened:
        opened.load()
        return str(opened.info["Comment"])


async def failure_of(call: Callable[[], Awaitable[object]]) -> Exception:
    """Return the error that a call ends with."""
    try:
        await call()
    except Exception as error:  # noqa: BLE001 - the test says which it should be
        return error
    raise AssertionError("it did not fail")
