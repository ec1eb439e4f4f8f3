"""What the message of a job with kept pictures shows, from what is true of them now."""

import asyncio
from datetime import timedelta

import structlog

from bot.domain.allowances import QuotaStatus
from bot.domain.chat import Post
from bot.domain.jobs import DrawingState, Job
from bot.domain.money import FREE
from bot.domain.pictures import Picture
from bot.errors import EaselError
from bot.pipeline import posts
from bot.ports.jobs import Jobs
from bot.services.gallery import Gallery
from bot.services.lineage import Lineage
from bot.services.picture_links import PictureLinks
from bot.services.quotas import Quotas

log = structlog.get_logger(__name__)

_QUOTA_STATUS_TIMEOUT = timedelta(seconds=2)


class JobPosts:
    """Builds such posts. `shows_cost` says whether everybody reads what a picture cost in dollars."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        quotas: Quotas,
        gallery: Gallery,
        links: PictureLinks,
        lineage: Lineage,
        shows_cost: bool = False,
    ) -> None:
        self._jobs = jobs
        self._quotas = quotas
        self._gallery = gallery
        self._links = links
        self._lineage = lineage
        self._shows_cost = shows_cost

    async def build_current(self, job: Job, *, says_left: bool = False) -> Post:
        """Return what the message of a job with kept pictures shows now; `says_left` adds what its author has left."""
        left = await self._quota_left(job) if says_left else None
        if pictures := await self._gallery.visible(job.id):
            return await self.build_finished(job, pictures, left)
        taken_down = await self._gallery.taken_down(job.id)
        if taken_down and not await self._gallery.is_deleted(job.id):
            return posts.build_takedown_post(job, taken_down)
        return posts.build_deleted_post(job, round(self._gallery.undo.total_seconds() / 60))

    async def build_finished(self, job: Job, pictures: tuple[Picture, ...], left: QuotaStatus | None = None) -> Post:
        """Return a post with pictures of a job, its notes, and its buttons."""
        drawings = await self._jobs.drawings(job.id)
        notes = dict.fromkeys(note for one in drawings if one.state is DrawingState.DRAWN for note in one.notes)
        cost = sum((drawing.cost for drawing in drawings), job.prepared_prompt.cost if job.prepared_prompt else FREE)
        return posts.build_done_post(
            job,
            pictures=pictures,
            notes=tuple(notes),
            cost=cost,
            links=self._links,
            left=left,
            shows_cost=self._shows_cost,
            taken_down=len(await self._gallery.taken_down(job.id)),
            origin=await self._lineage.origin(job),
            is_changed=job.state.is_final and await self._lineage.newest_change(job, job.account, job.place) is not None,
        )

    async def _quota_left(self, job: Job) -> QuotaStatus | None:
        """Return how the author stands now; None where that takes long or fails, since a job must not wait or fail over it."""
        try:
            async with asyncio.timeout(_QUOTA_STATUS_TIMEOUT.total_seconds()):
                return await self._quotas.quota_status(await self._quotas.effective_limits(job.author, job.place))
        except (EaselError, TimeoutError) as error:
            log.info("quota_status.unknown", job=job.id, reason=str(error))
            return None
