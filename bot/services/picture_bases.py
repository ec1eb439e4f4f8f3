"""Pictures of ours that somebody wants to draw from: named, or their newest at a place; and their bytes."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.chat import Place
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.jobs import Job, JobId
from bot.domain.people import AccountId
from bot.domain.pictures import Picture, PictureState
from bot.errors import BadInput, NotAllowed, ObjectMissing
from bot.ports.jobs import Jobs
from bot.ports.objects import ObjectStore
from bot.services.gallery import Gallery
from bot.services.picture_lookup import FoundPictures, PictureLookup

_MOST_LOOKED_AT = 50
"""Newest pictures of somebody among which one of the place is looked for."""

_GONE = "That picture was deleted or taken down, so nothing can be drawn from it. Nothing was counted."


class PictureBases:
    """Finds pictures for those who may see them: their owner, and everybody where they were asked for."""

    def __init__(self, *, lookup: PictureLookup, gallery: Gallery, jobs: Jobs, objects: ObjectStore) -> None:
        self._lookup = lookup
        self._gallery = gallery
        self._jobs = jobs
        self._objects = objects

    async def find(self, named: str, account: AccountId, place: Place) -> FoundPictures:
        """Return the pictures that a link, or the id of a job or a picture, stands for, as far as they may be seen.

        Raises:
            BadInput: There is none, or none any more, or not yet.
            NotAllowed: It is somebody else's, from another place.
        """
        found = await self._lookup.find(named)
        if not may_see(found.job, account, place):
            raise NotAllowed(
                "That picture is somebody else's and from another place, so it cannot be used here. Nothing was counted."
            )
        visible = tuple(one for one in found.pictures if one.state is PictureState.VISIBLE)
        if not visible:
            raise BadInput(_why_nothing_is_there(found))
        return replace(found, pictures=visible)

    async def newest(self, account: AccountId, place: Place) -> FoundPictures:
        """Return the newest picture of somebody that was asked for at a place, or what its message was turned to.

        Raises:
            BadInput: There is none, or none any more where its message was turned to.
        """
        for picture in await self._gallery.latest(account, _MOST_LOOKED_AT):
            job = await self._jobs.get(JobId(picture.job))
            if job is not None and is_same_room(job.place, place):
                shown = await self._lookup.find_shown_job(job)
                if shown.id == job.id:
                    return FoundPictures(picture.id, job, (picture,), job)
                return replace(await self.find(shown.id, account, place), holder=job)
        raise BadInput(
            "You have no picture here that could be changed. Draw one with /imagine, or name one: "
            "/edit make it night --link LINK. Nothing was counted."
        )

    async def bring(self, picture: Picture, role: InputRole = InputRole.BASE) -> BroughtPicture:
        """Return a picture as something to draw from.

        Raises:
            BadInput: It was removed meanwhile.
            StorageFailed: The store does not give it now.
        """
        try:
            content = await self._objects.get(picture.file.key)
        except ObjectMissing:
            raise BadInput(_GONE) from None
        return BroughtPicture(content, role, picture.id)

    async def bring_named(
        self, brought: Sequence[BroughtPicture], account: AccountId, place: Place
    ) -> tuple[BroughtPicture, ...]:
        """Return the pictures, with the bytes of those of ours that are only named; raises as `find` and `bring` do."""
        return tuple([await self._bring_named(one, account, place) for one in brought])

    async def _bring_named(self, one: BroughtPicture, account: AccountId, place: Place) -> BroughtPicture:
        if one.content or one.parent is None:
            return one
        found = await self.find(one.parent, account, place)
        return await self.bring(found.pictures[0], one.role)


def may_see(job: Job, account: AccountId, place: Place) -> bool:
    """Return whether somebody may see the pictures of a job at a place, as far as they are visible at all."""
    return job.account == account or is_same_room(job.place, place)


def is_same_room(one: Place, place: Place) -> bool:
    """Return whether people at one place see what is shown at the other: threads belong to their channel."""
    return one.is_at(place.platform, place.tenant) and one.channel in {place.channel, place.parent or place.channel}


def _why_nothing_is_there(found: FoundPictures) -> str:
    if found.pictures or found.job.state.is_final:
        return _GONE
    return "That picture is not drawn yet; please ask again once it is there. Nothing was counted."
