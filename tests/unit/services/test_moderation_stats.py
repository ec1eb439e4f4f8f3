"""Asks whether the sums of the moderation log are those of its lines."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.domain.cases import CaseId
from bot.domain.moderation_log import LogEntry, ModerationAction
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.domain.rules import Actor
from bot.services.moderation_stats import moderation_csv, read_log, summarize_log
from tests.fakes.clock import NOON

ADA, BEA = Actor(AccountId("ada"), "Ada"), Actor(AccountId("bea"), "=cmd")
TODAY = NOON.date()
UTC = ZoneInfo("UTC")
HOUR = timedelta(hours=1)


def an_entry(position: int, action: ModerationAction, **changes: object) -> LogEntry:
    """Return a line, the higher the later."""
    entry = LogEntry(community=HOUSE, action=action, position=position, at=NOON + position * HOUR)
    return replace(entry, **changes)  # type: ignore[arg-type]  # by name


class PagedLog:
    """A log of so many lines, all of one hour."""

    def __init__(self, count: int) -> None:
        self.lines = [an_entry(number, ModerationAction.REPORTED, at=NOON + number * HOUR) for number in range(count)]

    async def page(self, community: CommunityId, *, most: int, before: int | None = None) -> tuple[LogEntry, ...]:
        """Read backwards."""
        assert community == HOUSE
        found = [entry for entry in self.lines if before is None or entry.position < before]
        return tuple(found[::-1][:most])


async def test_the_log_is_read_back_to_a_moment() -> None:
    """However long it is."""
    log = PagedLog(2500)
    assert len(await read_log(log, HOUSE, NOON)) == 2500  # type: ignore[arg-type]  # nothing else is asked of it
    assert len(await read_log(log, HOUSE, NOON + 2400 * HOUR)) == 100  # type: ignore[arg-type]  # see above
    assert await read_log(PagedLog(0), HOUSE, NOON) == ()  # type: ignore[arg-type]  # see above


def test_what_was_done_is_added_up_by_day_kind_and_person() -> None:
    """With the days on which nothing was, and how long half of the decisions took at most."""
    case, other = CaseId("1"), CaseId("2")
    lines = [
        an_entry(0, ModerationAction.OPENED, case=case),
        an_entry(1, ModerationAction.OPENED, case=other),
        an_entry(2, ModerationAction.DECIDED, case=case, by=ADA),
        an_entry(3, ModerationAction.DECIDED, case=case, by=BEA),
        an_entry(30, ModerationAction.DECIDED, case=CaseId("older"), by=ADA),
    ]
    found = summarize_log(lines[::-1], TODAY - timedelta(days=1), TODAY + timedelta(days=1), UTC)
    assert found.days == tuple(TODAY + timedelta(days=number) for number in (-1, 0, 1))
    assert found.by_day == ((0, 0), (2, 2), (1, 0))
    assert [(one.name, one.count) for one in found.actions] == [("decided", 3), ("opened", 2)]
    assert [(one.name, one.count) for one in found.moderators] == [("Ada", 2), ("=cmd", 1)]
    assert (found.decision_time, found.total) == (2 * HOUR, 5)


def test_days_end_where_the_community_lives() -> None:
    """At their own midnight."""
    found = summarize_log([an_entry(10, ModerationAction.BANNED)], TODAY, TODAY + timedelta(days=1), ZoneInfo("Asia/Tokyo"))
    assert found.by_day == ((0,), (1,))
    assert found.decision_time is None


def test_many_kinds_and_people_are_taken_together() -> None:
    """The first ones are named."""
    lines = [
        an_entry(0, action, by=Actor(AccountId(f"id-{number}"), f"Person {number:02}"))
        for number, action in enumerate(ModerationAction)
    ]
    found = summarize_log(lines, TODAY, TODAY, UTC)
    assert len(found.actions) == 6
    assert found.actions[-1].is_rest
    assert found.actions[-1].name == f"{len(lines) - 5} other kinds"
    assert found.moderators[-1].name == f"{len(lines) - 10} other people"
    assert sum(found.by_day[0]) == found.total == len(lines)


def test_the_table_has_every_line_and_runs_nothing() -> None:
    """Where nobody is named, easel did it."""
    lines = [
        an_entry(0, ModerationAction.HIDDEN),
        an_entry(1, ModerationAction.BANNED, by=BEA),
        an_entry(2, ModerationAction.BANNED, by=BEA),
        an_entry(3, ModerationAction.WARNED, by=Actor(AccountId("id"), "")),
    ]
    day = date(2026, 3, 14)
    assert moderation_csv(lines, UTC).decode("utf-8-sig").splitlines() == [
        "day,action,by,count",
        f"{day},banned,'=cmd,2",
        f"{day},hidden,easel itself,1",
        f"{day},warned,id,1",
    ]
