"""A provider that draws what a test tells it to."""

import asyncio
import io
from collections import deque
from dataclasses import dataclass

from PIL import Image

from bot.domain.health import Finding, Health
from bot.domain.images import Abilities, ImageRequest, ImageResult, Progress, Quality, Size
from bot.domain.money import Cost
from bot.ports.images import OnProgress

SQUARE_ONLY = Abilities(sizes=(Size(1024, 1024),), most=4)
PRICE = Cost(40_000)


def png(shade: int = 0, width: int = 8, height: int = 8) -> bytes:
    """Return a real picture of one grey, so that each shade has its own bytes."""
    file = io.BytesIO()
    Image.new("L", (width, height), shade).save(file, "PNG")
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class ScriptedDrawing:
    """What one call will come to: pictures, or an error. `news` comes first; a held one waits for `release`."""

    outcome: ImageResult | Exception
    news: tuple[Progress, ...] = ()
    is_held: bool = False


class ScriptedProvider:
    """Takes its turns in order, and draws what was asked for when there are none left: squares with an edge of `edge` pixels."""

    def __init__(self, name: str = "painter", abilities: Abilities = SQUARE_ONLY, *, edge: int = 8) -> None:
        self._edge = edge
        self._name = name
        self._turns: deque[ScriptedDrawing] = deque()
        self._released = asyncio.Event()
        self._shade = 0
        self.abilities = abilities
        self.requests: list[ImageRequest] = []

    @property
    def name(self) -> str:
        """What it was called by the test."""
        return self._name

    @property
    def model(self) -> str:
        """What it draws with."""
        return f"{self._name}-1"

    @property
    def attribution(self) -> str:
        """Who drew."""
        return f"drawn by {self._name}"

    def will(self, *outcomes: ImageResult | Exception, news: tuple[Progress, ...] = ()) -> None:
        """Have the next calls come to these."""
        self._turns.extend(ScriptedDrawing(outcome, news) for outcome in outcomes)

    def will_hold(self, outcome: ImageResult | Exception | None = None, news: tuple[Progress, ...] = ()) -> None:
        """Have the next call wait for `release` after its `news`, and then come to this."""
        self._turns.append(ScriptedDrawing(outcome or self.drawn(), news, is_held=True))

    def release(self) -> None:
        """Let every held call go on."""
        self._released.set()

    def drawn(self, count: int = 1, cost: Cost = PRICE) -> ImageResult:
        """Return pictures that it never gave before."""
        self._shade += count
        pictures = tuple(png(self._shade - number, self._edge, self._edge) for number in range(count))
        return ImageResult(pictures=pictures, model=self.model, cost=cost, request_id=f"req-{self._shade}")

    def estimate(self, size: Size, quality: Quality, count: int) -> Cost:
        """Guess what the script will cost."""
        return Cost(PRICE.microusd * count, is_estimate=True)

    async def draw(self, request: ImageRequest, on_progress: OnProgress) -> ImageResult:
        """Take the next turn."""
        self.requests.append(request)
        turn = self._turns.popleft() if self._turns else ScriptedDrawing(self.drawn(request.count))
        for news in turn.news:
            await on_progress(news)
        if turn.is_held:
            await self._released.wait()
        if isinstance(turn.outcome, Exception):
            raise turn.outcome
        return turn.outcome

    async def check(self) -> tuple[Finding, ...]:
        """Find everything well."""
        return (Finding(self._name, Health.OK, "it draws what the test says"),)
