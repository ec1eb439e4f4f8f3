"""The image provider."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.domain.health import Finding
from bot.domain.images import Abilities, ImageRequest, ImageResult, Progress, Quality, Size
from bot.domain.money import Cost

OnProgress = Callable[[Progress], Awaitable[None]]


class ImageProvider(Protocol):
    """Draws pictures, for money or for nothing. It never repeats a call that may have been drawn."""

    @property
    def name(self) -> str:
        """A short stable word: the key of its section in the settings."""
        ...

    @property
    def model(self) -> str:
        """The model's name, as the provider spells it."""
        ...

    @property
    def attribution(self) -> str:
        """The line under its pictures: who drew, and why this one did."""
        ...

    @property
    def abilities(self) -> Abilities:
        """What the model can do; a request outside it is never sent."""
        ...

    def estimate(self, size: Size, quality: Quality, count: int) -> Cost:
        """Guess beforehand what so many pictures will cost; free where nothing is known of prices."""
        ...

    async def draw(self, request: ImageRequest, on_progress: OnProgress) -> ImageResult:
        """Make one paid call and wait for its end; the caller keeps the budget and cancels when it is over.

        What the call costs is told to `on_progress` as soon as the answer
        says so, whatever becomes of its pictures afterwards.

        Raises:
            PromptRefused: The provider will not draw this.
            OutcomeUnknown: The call went out and its end was not seen.
            ProviderFailed: It did not draw, or gave nothing that can be used.
        """
        ...

    async def check(self) -> tuple[Finding, ...]:
        """Look, without spending anything, whether a drawing would work. Never raises."""
        ...
