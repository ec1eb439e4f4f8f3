"""The painter that needs neither a key nor a network, so that a newcomer sees a picture at once."""

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from random import Random

from bot.domain.health import Finding, Health
from bot.domain.images import Abilities, FreeSizes, ImageRequest, ImageResult, Progress, Quality, Size
from bot.domain.inputs import MOST_INPUTS
from bot.domain.money import FREE, Cost
from bot.ports.images import OnProgress
from bot.providers.offline.canvas import Canvas
from bot.providers.offline.painting import STEPS, paint
from bot.providers.offline.reading import Reading, read_prompt
from bot.providers.offline.underlay import Underlay

_EDGES = (64, 4096)
_MOST_PIXELS = 3840 * 2160


class OfflinePainter:
    """Paints with Pillow what it can make out of the words, for nothing; over the pictures that it is given, if any.

    The same drawing id and words always give the same bytes; another drawing
    of the same words is another take on the same scene.
    """

    model = "offline-painter-1"
    abilities = Abilities(
        free=FreeSizes(
            multiple_of=1,
            min_pixels=_EDGES[0] ** 2,
            max_pixels=_MOST_PIXELS,
            max_edge=_EDGES[1],
            max_aspect=_EDGES[1] / _EDGES[0],
        ),
        most=4,
        previews=STEPS,
        most_inputs=MOST_INPUTS,
        takes_mask=True,
    )

    def __init__(self, *, attribution: str, name: str = "offline") -> None:
        self.name = name
        self.attribution = attribution

    def estimate(self, size: Size, quality: Quality, count: int) -> Cost:  # noqa: ARG002 - the port's signature
        """Return that it is free."""
        return FREE

    async def draw(self, request: ImageRequest, on_progress: OnProgress) -> ImageResult:
        """Paint the pictures one after the other; cancelled, it stops after the step that is under way."""
        reading = await asyncio.to_thread(read_prompt, request.prompt)
        under = await asyncio.to_thread(Underlay, request.inputs, request.size) if request.inputs else None
        pictures = [await _draw_one(request, reading, take, on_progress, under) for take in range(request.count)]
        return ImageResult(pictures=tuple(pictures), model=self.model, cost=FREE)

    async def check(self) -> tuple[Finding, ...]:
        """Return no trouble: there is nothing to go wrong."""
        return (Finding("offline painter", Health.NOTE, "Draws offline previews; no key is needed and nothing is spent."),)


async def _draw_one(request: ImageRequest, reading: Reading, take: int, on_progress: OnProgress, under: Underlay | None) -> bytes:
    """Paint one picture in a thread, coming back after each step to show what there is."""
    key = f"{request.drawing}/{take}/{request.prompt}".encode("utf-8", "surrogatepass")
    random = Random(sha256(key).digest())  # noqa: S311 -- chance for pictures, and the same drawing must come out the same
    steps = paint(reading, request.size, request.quality, random)
    for step in range(STEPS):
        preview = await asyncio.to_thread(_preview, steps, under)
        share = (take + (step + 1) / (STEPS + 1)) / request.count
        await on_progress(Progress(share=share, preview=preview))
    return await asyncio.to_thread(_finished, steps, under)


def _preview(steps: Iterator[Canvas], under: Underlay | None) -> bytes:
    return next(steps).preview(under.apply if under else None)


def _finished(steps: Iterator[Canvas], under: Underlay | None) -> bytes:
    canvas = next(steps)
    if under is not None:
        canvas.image = under.apply(canvas.image)
    return canvas.png()
