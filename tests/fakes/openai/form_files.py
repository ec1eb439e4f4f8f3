"""Files of a form, as the service sees them."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file that came with a form; `form` is the format of a picture, and empty where it is none."""

    content: bytes
    media_type: str
    form: str = ""
    size: tuple[int, int] = (0, 0)
    has_alpha: bool = False


def look_at(content: bytes, media_type: str) -> FormFile:
    """Tell what a file is by its bytes."""
    try:
        with Image.open(BytesIO(content)) as opened:
            return FormFile(content, media_type, str(opened.format), opened.size, "A" in opened.getbands())
    except UnidentifiedImageError:
        return FormFile(content, media_type)
