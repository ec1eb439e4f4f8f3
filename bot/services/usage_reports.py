"""What was drawn at a place in a period and what it cost, with who it was by name: for `/usage`, and for its page."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.domain.chat import Place
from bot.domain.people import AccountId, Identity, Person
from bot.ports.plots import UsageSummary
from bot.ports.statistics import Statistics, UsageLine
from bot.services.person_lookup import PersonLookup
from bot.services.quotas import Quotas
from bot.services.usage import summarize_usage, usage_csv


@dataclass(frozen=True, slots=True)
class UsageReport:
    """A period, both its ends included. `owners` say what admins call people by; of one person, `whose` is the name."""

    first: date
    last: date
    summary: UsageSummary
    owners: Mapping[AccountId, Identity | str]
    lines: tuple[UsageLine, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.lines

    async def to_csv(self) -> bytes:
        """Return all of it as a table."""
        return await asyncio.to_thread(usage_csv, self.lines, _ids(self.owners))


class UsageReports:
    """Reads reports. The caller has checked that the reader is in charge of the place."""

    def __init__(self, statistics: Statistics, people: PersonLookup, quotas: Quotas) -> None:
        self._statistics = statistics
        self._people = people
        self._quotas = quotas

    async def read(self, by: Person, place: Place, days: int, whom: AccountId | None = None) -> UsageReport:
        """Return the report of the last days at a place, up to today; of one account, where it is given.

        Raises:
            StorageFailed: The records cannot be read now.
        """
        limits = await self._quotas.prospective_limits(by, place)
        last = limits.allowance.day
        first = last - timedelta(days=days - 1)
        found = await self._statistics.usage(limits.community, first, last)
        # A busy place has a hundred thousand lines in a season: all that goes through them leaves the loop.
        lines, accounts = await asyncio.to_thread(_select_lines, found, whom)
        owners = {account: await self._people.name(account, by.identity) for account in accounts}
        named = await asyncio.to_thread(_name_lines, lines, _ids(owners))
        whose = named[-1].name if whom is not None and named else ""
        summary = await asyncio.to_thread(summarize_usage, named, first, last, whose=whose)
        return UsageReport(first, last, summary, owners, named)


def _ids(owners: Mapping[AccountId, Identity | str]) -> dict[AccountId, str]:
    return {account: str(owner) for account, owner in owners.items()}


def _select_lines(lines: Iterable[UsageLine], account: AccountId | None) -> tuple[list[UsageLine], set[AccountId]]:
    """Return the lines of the account, or all of them where none is given, and whose they are."""
    selected = [line for line in lines if account is None or line.account == account]
    return selected, {line.account for line in selected}


def _name_lines(lines: Iterable[UsageLine], ids: Mapping[AccountId, str]) -> tuple[UsageLine, ...]:
    """Return the lines with an id in place of the names that nobody ever told."""
    return tuple([line if line.name else replace(line, name=ids[line.account]) for line in lines])
