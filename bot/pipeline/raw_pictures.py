"""Stores paid pictures on this machine as they came, until they are finished."""

from dataclasses import dataclass

from bot.domain.images import DrawingId
from bot.errors import ObjectMissing
from bot.ports.objects import RAW_FOLDER, ObjectStore

_PAGE = 100
_PART, _WHOLE = "part", "whole"
_MEDIA_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class RawDrawing:
    """Pictures as a provider gave them; `is_part` says that a part of each goes into the picture that is changed."""

    pictures: tuple[bytes, ...]
    is_part: bool


class RawPictures:
    """Stores raw drawings beside this process, so that a kill before they are finished loses none."""

    def __init__(self, near: ObjectStore) -> None:
        self._near = near

    async def put(self, drawing: DrawingId, raw: RawDrawing) -> None:
        """Store all pictures; again is no error.

        Raises:
            StorageFailed: This machine cannot store them now.
        """
        for position, content in enumerate(raw.pictures):
            ending = _PART if raw.is_part else _WHOLE
            await self._near.put(f"{_folder(drawing)}/{position:02}.{ending}", content, _MEDIA_TYPE)

    async def find(self, drawing: DrawingId) -> RawDrawing | None:
        """Return the pictures of a drawing that are still to be finished; None where none are stored.

        Raises:
            StorageFailed: It cannot be looked for now.
        """
        keys = await self._keys(drawing)
        try:
            pictures = tuple([await self._near.get(key) for key in keys])
        except ObjectMissing:
            return None  # whoever has the job has finished it meanwhile
        return RawDrawing(pictures, keys[0].endswith(_PART)) if keys else None

    async def forget(self, drawing: DrawingId) -> None:
        """Delete the raw pictures of a drawing that is finished, or cannot be.

        Raises:
            StorageFailed: They are left to the search for orphans.
        """
        for key in await self._keys(drawing):
            await self._near.delete(key)

    async def _keys(self, drawing: DrawingId) -> list[str]:
        return sorted([one.key async for page in self._near.list(_folder(drawing), page=_PAGE) for one in page])


def _folder(drawing: DrawingId) -> str:
    return f"{RAW_FOLDER}/{drawing.lower()}"
