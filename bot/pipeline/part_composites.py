"""Puts what was drawn into the marked part of a picture, so that all else stays as it was, pixel for pixel."""

import asyncio
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.domain.provenance import SourceType, xmp_packet
from bot.moderation.fingerprint import UNREADABLE
from bot.pixels import convert_mode

_MOST_PIXELS = 50_000_000
_MOST_AT_ONCE = 1
"""Composites that are made at the same time: each takes a core, and the pixels of two pictures memory."""

_CHANGED_BELOW = 128
"""Opacity of a mask from which on nobody would say that something is marked."""


class PartComposites:
    """Makes composites off the loop."""

    def __init__(self) -> None:
        self._semaphore = asyncio.Semaphore(_MOST_AT_ONCE)

    async def make(self, base: bytes, mask: bytes, drawn: bytes) -> bytes:
        """Return `base` with what was drawn in the part that the mask leaves clear; what is no picture comes back as it is."""
        async with self._semaphore:
            return await asyncio.to_thread(composite_part, base, mask, drawn)

    async def describe(self, mask: bytes) -> str:
        """Return where the marked part is, for a model that is sent no mask."""
        async with self._semaphore:
            return await asyncio.to_thread(describe_part, mask)


def composite_part(base: bytes, mask: bytes, drawn: bytes) -> bytes:
    """Return the composite as PNG, as large as `base`, which the mask fits; what was drawn is stretched to that.

    Whoever checks pictures says what is wrong with one that cannot be read: it comes back as it is.
    """
    with Image.open(BytesIO(base)) as image:
        profile = image.info.get("icc_profile") if image.mode in {"RGB", "RGBA"} else None
        old = convert_mode(image, "RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    try:
        new = _open_drawn(drawn, old)
    except UNREADABLE:
        return drawn
    with Image.open(BytesIO(mask)) as image:
        whole = Image.composite(old, new, image.convert("RGBA").getchannel("A"))
    metadata = PngInfo()
    metadata.add_itxt("XML:com.adobe.xmp", xmp_packet(SourceType.COMPOSITE).decode())
    packed = BytesIO()
    whole.save(packed, "PNG", compress_level=3, pnginfo=metadata, icc_profile=profile)
    return packed.getvalue()


def _open_drawn(drawn: bytes, base: Image.Image) -> Image.Image:
    """Return what was drawn, as large as the base and with as many colours; raise one of `UNREADABLE` where it cannot be read."""
    with Image.open(BytesIO(drawn)) as image:
        if image.width * image.height > _MOST_PIXELS:
            raise ValueError(f"{image.width}x{image.height}")
        new = convert_mode(image, base.mode)
    return new if new.size == base.size else new.resize(base.size, Image.Resampling.LANCZOS)


def describe_part(mask: bytes) -> str:
    """Return in words which part a mask leaves clear: the box around it."""
    with Image.open(BytesIO(mask)) as image:
        clear = image.convert("RGBA").getchannel("A").point(lambda opacity: 255 if opacity < _CHANGED_BELOW else 0)
    left, top, right, bottom = clear.getbbox() or (0, 0, *clear.size)
    across = f"{100 * left // clear.width} % to {-(-100 * right // clear.width)} % of its width"
    down = f"{100 * top // clear.height} % to {-(-100 * bottom // clear.height)} % of its height"
    return (
        f"Change only the part of the first picture that reaches from {across} and from {down}, "
        "counted from its upper left corner, and leave all else exactly as it is, in its place."
    )
