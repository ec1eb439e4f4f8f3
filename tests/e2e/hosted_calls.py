"""One call to a provider that gives tickets, from its submission to its picture, and what was told on the way."""

import base64
from io import BytesIO
from typing import Any

from PIL import Image

from bot.domain.images import DrawingId, ImageRequest, ImageResult, Quality, Size
from bot.domain.inputs import InputContent, InputRole
from bot.domain.tickets import Ticket
from bot.ports.images import TicketProvider
from tests.fakes.photos import photo
from tests.fakes.progress import ProgressLog

PROMPT = "a fox in the snow"
SQUARE = Size(1024, 1024)


def wish(size: Size = SQUARE, quality: Quality = Quality.MEDIUM, inputs: tuple[InputContent, ...] = ()) -> ImageRequest:
    """Ask for one picture."""
    return ImageRequest(
        drawing=DrawingId("d" * 22), prompt=PROMPT, size=size, quality=quality, count=1, author="0" * 32, inputs=inputs
    )


def input_picture(form: str = "JPEG", **options: Any) -> InputContent:
    """Return a picture to begin with."""
    return InputContent(InputRole.BASE, photo(form, **options), f"image/{form.lower()}")


def read_input(text: object) -> Image.Image:
    """Return a picture that was sent in base64, or as a data URL."""
    return Image.open(BytesIO(base64.b64decode(str(text).rpartition(",")[2], validate=True)))


async def draw(provider: TicketProvider, request: ImageRequest | None = None, news: ProgressLog | None = None) -> ImageResult:
    """Submit a call and collect it."""
    return await provider.collect(await provider.submit(request or wish()), news or ProgressLog())


def foreign(ticket: Ticket, address: str) -> Ticket:
    """Return a ticket that leads to an address of somebody else's."""
    return Ticket(id=ticket.id, expires_at=ticket.expires_at, details=dict.fromkeys(ticket.details, address), cost=ticket.cost)
