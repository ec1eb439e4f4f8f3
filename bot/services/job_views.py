"""A job as programs read it: the same facts by the same names on the command line and in the REST API."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.jobs import DrawingState, Job, JobState
from bot.domain.pictures import Picture, PictureState
from bot.domain.provider_accounts import provider_of
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from bot.ports.removals import PictureRemovals
from bot.services.picture_links import PictureLinks


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureView:
    """One picture that may be seen; `url` is stable and stops working when the picture is deleted."""

    url: str
    width: int
    height: int
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ErrorView:
    """Why there are no pictures: a stable word for programs and a sentence for people."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job as it stands; None where it did not come so far."""

    id: str
    state: JobState
    prompt: str
    drawn_prompt: str | None
    model: str | None
    provider: str | None
    created_at: datetime
    finished_at: datetime | None
    cost_microusd: int | None
    """None also where whoever asks is not to read what it cost."""
    pictures: tuple[PictureView, ...]
    taken_down: int
    """How many more there were, which a decision took out of sight."""
    error: ErrorView | None


class JobViews:
    """Formats jobs for programs."""

    def __init__(self, *, jobs: Jobs, pictures: Pictures, removals: PictureRemovals, links: PictureLinks) -> None:
        self._jobs = jobs
        self._removals = removals
        self._pictures = pictures
        self._links = links

    async def visible(self, job: Job) -> tuple[Picture, ...]:
        """Return the job's pictures that may be seen, in the order of `JobView.pictures`."""
        pictures = await self._pictures.of_job(job.id)
        return tuple(picture for picture in pictures if picture.state is PictureState.VISIBLE)

    async def view(self, job: Job, *, knows_cost: bool) -> JobView:
        """Return the job as it stands. `knows_cost` says whether the reader may see what it cost in dollars."""
        drawings = await self._jobs.drawings(job.id)
        drawn = [drawing for drawing in drawings if drawing.state is DrawingState.DRAWN] or list(drawings)
        return JobView(
            id=job.id,
            state=job.state,
            prompt=job.wish.prompt,
            drawn_prompt=job.prepared_prompt.text if job.prepared_prompt else None,
            model=drawn[-1].model if drawn else None,
            provider=provider_of(drawn[-1].provider) if drawn else None,
            created_at=job.created_at,
            finished_at=job.finished_at,
            cost_microusd=(await self._jobs.cost(job.id)).microusd if knows_cost else None,
            pictures=tuple(self._picture(picture) for picture in await self.visible(job)),
            taken_down=sum(removal.is_active for removal in await self._removals.of_job(job.id)),
            error=_error(job),
        )

    def _picture(self, picture: Picture) -> PictureView:
        file = picture.file
        return PictureView(
            url=self._links.picture(picture),
            width=file.width,
            height=file.height,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
        )


def _error(job: Job) -> ErrorView | None:
    if job.ending is None or job.is_stopped or not job.ending.kind:
        return None
    return ErrorView(job.ending.kind, job.ending.text[:1].upper() + job.ending.text[1:])
