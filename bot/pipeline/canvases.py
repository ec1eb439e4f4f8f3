"""Canvases with room around a picture, for models to draw into, and the masks that say where."""

import asyncio
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageFilter

from bot.domain.images import Size
from bot.domain.reframing import Frame, Margins, frame_of
from bot.pixels import convert_mode

_MOST_AT_ONCE = 1
_HINT_EDGE = 48
"""Pixels of the small picture whose blurred colours fill the new room: a hint of what is there, and no edges."""

_SEAM_SHARE = 64
"""One part in so many of the short edge is drawn anew on the inside too, so that no seam is seen."""


@dataclass(frozen=True, slots=True)
class WiderCanvas:
    """A picture with room around it, and a mask that is clear where the room is."""

    picture: bytes
    mask: bytes


class Canvases:
    """Makes canvases off the event loop."""

    def __init__(self) -> None:
        self._semaphore = asyncio.Semaphore(_MOST_AT_ONCE)

    async def widen(self, content: bytes, size: Size, margins: Margins) -> WiderCanvas:
        """Return a picture of that size with room around it.

        Raises:
            BadInput: It would be too long and narrow.
        """
        frame = frame_of(size, margins)
        async with self._semaphore:
            return await asyncio.to_thread(widen_canvas, content, frame)


def widen_canvas(content: bytes, frame: Frame) -> WiderCanvas:
    """Return the canvas of a frame, as PNG, and its mask."""
    with Image.open(BytesIO(content)) as image:
        picture = convert_mode(image, "RGB")
        profile = image.info.get("icc_profile") if image.mode in {"RGB", "RGBA"} else None
    edges, inner = (frame.size.width, frame.size.height), (frame.picture.width, frame.picture.height)
    if picture.size != inner:
        picture = picture.resize(inner, Image.Resampling.LANCZOS)
    hint = picture.resize((_HINT_EDGE, _HINT_EDGE), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(4))
    canvas = hint.resize(edges, Image.Resampling.BICUBIC)
    canvas.paste(picture, (frame.left, frame.top))
    return WiderCanvas(_encode(canvas, icc_profile=profile), _encode(_mask(frame)))


def _mask(frame: Frame) -> Image.Image:
    """Return a mask that is clear in the room, and a little into the picture where it borders on that."""
    seam = max(1, min(frame.picture.width, frame.picture.height) // _SEAM_SHARE)
    right, bottom = frame.left + frame.picture.width, frame.top + frame.picture.height
    kept = (
        frame.left + (seam if frame.left else 0),
        frame.top + (seam if frame.top else 0),
        right - (seam if right < frame.size.width else 0),
        bottom - (seam if bottom < frame.size.height else 0),
    )
    mask = Image.new("RGBA", (frame.size.width, frame.size.height), (0, 0, 0, 0))
    mask.paste((0, 0, 0, 255), kept)
    return mask


def _encode(image: Image.Image, icc_profile: bytes | None = None) -> bytes:
    packed = BytesIO()
    image.save(packed, "PNG", compress_level=3, icc_profile=icc_profile)
    return packed.getvalue()
