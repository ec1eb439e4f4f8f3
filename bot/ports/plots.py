"""Charts of usage."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageShare:
    """What one person, one model, or all the others together have of the whole.

    `name` is as people typed it; `key` is the account's id or the model's name.
    Of the `microusd`, `estimated` are an estimate.
    """

    key: str
    name: str
    pictures: int
    microusd: int
    estimated: int = 0
    is_rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyUsage:
    """One day: whole pictures by model, in the order of `UsageSummary.models`, and micro-dollars, some of them `estimated`."""

    day: date
    pictures: tuple[int, ...]
    microusd: int
    estimated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSummary:
    """What was drawn in a period, for people to look at.

    `days` has every day of it, with or without pictures. `people` and
    `models` begin with who drew most, and end with all the others as one
    where there are too many. `whose` is a name where it is about one person.
    """

    days: tuple[DailyUsage, ...]
    people: tuple[UsageShare, ...]
    models: tuple[UsageShare, ...]
    head_count: int
    whose: str = ""

    @property
    def pictures(self) -> int:
        """Return all pictures."""
        return sum(model.pictures for model in self.models)

    @property
    def microusd(self) -> int:
        """Return all micro-dollars."""
        return sum(day.microusd for day in self.days)

    @property
    def estimated(self) -> int:
        """Return the micro-dollars that are an estimate."""
        return sum(day.estimated for day in self.days)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was drawn, and nothing paid for."""
        return not self.pictures and not self.microusd


@dataclass(frozen=True, slots=True)
class ModerationCount:
    """How many entries of the moderation log are of one kind or by one person; `is_rest` is for all the others as one."""

    name: str
    count: int
    is_rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerationSummary:
    """What was moderated in a period. `by_day` has the counts of each of the `days`, in the order of `actions`.

    `decision_time` is the median from a case's opening to its decision, if any was decided.
    """

    days: tuple[date, ...]
    by_day: tuple[tuple[int, ...], ...]
    actions: tuple[ModerationCount, ...]
    moderators: tuple[ModerationCount, ...]
    decision_time: timedelta | None = None

    @property
    def total(self) -> int:
        """Return the number of all entries."""
        return sum(action.count for action in self.actions)


class Plots(Protocol):
    """Draws charts. Takes a second or two, and never blocks the loop."""

    async def usage(self, summary: UsageSummary) -> bytes:
        """Return a PNG of the usage. Any names will do, as many days and people as there are, and an empty summary."""
        ...

    async def moderation(self, summary: ModerationSummary) -> bytes:
        """Return a PNG of the moderation, likewise."""
        ...
