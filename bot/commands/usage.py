"""`/usage`: what was drawn here and what it cost, as a picture, in words, and as a table."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from bot.commands.formatting import one_line
from bot.commands.spec import Command, CommandAudience
from bot.domain.chat import Attachment, Details, Post, rich_post
from bot.domain.money import dollars
from bot.domain.options import Number, PersonRef
from bot.domain.people import AccountId, Identity, Mention
from bot.domain.rich_text import RichText, TextPart
from bot.ports.plots import Plots, UsageShare, UsageSummary
from bot.ports.statistics import Statistics
from bot.ports.surfaces import Call
from bot.services.person_lookup import PersonLookup
from bot.services.quotas import Quotas
from bot.services.usage_reports import UsageReport, UsageReports
from bot.text import pluralize, truncate

_MOST_DAYS = 90
_LONGEST_NAME = 40
_NAMED_IN_ALT = 5
"""How many people and models are named to those who cannot see the picture."""


@dataclass(frozen=True, slots=True)
class UsageArgs:
    """What `/usage` takes."""

    days: Annotated[int, Number("How many days, today being the last", least=1, most=_MOST_DAYS)] = 30
    person: Annotated[Mention | None, PersonRef("One person's alone")] = None


def usage(statistics: Statistics, plots: Plots, people: PersonLookup, quotas: Quotas) -> Command[UsageArgs]:
    """Build `/usage`."""
    reports = UsageReports(statistics, people, quotas)

    async def run(call: Call, args: UsageArgs) -> None:
        whom = None if args.person is None else await people.find_known(args.person, call.person)
        report = await reports.read(call.person, call.place, args.days, None if whom is None else whom.account)
        if report.is_empty:
            whose = (" for ", whom.identity) if whom else ()
            await call.whisper(rich_post(RichText.of(f"{_period(report.first, report.last)}: nothing was drawn", *whose, ".")))
            return
        summary = _short_name(report)
        await call.whisper(_report(summary, report.owners, await plots.usage(summary), await report.to_csv()))

    return Command(
        "usage",
        "See what was drawn here and what it cost: by day, by person, by model",
        UsageArgs,
        run,
        example="/usage --days 7",
        audience=CommandAudience.ADMINS,
    )


def _short_name(report: UsageReport) -> UsageSummary:
    """Return the summary with the person's name on one line, or their id where nothing is left of the name."""
    whose, ids = report.summary.whose, [str(owner) for owner in report.owners.values()]
    return report.summary if not whose or whose in ids else replace(report.summary, whose=_short(whose) or ids[0])


def _report(summary: UsageSummary, owners: Mapping[AccountId, Identity | str], picture: bytes, table: bytes) -> Post:
    """Return the totals, and their people and models, in the order of the picture."""
    name = f"usage-{summary.days[0].day}-{summary.days[-1].day}"
    people = [_line(number, share, owners.get(AccountId(share.key), "")) for number, share in enumerate(summary.people, 1)]
    models = [_line(number, share, "") for number, share in enumerate(summary.models, 1)]
    estimated = f"{dollars(summary.estimated)} of that is an estimate. " if summary.estimated else ""
    totals = RichText.of(_totals_text(summary, owners), f" {estimated}The table has every day, person and model.")
    return Post(
        totals.text,
        references=totals.references,
        details=(Details.of("People", RichText.join("\n", people)), Details.of("Models", RichText.join("\n", models))),
        attachments=(
            Attachment(f"{name}.png", "image/png", picture, _alt_text(summary, owners)),
            Attachment(f"{name}.csv", "text/csv", table),
        ),
    )


def _totals_text(summary: UsageSummary, owners: Mapping[AccountId, Identity | str]) -> RichText:
    """Return the totals in one sentence."""
    name = summary.whose or pluralize(summary.head_count, "person", "people")
    period = _period(summary.days[0].day, summary.days[-1].day)
    cost = dollars(summary.microusd, is_estimate=summary.estimated > 0)
    who = next((owner for owner in owners.values() if str(owner) == name), name)
    return RichText.of(f"{period}: {pluralize(summary.pictures, 'picture')} by ", who, f", for {cost}.")


def _alt_text(summary: UsageSummary, owners: Mapping[AccountId, Identity | str]) -> str:
    """Return what the picture shows, for people who cannot see it."""
    busiest = max(summary.days, key=lambda day: sum(day.pictures))
    shares = {"People": summary.people, "Models": summary.models}
    named = [f"{title}: {', '.join(map(_share_text, found[:_NAMED_IN_ALT]))}." for title, found in shares.items()]
    most = f"Most on {_day(busiest.day)}, {pluralize(sum(busiest.pictures), 'picture')}." if summary.pictures else ""
    return " ".join(part for part in ("Bars by day, person and model.", _totals_text(summary, owners).text, most, *named) if part)


def _line(number: int, share: UsageShare, owner: Identity | str) -> RichText:
    """Return whose share it is: by their name and their id, which admins type, and by the id alone where they have no name."""
    whom: TextPart = f"{_short(share.name)} ({owner})" if owner else _short(share.name)
    cost = dollars(share.microusd, is_estimate=share.estimated > 0)
    named = owner if str(owner) == share.name else whom
    return RichText.of(f"{number}. ", named, f": {pluralize(share.pictures, 'picture')}, {cost}")


def _share_text(share: UsageShare) -> str:
    return f"{_short(share.name)} {share.pictures:,}"


def _short(name: str) -> str:
    return truncate(one_line(name), _LONGEST_NAME)


def _period(first: date, last: date) -> str:
    return _day(last) if first == last else f"{_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
