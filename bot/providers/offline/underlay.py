"""Painting over pictures that somebody brought: a program without a model shows at least that it got them."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageOps

from bot.domain.images import Size
from bot.domain.inputs import InputContent, InputRole

_PAINTED = 0.45
"""How much of what is painted shows over the picture, where no mask says which part is changed."""

_MOST_TILES = 4
_FRAME = 4


class Underlay:
    """Pictures that are painted over, as large as the painting: the first below all of it, the others small along its lower edge.

    What a mask leaves alone stays as it was.
    """

    def __init__(self, inputs: Sequence[InputContent], size: Size) -> None:
        edges = (size.width, size.height)
        pictures = [one for one in inputs if one.role is not InputRole.MASK]
        masks = [one for one in inputs if one.role is InputRole.MASK]
        self._base = ImageOps.fit(_opened(pictures[0]).convert("RGB"), edges)
        self._stays = ImageOps.fit(_opened(masks[0]).convert("RGBA").getchannel("A"), edges) if masks else None
        edge = max(1, min(edges) // 5)
        self._tiles = [ImageOps.fit(_opened(one).convert("RGB"), (edge, edge)) for one in pictures[1 : 1 + _MOST_TILES]]

    def apply(self, painting: Image.Image) -> Image.Image:
        """Return the painting over the pictures."""
        if self._stays is not None:
            whole = Image.composite(self._base, painting, self._stays)
        else:
            whole = Image.blend(self._base, painting, _PAINTED)
        for number, tile in enumerate(self._tiles):
            framed = ImageOps.expand(tile, _FRAME, "white")
            whole.paste(framed, (_FRAME + number * (framed.width + _FRAME), whole.height - framed.height - _FRAME))
        return whole


def _opened(one: InputContent) -> Image.Image:
    return Image.open(BytesIO(one.content))
