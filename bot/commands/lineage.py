"""Moves along a row of changes: the buttons Back and Forward, and `/history` of a picture."""

from dataclasses import dataclass
from typing import Annotated

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.domain.chat import Details, Post
from bot.domain.jobs import Job, JobId
from bot.domain.options import Text
from bot.pipeline import posts
from bot.pipeline.studio import Studio
from bot.pipeline.turning import Turning
from bot.ports.removals import SentMessages
from bot.ports.surfaces import Call
from bot.services.lineage import Lineage, LineageStep
from bot.services.picture_bases import PictureBases, may_see
from bot.services.picture_links import PictureLinks
from bot.services.picture_lookup import LONGEST_LINK
from bot.text import pluralize

_MOST_SHOWN = 10
"""Pictures that `/history` shows; no platform takes more than ten in a message."""


def back(studio: Studio, turning: Turning) -> Command[JobArgs]:
    """Build the Back button."""

    async def run(call: Call, args: JobArgs) -> None:
        await turning.back(await studio.find(args.job), call)

    return Command("back", "Show what it was changed from", JobArgs, run, is_typed=False)


def forward(studio: Studio, turning: Turning) -> Command[JobArgs]:
    """Build the Forward button."""

    async def run(call: Call, args: JobArgs) -> None:
        await turning.forward(await studio.find(args.job), call)

    return Command("forward", "Show what came of it", JobArgs, run, is_typed=False)


@dataclass(frozen=True, slots=True)
class HistoryArgs:
    """What `/history` takes; a button gives the id of a job in place of the link."""

    link: Annotated[
        str | None, Text("Link of the picture, or of the message that shows it; usually your newest here", longest=LONGEST_LINK)
    ] = None


def history(
    studio: Studio, bases: PictureBases, lineage: Lineage, links: PictureLinks, sent_messages: SentMessages
) -> Command[HistoryArgs]:
    """Build `/history`."""

    async def run(call: Call, args: HistoryArgs) -> None:
        account = await studio.account(call.person)
        named = bases.find(args.link, account.id, call.place) if args.link else bases.newest(account.id, call.place)
        found = await named
        picture = found.pictures[0]
        row = await lineage.row(picture, found.job, account.id, call.place)
        seen = [one for one in row if one.is_visible and may_see(one.job, account.id, call.place)]
        shown = [posts.post_picture(one.job, one.picture, links) for one in seen[-_MOST_SHOWN:]]
        lines = [_line(number, one, one in seen, one.picture.id == picture.id) for number, one in enumerate(row, start=1)]
        title = f"How it came about, in {pluralize(len(row), 'step')}:" if len(row) > 1 else "That picture was not changed yet."
        details = (Details("Steps", "\n".join(lines)),)
        message = await call.whisper(Post(title, pictures=tuple(shown), details=details, links=posts.originals(shown)))
        if message is not None:
            for job in dict.fromkeys(JobId(one.job.id) for one in seen[-_MOST_SHOWN:]):
                await sent_messages.add(job, message)

    return Command("history", "See how a picture came about, step by step", HistoryArgs, run, example="/history")


def _line(number: int, step: LineageStep, is_seen: bool, is_meant: bool) -> str:
    return f"{number}. {_words(step.job, step, is_seen)}{' ← this one' if is_meant else ''}"


def _words(job: Job, step: LineageStep, is_seen: bool) -> str:
    if is_seen:
        return f"“{posts.title(job)}”"
    return "a picture from another place" if step.is_visible else "a picture that was deleted or taken down"
