"""The mark that says what a picture is."""

from functools import cache

from PIL import Image, ImageDraw, ImageFont

from bot.providers.offline.canvas import Canvas
from bot.providers.offline.colours import BLACK, WHITE

_WORDS = "offline preview"


def sign(canvas: Canvas) -> None:
    """Set a small pill with the words into the lower right corner, readable on any ground."""
    image = canvas.image
    edge = min(image.width, image.height)
    letters = min(max(8, edge // 46), edge // 8)
    pill = _pill(letters)
    if pill.width > image.width:
        pill = pill.resize((image.width, max(1, pill.height * image.width // pill.width)))
    gap = min(letters, image.width - pill.width, image.height - pill.height) if image.width > pill.width else 0
    corner = image.width - pill.width - max(0, gap), image.height - pill.height - max(0, gap)
    image.paste(BLACK, corner, pill.getchannel("A"))
    image.paste(WHITE, corner, pill.getchannel("L"))


@cache
def _pill(letters: int) -> Image.Image:
    """Make the mark as a grey image: `L` is where it is white, `A` where it is dark."""
    font = ImageFont.load_default(letters)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(_WORDS))
    pad = round(letters * 0.6)
    size = (right - left + 2 * pad, bottom - top + round(1.4 * pad))
    shade = Image.new("L", (size[0] * 4, size[1] * 4))
    ImageDraw.Draw(shade).rounded_rectangle((0, 0, size[0] * 4 - 1, size[1] * 4 - 1), radius=size[1] * 2, fill=96)
    words = Image.new("L", size)
    ImageDraw.Draw(words).text((pad - left, round(0.7 * pad) - top), _WORDS, fill=235, font=font)
    return Image.merge("LA", (words, shade.resize(size, Image.Resampling.BOX)))
