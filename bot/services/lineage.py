"""Which picture was changed from which, which changes followed, and the row of all of them."""

from dataclasses import dataclass

from bot.domain.chat import Place
from bot.domain.inputs import InputRole
from bot.domain.jobs import Job, JobId
from bot.domain.people import AccountId
from bot.domain.pictures import Picture, PictureId, PictureState
from bot.ports.inputs import Inputs
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from bot.services.picture_bases import may_see

_MOST_STEPS = 30
"""Changes that are followed in either direction."""

_MOST_CHANGES = 20
"""Changes of one picture among which the newest is looked for that somebody may see."""


@dataclass(frozen=True, slots=True)
class LineageStep:
    """A picture in a row of changes, and the job that it was drawn for."""

    picture: Picture
    job: Job

    @property
    def is_visible(self) -> bool:
        """Whether it may still be seen."""
        return self.picture.state is PictureState.VISIBLE


class Lineage:
    """Finds the pictures that one was changed from, and those that were changed from it."""

    def __init__(self, *, jobs: Jobs, pictures: Pictures, inputs: Inputs) -> None:
        self._jobs = jobs
        self._pictures = pictures
        self._inputs = inputs

    async def origin(self, job: Job) -> LineageStep | None:
        """Return the picture of ours that those of a job were changed from, whatever its state; None where there is none."""
        base = next((one.parent for one in job.wish.inputs[:1] if one.role is InputRole.BASE), None)
        return None if base is None else await self._step(PictureId(base))

    async def newest_change(self, job: Job, account: AccountId, place: Place) -> Job | None:
        """Return the job that changed a picture of this one last and that somebody may see at a place; None if there is none."""
        pictures = [one.id for one in await self._pictures.of_job(job.id)]
        for changed in await self._inputs.find_made_from(pictures, most=_MOST_CHANGES):
            found = await self._jobs.get(changed)
            if found is not None and may_see(found, account, place):
                return found
        return None

    async def newest_in_thread(self, job: Job, thread: Place) -> Job:
        """Return what came of a job in the same thread, change upon change; the job itself where nothing did."""
        for _ in range(_MOST_STEPS):  # pragma: no branch - nobody says so much in one thread
            pictures = [one.id for one in await self._pictures.of_job(job.id)]
            changed = [await self._jobs.get(one) for one in await self._inputs.find_made_from(pictures, most=_MOST_CHANGES)]
            found = next((one for one in changed if one is not None and one.place == thread), None)
            if found is None:
                break
            job = found
        return job

    async def row(self, picture: Picture, job: Job, account: AccountId, place: Place) -> tuple[LineageStep, ...]:
        """Return a picture in the row of changes that it stands in, the first one first; of several changes the newest."""
        before = [LineageStep(picture, job)]
        after: list[LineageStep] = []
        while (origin := await self.origin(before[0].job)) is not None and len(before) <= _MOST_STEPS:
            before.insert(0, origin)
        changed = await self.newest_change(job, account, place)
        while changed is not None and len(after) < _MOST_STEPS:
            after.append(await self._shown_step(changed))
            changed = await self.newest_change(changed, account, place)
        return *before, *after

    async def _step(self, id_: PictureId) -> LineageStep | None:
        picture = await self._pictures.get(id_)
        job = None if picture is None else await self._jobs.get(JobId(picture.job))
        return None if picture is None or job is None else LineageStep(picture, job)

    async def _shown_step(self, job: Job) -> LineageStep:
        """Return the first picture of a job that is visible; the first of all if the last one was taken away a moment ago."""
        pictures = await self._pictures.of_job(job.id)
        return LineageStep(next((one for one in pictures if one.state is PictureState.VISIBLE), pictures[0]), job)
