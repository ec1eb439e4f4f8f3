"""Jobs, holds, drawings and pictures to fill tables with."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.allowances import Allowance, Hold
from bot.domain.chat import Place
from bot.domain.images import DrawingId
from bot.domain.jobs import Drawing, DrawingState, Ending, Job, JobId, JobState
from bot.domain.people import HOUSE, REGISTERED, AccountId, Identity, Person, Platform
from bot.domain.pictures import ImageFile, Picture, PictureId, PictureState
from bot.domain.wishes import Wish
from tests.fakes.clock import NOON

WEB = Platform("web")
DISCORD = Platform("discord")
LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
TODAY = Allowance(limit=10, day=NOON.date(), refills_at=NOON + timedelta(hours=12))
FAILED = Ending(JobState.FAILED, "provider_failed", "The image service could not be reached.")
CANCELLED = Ending(JobState.CANCELLED, "cancelled", "You took it back.")
REFUSED = Ending(JobState.REFUSED, "prompt_refused", "The image service does not draw that.")
DONE = Ending(JobState.DONE)
ANN = Identity(WEB, "", "ann")


def a_job(name: str, account: AccountId, **changes: Any) -> Job:
    """Return a job that is called `name`, whose key follows from it."""
    job = Job(
        id=JobId(name),
        key=f"key of {name}",
        community=HOUSE,
        account=account,
        tier=REGISTERED,
        author=Person(ANN, "Ann"),
        place=Place(WEB, "", "lobby"),
        wish=Wish(prompt="a fox in the snow"),
        created_at=NOON,
    )
    return replace(job, **changes)


def a_hold(account: AccountId, pictures: int = 1, allowance: Allowance = TODAY) -> Hold:
    """Return a hold on the house's pictures."""
    return Hold(HOUSE, account, pictures, allowance)


def a_file(content: str) -> ImageFile:
    """Return a file that is known by its content."""
    return ImageFile(key=f"pictures/{content}.png", sha256=content, media_type="image/png", width=64, height=48, size_bytes=99)


def some_pictures(job: JobId, count: int = 1) -> tuple[Picture, ...]:
    """Return a job's pictures, each with its own file."""
    return tuple(
        Picture(
            id=PictureId(f"{job}.{position}"),
            job=job,
            position=position,
            file=a_file(f"{job}-{position}"),
            state=PictureState.VISIBLE,
        )
        for position in range(count)
    )


def a_drawing(name: str, job: Job, **changes: Any) -> Drawing:
    """Return an open drawing of the attempt that has the job."""
    drawing = Drawing(
        id=DrawingId(name),
        job=job.id,
        attempt=job.attempt,
        provider="offline",
        model="crayons",
        state=DrawingState.OPEN,
        started_at=NOON,
    )
    return replace(drawing, **changes)
