"""Shares pictures by a page for anybody with its link."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.domain.jobs import DrawingState, JobId
from bot.domain.pictures import Picture, PictureState
from bot.domain.shares import Share, ShareId
from bot.ports.clock import Clock, Ids
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from bot.ports.shares import Shares

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPicture:
    """What a share page shows. `words` are empty where the author hides them, or where they are not kept any more."""

    picture: Picture
    words: str
    model: str | None
    drawn_at: datetime


class Sharing:
    """Shares pictures, and finds what is shared. What is hidden or removed is not shown, whatever the record of shares says."""

    def __init__(self, *, shares: Shares, pictures: Pictures, jobs: Jobs, clock: Clock, ids: Ids) -> None:
        self._shares = shares
        self._pictures = pictures
        self._jobs = jobs
        self._clock = clock
        self._ids = ids

    async def share(self, pictures: Sequence[Picture], *, shows_words: bool) -> tuple[Share, ...]:
        """Return the share of each picture, made where there is none; its page shows the words, or hides them, from now on."""
        now = self._clock.now()
        shares = [
            await self._shares.add(
                Share(id=ShareId(self._ids.new()), picture=picture.id, shows_words=shows_words, created_at=now)
            )
            for picture in pictures
        ]
        await self._shares.show_words([share.picture for share in shares], shown=shows_words)
        log.info("pictures.shared", count=len(shares), shows_words=shows_words)
        return tuple(replace(share, shows_words=shows_words) for share in shares)

    async def share_as_before(self, picture: Picture) -> Share:
        """Return the share of a picture as it stands; where there is none, one that hides the words."""
        return await self.find_share(picture) or (await self.share([picture], shows_words=False))[0]

    async def find_share(self, picture: Picture) -> Share | None:
        """Return the share of a picture that is shared."""
        return await self._shares.of_picture(picture.id)

    async def revoke(self, pictures: Sequence[Picture]) -> int:
        """Revoke the shares of pictures, and return how many there were."""
        count = await self._shares.revoke([picture.id for picture in pictures], self._clock.now())
        log.info("pictures.unshared", count=count)
        return count

    async def get(self, share: ShareId) -> Share | None:
        """Return a share, also one that was revoked."""
        return await self._shares.get(share)

    async def open(self, share: Share) -> SharedPicture | None:
        """Return what its page shows; None where that is not to be seen any more."""
        picture = await self._pictures.get(share.picture)
        if share.revoked_at is not None or picture is None or picture.state is not PictureState.VISIBLE:
            return None
        job = await self._jobs.get(JobId(picture.job))
        if job is None:
            return None
        drawn = [one for one in await self._jobs.drawings(job.id) if one.state is DrawingState.DRAWN]
        return SharedPicture(
            picture=picture,
            words=job.wish.prompt if share.shows_words and job.erased_at is None else "",
            model=drawn[-1].model if drawn else None,
            drawn_at=job.kept_at or job.created_at,
        )
