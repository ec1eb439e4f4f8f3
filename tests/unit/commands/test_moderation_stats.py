"""Asks what moderators read of what they had to do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.moderation_stats import moderation_stats
from bot.domain.cases import CaseId
from bot.domain.chat import Post
from bot.domain.moderation_log import LogEntry, ModerationAction
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.domain.rules import Actor
from tests.fakes.bench import FAULT, Bench
from tests.fakes.clock import NOON
from tests.fakes.plots import GreyPlots
from tests.fakes.surfaces import FakeCall, person


class LogLines:
    """A log of a few lines."""

    def __init__(self) -> None:
        self.entries: list[LogEntry] = []

    def add(self, action: ModerationAction, hours_ago: float, by: str = "", case: str = "") -> None:
        """Put one in front of the others."""
        self.entries.insert(
            0,
            LogEntry(
                community=HOUSE,
                action=action,
                by=Actor(AccountId(by), by) if by else None,
                case=CaseId(case) if case else None,
                position=len(self.entries),
                at=NOON - timedelta(hours=hours_ago),
            ),
        )

    async def page(self, community: CommunityId, *, most: int, before: int | None = None) -> tuple[LogEntry, ...]:
        """Return them."""
        return tuple(self.entries[:most])


class ModerationStatsSetup:
    """The command over a bench."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.lines = LogLines()
        self.plots = GreyPlots()

        async def is_owner(_: object) -> bool:
            return False

        command = moderation_stats(self.lines, self.plots, self.bench.quotas)  # type: ignore[arg-type]  # only pages are read
        self.dispatcher = Dispatcher((command,), lambda: FAULT, is_owner=is_owner)

    async def type(self, line: str, *, is_moderator: bool = True) -> Post:
        """Type it and read the answer."""
        call = FakeCall(self.bench.surface, by=replace(person(), is_moderator=is_moderator))
        await self.dispatcher.dispatch_line(line, call)
        [post] = call.whispers
        return post


@pytest.fixture
def stage() -> ModerationStatsSetup:
    """Set it up."""
    return ModerationStatsSetup()


async def test_a_picture_and_a_table_say_what_was_done(stage: ModerationStatsSetup) -> None:
    """And a sentence, for who sees neither."""
    stage.lines.add(ModerationAction.OPENED, 3, case="1")
    stage.lines.add(ModerationAction.DECIDED, 1, by="Ada", case="1")
    post = await stage.type("/moderation stats --days 7")
    assert post.text.startswith("8 March 2026 to 14 March 2026: 2 entries in the log, and half of the decisions came within 2 h")
    assert [(one.title, one.text) for one in post.details] == [("Kinds", "decided: 1\nopened: 1"), ("Moderators", "Ada: 1")]
    picture, table = post.attachments
    assert (picture.name, table.name) == ("moderation-2026-03-08-2026-03-14.png", "moderation-2026-03-08-2026-03-14.csv")
    assert "Bars by day, kind and moderator." in picture.alt
    assert b"2026-03-14,decided,Ada,1" in table.content
    [summary] = stage.plots.asked_moderation
    assert len(summary.days) == 7


async def test_what_easel_did_by_itself_names_nobody(stage: ModerationStatsSetup) -> None:
    """On one day."""
    stage.lines.add(ModerationAction.HIDDEN, 1)
    post = await stage.type("/moderation stats --days 1")
    assert post.text.startswith("14 March 2026: 1 entry in the log. The table")
    assert [one.title for one in post.details] == ["Kinds"]


async def test_where_there_was_nothing_to_do_that_is_said(stage: ModerationStatsSetup) -> None:
    """Older lines do not count."""
    stage.lines.add(ModerationAction.BANNED, 24 * 40)
    assert (await stage.type("/moderation stats")).text == (
        "13 February 2026 to 14 March 2026: nothing had to be moderated here."
    )


async def test_it_is_for_moderators(stage: ModerationStatsSetup) -> None:
    """Nobody else reads who moderates what."""
    assert "moderators" in (await stage.type("/moderation stats", is_moderator=False)).text
