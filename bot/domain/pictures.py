"""Pictures as they are kept: their files, the keys under which these lie, and who may see them."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.images import DrawingId

PictureId = NewType("PictureId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """A checked picture's facts, with the key it is kept under.

    `fingerprint` is a perceptual hash of what it shows; one that shows next to nothing has none.
    """

    key: str
    sha256: str
    media_type: str
    width: int
    height: int
    size_bytes: int
    fingerprint: str | None = None


THUMBNAIL_EDGES = (512, 1024)
"""Pixels of the long edge of the smaller copies that are made for quick looking, the smallest first."""


def thumbnail_key(key: str, edge: int) -> str:
    """Return the key of the copy of this edge that belongs to the picture kept under `key`."""
    return f"{key}.{edge}.webp"


def derived_keys(key: str) -> tuple[str, ...]:
    """Return every key that may hold something made from the picture kept under `key`: what has to go with it."""
    return tuple(thumbnail_key(key, edge) for edge in THUMBNAIL_EDGES)


def original_key(key: str) -> str:
    """Return the key of the picture that `key` belongs to: its own, or the one that a copy was made from."""
    endings = (f".{edge}.webp" for edge in THUMBNAIL_EDGES)
    return next((key.removesuffix(ending) for ending in endings if key.endswith(ending)), key)


PICTURES_FOLDER = "pictures"
"""What the keys of all pictures and of their copies begin with, before the first slash."""

_PICTURE_KEY = re.compile(r"pictures/([0-9a-f]{2})/\1[0-9a-f]{62}(?P<drawing>-[a-z0-9_-]{22})?\.(?:png|jpg|webp)")


def is_picture_key(key: str) -> bool:
    """Return whether `key` has exactly the form that we give to pictures and their copies; early ones name no drawing."""
    return _PICTURE_KEY.fullmatch(original_key(key)) is not None


def media_type_of(key: str) -> str:
    """Return the media type that the ending of a picture's key, or of a copy's, stands for."""
    extension = key.rpartition(".")[2]
    return "image/jpeg" if extension == "jpg" else f"image/{extension}"


def sha256_of(key: str) -> str:
    """Return the hash of the bytes that were stored under a picture's key, which is its name."""
    return key.rpartition("/")[2][:64]


def drawing_key(key: str, drawing: DrawingId) -> str:
    """Return `key` as a key of that drawing's own."""
    stem, _, extension = key.rpartition(".")
    return f"{stem}-{drawing.lower()}.{extension}"


def belongs_to_drawing(key: str, drawing: DrawingId) -> bool:
    """Return whether the original kept under `key` has the key of that drawing's own."""
    return key.rpartition(".")[0].endswith(f"-{drawing.lower()}")


def drawing_in_key(key: str) -> str | None:
    """Return the id of the drawing that an original's key is of, in small letters; None where it names none."""
    named = _PICTURE_KEY.fullmatch(key)
    return named["drawing"].removeprefix("-") if named and named["drawing"] else None


class PictureState(StrEnum):
    """Whether people can see a picture. `HIDDEN` can be undone; `REMOVING` cannot, and its bytes are on their way out."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    REMOVING = "removing"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One kept picture of a job; `position` counts from 0."""

    id: PictureId
    job: str
    position: int
    file: ImageFile
    state: PictureState
    starred_at: datetime | None = None
    """Since when it is a favourite of whoever it belongs to."""
