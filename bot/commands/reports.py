"""Reports of pictures: `/report`, the message menu, a reaction, and the buttons under the thanks."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.domain.chat import Button, Post
from bot.domain.options import Choice, Text
from bot.domain.reports import WITHDRAWAL_TIME, ReportReason
from bot.errors import BadInput, Refusal
from bot.ports.rate_limiter import Rate, RateLimiter
from bot.ports.surfaces import Call
from bot.services.picture_lookup import LONGEST_LINK, PictureLookup
from bot.services.reporting import Reporting
from bot.text import duration_text

REASON_LABELS = {
    ReportReason.SEXUAL: "Sexual",
    ReportReason.VIOLENT: "Violent",
    ReportReason.HATEFUL: "Hateful",
    ReportReason.MINOR: "A child",
    ReportReason.PERSON: "A real person",
    ReportReason.OTHER: "Something else",
}
"""What the buttons with reasons say, here and on share pages."""

_MOST_REPLIES = Rate(30, timedelta(minutes=1))
"""To reactions in one server or workspace: each reply is a message, and a platform takes so many for spam."""


@dataclass(frozen=True, slots=True)
class ReportArgs:
    """What `/report` takes; a menu gives the id of a job in place of the link."""

    link: Annotated[str, Text("Link of the picture, or of the message that shows it", longest=LONGEST_LINK)]
    reason: Annotated[ReportReason | None, Choice("What is wrong with it", ReportReason)] = None


def report(reporting: Reporting, lookup: PictureLookup) -> Command[ReportArgs]:
    """Build `/report`."""

    async def run(call: Call, args: ReportArgs) -> None:
        found = await lookup.find(args.link)
        await reporting.report(found, call.person, call.place, args.reason)
        await call.whisper(_thanks(found.id, has_reason=args.reason is not None))

    return Command(
        "report",
        "Report a picture to the moderators; nobody else sees that",
        ReportArgs,
        run,
        example="/report https://easel.example/p/abc.png --reason hateful",
        is_for_others=True,
    )


def flag(reporting: Reporting, lookup: PictureLookup, rate_limiter: RateLimiter) -> Command[JobArgs]:
    """Build the report by reaction: like `/report`, but that many at once are not all answered."""

    async def run(call: Call, args: JobArgs) -> None:
        found = await lookup.find(args.job)
        try:
            await reporting.report(found, call.person, call.place)
        except Refusal:
            if await _may_reply(call, rate_limiter):
                raise
            return
        if await _may_reply(call, rate_limiter):
            await call.whisper(_thanks(found.id, has_reason=False))

    return Command("flag", "Report the pictures to the moderators", JobArgs, run, is_typed=False)


def unflag(reporting: Reporting, lookup: PictureLookup, rate_limiter: RateLimiter) -> Command[JobArgs]:
    """Build what removing the reaction does; somebody who never reported anything is told nothing."""

    async def run(call: Call, args: JobArgs) -> None:
        withdrawn = await reporting.withdraw(await lookup.find(args.job), call.person)
        if withdrawn is not None and await _may_reply(call, rate_limiter):
            await call.whisper(_TAKEN_BACK if withdrawn else _TOO_LATE)

    return Command("unflag", "Take a report back", JobArgs, run, is_typed=False)


def unreport(reporting: Reporting, lookup: PictureLookup) -> Command[JobArgs]:
    """Build the Take it back button."""

    async def run(call: Call, args: JobArgs) -> None:
        withdrawn = await reporting.withdraw(await lookup.find(args.job), call.person)
        if withdrawn is None:
            raise BadInput("You have no report of that picture that could be taken back; nothing was changed.")
        await call.whisper(_TAKEN_BACK if withdrawn else _TOO_LATE)

    return Command("unreport", "Take a report back", JobArgs, run, is_typed=False)


@dataclass(frozen=True, slots=True)
class ReasonArgs:
    """What a button with a reason carries: `<what was reported>:<reason>`."""

    report: Annotated[str, Text("The report, and the reason", longest=100)]


def report_reason(reporting: Reporting, lookup: PictureLookup) -> Command[ReasonArgs]:
    """Build the buttons that give a report's reason."""
    reasons = Choice("What is wrong with it", ReportReason)

    async def run(call: Call, args: ReasonArgs) -> None:
        id_, _, reason = args.report.rpartition(":")
        found = await lookup.find(id_)
        await reporting.give_reason(found, call.person, ReportReason(reasons.parse("reason", reason)))
        await call.whisper(Post("Thank you, that helps: it stands beside your report now."))

    return Command("report_reason", "Say what is wrong with a reported picture", ReasonArgs, run, is_typed=False)


_TAKEN_BACK = Post("Your report is taken back, and counts for nothing.")
_TOO_LATE = Post(
    f"Your report stays: it could be taken back for {duration_text(WITHDRAWAL_TIME)}, or until somebody decided about it. "
    "Nothing was changed."
)


def _thanks(id_: str, *, has_reason: bool) -> Post:
    ask = "" if has_reason else " What is wrong with the picture? You need not say."
    reasons = () if has_reason else tuple(Button(label, "report_reason", f"{id_}:{one}") for one, label in REASON_LABELS.items())
    return Post(
        f"Thank you: the moderators are told, and nobody in the channel sees it.{ask}",
        buttons=(*reasons, Button("Take it back", "unreport", id_)),
    )


async def _may_reply(call: Call, rate_limiter: RateLimiter) -> bool:
    place = call.place
    return not await rate_limiter.try_acquire(f"report-replies:{place.platform}:{place.tenant}", _MOST_REPLIES)
