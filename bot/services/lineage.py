"""Which picture came of which: what a picture was changed from."""

from dataclasses import dataclass

from bot.domain.images import Picture, PictureId, PictureState
from bot.domain.inputs import InputRole
from bot.domain.jobs import Job, JobId
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures


@dataclass(frozen=True, slots=True)
class Origin:
    """A picture that another was changed from, and the job that it was drawn for."""

    picture: Picture
    job: Job

    @property
    def is_visible(self) -> bool:
        """Whether it may still be seen."""
        return self.picture.state is PictureState.VISIBLE


class Lineage:
    """Follows pictures to what they came of."""

    def __init__(self, *, jobs: Jobs, pictures: Pictures) -> None:
        self._jobs = jobs
        self._pictures = pictures

    async def origin(self, job: Job) -> Origin | None:
        """Return the picture of ours that those of a job were changed from, whatever its state; None where there is none."""
        base = next((one.parent for one in job.wish.inputs if one.role is InputRole.BASE), None)
        picture = None if base is None else await self._pictures.get(PictureId(base))
        drawn_for = None if picture is None else await self._jobs.get(JobId(picture.job))
        return None if picture is None or drawn_for is None else Origin(picture, drawn_for)
