"""Contact sheets: many numbered pictures on one, where a platform shows few in a message."""

import asyncio
import math
from collections.abc import Sequence
from io import BytesIO

import structlog
from PIL import Image, ImageDraw, ImageFont

from bot.domain.chat import Attachment
from bot.domain.jobs import BatchId
from bot.domain.pictures import THUMBNAIL_EDGES, Picture, PictureId
from bot.domain.provenance import SourceType, xmp_packet
from bot.errors import EaselError
from bot.pixels import convert_mode
from bot.ports.objects import ObjectStore
from bot.services.thumbnails import Thumbnails, has_thumbnail

log = structlog.get_logger(__name__)

_LONGEST_EDGE = 2400
_LARGEST_CELL = 400
_SMALLEST_CELL = 96
_GAP = 8
_BACKGROUND = "#1f1c1a"
_QUALITY = 88


class ContactSheets:
    """Draws contact sheets from the small copies of pictures, which are made once."""

    def __init__(self, thumbnails: Thumbnails, objects: ObjectStore) -> None:
        self._thumbnails = thumbnails
        self._objects = objects

    async def draw(self, batch: BatchId, numbered: Sequence[tuple[int, Picture]]) -> Attachment | None:
        """Return the numbered pictures on one sheet; pictures that cannot be read now are left out, and None where none can."""
        copies = []
        for number, picture in numbered:
            try:
                copies.append((number, await self._read(picture)))
            except EaselError as error:
                log.warning("sheet.picture_left_out", picture=picture.id, reason=str(error))
        if not copies:
            return None
        content = await asyncio.to_thread(compose, copies)
        # What follows the dot is for platforms that name uploads by it: all sheets of a batch are found by what precedes it.
        name = f"easel-ai-{sheet_id(batch)}.all.jpg"
        return Attachment(name, "image/jpeg", content, f"{len(copies)} pictures, each with its number")

    async def _read(self, picture: Picture) -> bytes:
        edge = THUMBNAIL_EDGES[0]
        if has_thumbnail(picture.file, edge):
            return await self._thumbnails.get(picture, edge)
        return await self._objects.get(picture.file.key)


def sheet_id(batch: BatchId) -> PictureId:
    """Return what stands for the sheets of a batch where files are called after pictures."""
    return PictureId(f"sheet-{batch}")


def compose(copies: Sequence[tuple[int, bytes]]) -> bytes:
    """Return a JPEG of pictures in rows, as square as their number allows."""
    columns = math.ceil(math.sqrt(len(copies)))
    rows = math.ceil(len(copies) / columns)
    cell = max(_SMALLEST_CELL, min(_LARGEST_CELL, _LONGEST_EDGE // columns - _GAP))
    sheet = Image.new("RGB", (columns * (cell + _GAP) + _GAP, rows * (cell + _GAP) + _GAP), _BACKGROUND)
    font = ImageFont.load_default(max(12, cell // 12))
    for place, (number, content) in enumerate(copies):
        left, top = (_GAP + step * (cell + _GAP) for step in (place % columns, place // columns))
        with Image.open(BytesIO(content)) as opened:
            picture = convert_mode(opened, "RGB")
        picture.thumbnail((cell, cell), Image.Resampling.LANCZOS)
        sheet.paste(picture, (left + (cell - picture.width) // 2, top + (cell - picture.height) // 2))
        _write(ImageDraw.Draw(sheet), (left, top), str(number), font)
    packed = BytesIO()
    sheet.save(packed, "JPEG", quality=_QUALITY, xmp=xmp_packet(SourceType.AI))
    return packed.getvalue()


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, font: "ImageFont.FreeTypeFont | ImageFont.ImageFont"
) -> None:
    """Draw a number into a corner, on a ground of its own, so that it is readable on any picture."""
    _, _, right, bottom = draw.textbbox((at[0] + 6, at[1] + 4), text, font=font)
    draw.rectangle((at[0], at[1], right + 6, bottom + 4), fill=_BACKGROUND)
    draw.text((at[0] + 6, at[1] + 4), text, font=font, fill="white")
