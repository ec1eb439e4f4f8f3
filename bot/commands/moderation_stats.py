"""`/moderation stats`: what moderators did here, as a picture, in words, and as a table."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated

from bot.commands.formatting import one_line
from bot.commands.spec import Command, CommandAudience
from bot.domain.chat import Attachment, Details, Post
from bot.domain.options import Number
from bot.ports.moderation_log import ModerationLog
from bot.ports.plots import ModerationCount, ModerationSummary, Plots
from bot.ports.surfaces import Call
from bot.services.moderation_stats import moderation_csv, read_log, summarize_log
from bot.services.quotas import Quotas
from bot.text import duration_text, pluralize, truncate

_MOST_DAYS = 90
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class ModerationStatsArgs:
    """What `/moderation stats` takes."""

    days: Annotated[int, Number("How many days, today being the last", least=1, most=_MOST_DAYS)] = 30


def moderation_stats(moderation_log: ModerationLog, plots: Plots, quotas: Quotas) -> Command[ModerationStatsArgs]:
    """Build `/moderation stats`."""

    async def run(call: Call, args: ModerationStatsArgs) -> None:
        effective_limits = await quotas.effective_limits(call.person, call.place)
        zone, last = effective_limits.of_community.settings.zone, effective_limits.allowance.day
        first = last - timedelta(days=args.days - 1)
        since = datetime.combine(first, time(), zone)
        entries = await read_log(moderation_log, effective_limits.community, since)
        if not entries:
            await call.whisper(Post(f"{_period(first, last)}: nothing had to be moderated here."))
            return
        # A busy place has a hundred thousand lines in a season: all that goes through them leaves the loop.
        summary = await asyncio.to_thread(summarize_log, entries, first, last, zone)
        table = await asyncio.to_thread(moderation_csv, entries, zone)
        await call.whisper(_report(summary, await plots.moderation(summary), table))

    return Command(
        "moderation stats",
        "See what was reported, decided and done here: by day, by kind, by moderator",
        ModerationStatsArgs,
        run,
        example="/moderation stats --days 7",
        audience=CommandAudience.MODERATORS,
    )


def _report(summary: ModerationSummary, picture: bytes, table: bytes) -> Post:
    """Return the totals, and their kinds and people, in the order of the picture."""
    first, last = summary.days[0], summary.days[-1]
    name, totals = f"moderation-{first}-{last}", _totals(summary)
    alt = f"Bars by day, kind and moderator. {totals} {_list(summary.actions, ', ')}."
    people = _list(summary.moderators, "\n")
    return Post(
        f"{totals} The table has every day, kind and moderator.",
        details=(Details("Kinds", _list(summary.actions, "\n")), *([Details("Moderators", people)] if people else [])),
        attachments=(Attachment(f"{name}.png", "image/png", picture, alt), Attachment(f"{name}.csv", "text/csv", table)),
    )


def _totals(summary: ModerationSummary) -> str:
    took = f", and half of the decisions came within {duration_text(summary.decision_time)}" if summary.decision_time else ""
    return f"{_period(summary.days[0], summary.days[-1])}: {pluralize(summary.total, 'entry', 'entries')} in the log{took}."


def _list(counts: tuple[ModerationCount, ...], between: str) -> str:
    return between.join(f"{truncate(one_line(one.name), _LONGEST_NAME)}: {one.count:,}" for one in counts)


def _period(first: date, last: date) -> str:
    return _day(last) if first == last else f"{_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
