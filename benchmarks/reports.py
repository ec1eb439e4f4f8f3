"""How long it takes from a report to a hidden picture, in a whole house on SQLite; a part of `python -m benchmarks.guard`.

Each picture is reported by three people at once, whose accounts are old enough to count, while others report others. It
is measured from their reactions until nobody can see the picture, its links included. The last picture is reported by
hundreds of people at once: one case has to come of it.
"""

import asyncio
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from bot.app.foundation import open_foundation
from bot.app.house import House, run_house
from bot.config import Settings
from bot.domain.chat import Form, MessageRef, Place, Post, promise
from bot.domain.people import PREMIUM, Identity, Person, Platform
from bot.domain.pictures import PictureId, PictureState
from bot.errors import SurfaceFailed
from tests.contract.examples import a_hold, a_job, some_pictures

REPORTERS = 3
AT_ONCE = 2
"""Pictures that are reported at the same time."""

_DISCORD = Platform("discord")
_CHANNEL = Place(_DISCORD, "1", "2")
_POLL = 0.01


@dataclass
class ReactionCall:
    """Somebody's reaction; nobody reads what is said to it."""

    person: Person
    key: str
    place: Place = _CHANNEL
    message: MessageRef | None = None
    said: list[Post] = field(default_factory=list)

    def promise(self) -> MessageRef:
        """Promise an answer."""
        return promise(self.place)

    async def answer(self, post: Post, *, key: str) -> MessageRef:
        """Take the post."""
        self.said.append(post)
        return MessageRef(self.place, key)

    async def whisper(self, post: Post) -> None:
        """Take the post."""
        self.said.append(post)

    async def settle(self, post: Post) -> bool:
        """Nothing was pressed."""
        raise AssertionError(post.text)

    async def ask(self, form: Form) -> None:
        """Show no form."""
        raise SurfaceFailed(_DISCORD, f"no form for {form.command}")


async def measure_reports(count: int, storm: int) -> dict[str, float]:
    """Return the seconds within which 99 % of so many pictures are hidden, and how many cases a storm of reports made."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.model_validate({"data_dir": Path(folder)})
        async with open_foundation(settings) as base, run_house(base, {}, recovers=False) as house:
            pictures = [await _keep_picture(house, number) for number in range(count + 1)]
            slots = asyncio.Semaphore(AT_ONCE)
            took = await asyncio.gather(*(_hide(house, picture, REPORTERS, slots) for picture in pictures[:-1]))
            await _hide(house, pictures[-1], storm, slots)
            cases = await base.records.cases.of_picture(pictures[-1])
    return {
        "report_to_hidden_s_p99": round(sorted(took)[max(0, round(len(took) * 0.99) - 1)], 3),
        "cases_of_a_storm": len(cases),
    }


async def _keep_picture(house: House, number: int) -> PictureId:
    records = house.base.records
    account = (await records.accounts.get_or_create(Identity(_DISCORD, "", f"9{number:09d}"), PREMIUM)).id
    job = replace(a_job(f"job-{number}", account), place=_CHANNEL, created_at=house.base.clock.now())
    await records.jobs.accept(job, replace(a_hold(account), estimate=0))
    claimed = await records.jobs.claim(job.id, timedelta(minutes=1))
    if claimed is None:
        raise RuntimeError("a job that was just accepted cannot be claimed")
    [picture] = some_pictures(job.id)
    await records.jobs.keep(job.id, claimed.attempt, (picture,))
    return picture.id


async def _hide(house: House, picture: PictureId, reporters: int, slots: asyncio.Semaphore) -> float:
    """Have people report a picture at once, each picture other people, and return the seconds until nobody sees it."""
    job = picture.partition(".")[0]
    first = 1000 * int(job.removeprefix("job-"))
    people = [Person(Identity(_DISCORD, "", str(first + number)), f"person {number}") for number in range(reporters)]
    async with slots:
        since = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for person in people:
                call = ReactionCall(person, f"{picture}:{person.identity}")
                group.create_task(house.dispatcher.press(f"flag:{job}", call))
            return await group.create_task(_wait_until_hidden(house, picture, since))


async def _wait_until_hidden(house: House, picture: PictureId, since: float) -> float:
    while True:
        found = await house.base.records.pictures.get(picture)
        if found is not None and found.state is PictureState.HIDDEN:
            return time.perf_counter() - since
        await asyncio.sleep(_POLL)
