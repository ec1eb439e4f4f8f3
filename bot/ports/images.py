"""Image providers: those that answer a call with its pictures, and those that give a ticket to collect them with."""

from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

from bot.domain.health import Finding
from bot.domain.images import Abilities, DrawingId, ImageRequest, ImageResult, Progress, Quality, Size
from bot.domain.money import Cost
from bot.domain.tickets import Ticket

OnProgress = Callable[[Progress], Awaitable[None]]


class ImageService(Protocol):
    """What every provider tells about itself. It never repeats a call that may have been drawn."""

    @property
    def name(self) -> str:
        """Return a short stable word: the key of its section in the settings."""
        ...

    @property
    def model(self) -> str:
        """Return the model's name, as the provider spells it."""
        ...

    @property
    def attribution(self) -> str:
        """Return the line under its pictures: who drew, and why this one did."""
        ...

    @property
    def abilities(self) -> Abilities:
        """Return what the model can do; a request outside it is never sent."""
        ...

    def estimate(self, size: Size, quality: Quality, count: int) -> Cost:
        """Return what so many pictures will probably cost; free where nothing is known of prices."""
        ...

    async def check(self) -> tuple[Finding, ...]:
        """Check, without spending anything, whether a drawing would work. Never raises."""
        ...


class ImageProvider(ImageService, Protocol):
    """Draws pictures, for money or for nothing, and answers with them."""

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


@runtime_checkable
class TicketProvider(ImageService, Protocol):
    """Draws pictures while nobody waits: any worker collects them by the ticket, also after the one that asked was killed."""

    async def submit(self, request: ImageRequest) -> Ticket:
        """Make one paid call; the caller writes the ticket down before anything else.

        Raises:
            PromptRefused: The service will not draw this.
            OutcomeUnknown: The call went out and its answer was not seen.
            ProviderFailed: It was not taken.
        """
        ...

    def known_ticket(self, drawing: DrawingId) -> Ticket | None:
        """Return the ticket of a call whose answer may have got lost, where the service lets us choose its id; else None."""
        ...

    async def collect(self, ticket: Ticket, on_progress: OnProgress) -> ImageResult:
        """Wait for the result and fetch it. It is free and may be done again, by several at once too.

        The caller keeps the budget and cancels when it is over. A cut
        connection or a temporary error of the service is not the end of the
        call: it is asked again until the ticket runs out.

        Raises:
            StillDrawing: It takes so long that nobody waits for it; it is to be collected later.
            PromptRefused: The service refused to draw this after all.
            OutcomeUnknown: The service has forgotten the call, or it was not seen to end before the ticket ran out.
            ProviderFailed: It did not draw, or gave nothing that can be used.
        """
        ...

    async def cancel(self, ticket: Ticket) -> Cost | None:
        """Stop the call, if it can be stopped, and return what it costs all the same; None when nobody knows.

        It may be asked again, by several at once too, and never raises. A call
        that costs nothing gives back the pictures that were counted for it.
        """
        ...


Provider = ImageProvider | TicketProvider
