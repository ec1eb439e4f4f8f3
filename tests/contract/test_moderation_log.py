"""Asks of every implementation of `ModerationLog`: is each line there once, and found by those who look for it?"""

from bot.domain.cases import CaseId
from bot.domain.jobs import JobId
from bot.domain.moderation_log import ModerationAction, NewLogEntry
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.domain.pictures import PictureId
from bot.domain.rules import Actor
from bot.ports.moderation_log import ModerationLog
from tests.fakes.clock import NOON

MOD = Actor(AccountId("mod"), "Mo")
ANN = AccountId("ann")


def a_line(detail: str = "", **changes: object) -> NewLogEntry:
    """Return a line that tells of a warning."""
    return NewLogEntry(**({"community": HOUSE, "action": ModerationAction.WARNED, "detail": detail} | changes))  # type: ignore[arg-type]  # as the fields are declared


async def test_a_line_is_read_as_it_was_written(moderation_log: ModerationLog) -> None:
    """With the moment, which nobody hands in."""
    line = a_line(
        "twice",
        by=MOD,
        subject=ANN,
        picture=PictureId("fox.0"),
        job=JobId("fox"),
        case=CaseId("c"),
        key="once",
    )
    assert await moderation_log.append(line)
    [read] = await moderation_log.page(HOUSE, most=5)
    assert read.at == NOON
    assert {name: getattr(read, name) for name in NewLogEntry.__slots__} == {
        name: getattr(line, name) for name in NewLogEntry.__slots__
    }


async def test_a_step_that_is_done_again_is_one_line(moderation_log: ModerationLog) -> None:
    """By its key; lines without one are each their own."""
    assert await moderation_log.append(a_line("first", key="ban of ann"))
    assert not await moderation_log.append(a_line("again", key="ban of ann"))
    assert await moderation_log.append(a_line("third"))
    assert await moderation_log.append(a_line("fourth"))
    assert [line.detail for line in await moderation_log.page(HOUSE, most=5)] == ["fourth", "third", "first"]


async def test_pages_go_backwards_without_a_gap(moderation_log: ModerationLog) -> None:
    """Each community has its own."""
    for number in range(5):
        await moderation_log.append(a_line(str(number)))
        await moderation_log.append(a_line("elsewhere", community=CommunityId("discord:1")))
    first = await moderation_log.page(HOUSE, most=3)
    second = await moderation_log.page(HOUSE, most=3, before=first[-1].position)
    assert [line.detail for line in (*first, *second)] == ["4", "3", "2", "1", "0"]


async def test_what_is_about_somebody_is_found(moderation_log: ModerationLog) -> None:
    """The newest first."""
    await moderation_log.append(a_line("old", subject=ANN))
    await moderation_log.append(a_line("other", subject=AccountId("bob")))
    await moderation_log.append(a_line("new", subject=ANN))
    assert [line.detail for line in await moderation_log.about(HOUSE, ANN, most=5)] == ["new", "old"]
    assert [line.detail for line in await moderation_log.about(HOUSE, ANN, most=1)] == ["new"]


async def test_a_cases_story_is_told_in_its_order(moderation_log: ModerationLog) -> None:
    """And nothing of other cases."""
    await moderation_log.append(a_line("one", case=CaseId("c")))
    await moderation_log.append(a_line("other", case=CaseId("d")))
    await moderation_log.append(a_line("two", case=CaseId("c")))
    assert [line.detail for line in await moderation_log.of_case(CaseId("c"))] == ["one", "two"]
