"""The pictures of cases, for moderators alone."""

import asyncio

from bot.domain.cases import Case
from bot.domain.chat import Place
from bot.domain.jobs import JobId
from bot.domain.pictures import Picture, PictureState
from bot.errors import StorageFailed
from bot.ports.objects import ObjectStore
from bot.ports.pictures import Pictures
from bot.services.thumbnails import convert_to_jpeg


class CasePictures:
    """Reads the pictures of cases as small JPEG copies, which every platform shows; hidden pictures too."""

    def __init__(self, pictures: Pictures, objects: ObjectStore) -> None:
        self._pictures = pictures
        self._objects = objects

    async def of_case(self, case: Case) -> bytes | None:
        """Return the picture of a case; None where it is gone, or cannot be read now."""
        picture = None if case.picture is None else await self._pictures.get(case.picture)
        if picture is None or picture.state not in {PictureState.VISIBLE, PictureState.HIDDEN}:
            return None
        return await self.read(picture.file.key)

    async def similar_to(self, case: Case, *, most: int, at: Place | None) -> tuple[Picture, ...]:
        """Return visible pictures that are like that of a case: first those of the same request, then lookalikes.

        The latter come from the case's community; where `at` is given, from that server or workspace alone.
        """
        picture = None if case.picture is None else await self._pictures.get(case.picture)
        if picture is None:
            return ()
        kept = await self._pictures.of_job(JobId(picture.job))
        same = tuple(one for one in kept if one.id != picture.id and one.state is PictureState.VISIBLE)
        alike = await self._pictures.alike(picture, case.community, most=most + len(kept), at=at)
        return (*same, *(one for one in alike if one.job != picture.job))[:most]

    async def read(self, key: str) -> bytes | None:
        """Return the bytes under a key; None where they cannot be read now."""
        try:
            content = await self._objects.get(key)
        except StorageFailed:
            return None
        return await asyncio.to_thread(convert_to_jpeg, content)
