"""Asks whether progress is throttled, newest only, never after the end, and never anybody's downfall."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.chat import MessageRef, Post
from bot.errors import MessageGone, SurfaceFailed
from bot.services.progress import ProgressReport
from tests.fakes.surfaces import SQUARE, RecordingSurface
from tests.fakes.waiting import quiet, until

MESSAGE = MessageRef(SQUARE, "message-1")


async def known() -> MessageRef | None:
    """Find the message at once."""
    return MESSAGE


async def nothing() -> MessageRef | None:
    """Find that there is no message."""
    return None


@pytest.fixture
def surface() -> RecordingSurface:
    """Return a platform that lets a message be changed once in three seconds."""
    return RecordingSurface(update_every=timedelta(seconds=3))


def said(surface: RecordingSurface) -> list[str]:
    """Return what the message said, in order."""
    return [post.text for post in surface.said]


async def test_what_is_said_is_shown(surface: RecordingSurface) -> None:
    """Soon."""
    async with ProgressReport(surface, known) as report:
        report.say(Post("one"))
        await until(lambda: said(surface) == ["one"])
    assert surface.updated == [(MESSAGE, Post("one"))]


async def test_only_the_newest_is_shown_and_not_too_often(surface: RecordingSurface) -> None:
    """What came in between is old news."""
    async with ProgressReport(surface, known) as report:
        for second in range(10):
            report.say(Post(f"{second} s"))
            await asyncio.sleep(1)
    assert said(surface) == ["0 s", "3 s", "6 s", "9 s"]


async def test_nothing_is_shown_after_the_end(surface: RecordingSurface) -> None:
    """Neither what waited for its turn nor what comes later."""
    async with ProgressReport(surface, known) as report:
        report.say(Post("one"))
        await until(lambda: said(surface) == ["one"])
        report.say(Post("two"))
    report.say(Post("three"))
    await asyncio.sleep(60)
    assert said(surface) == ["one"]


async def test_what_is_said_in_the_last_moment_is_not_shown(surface: RecordingSurface) -> None:
    """The end itself is about to be."""
    async with ProgressReport(surface, known) as report:
        await quiet()
        report.say(Post("one"))
    assert surface.begun == 0


async def test_the_end_waits_for_what_is_under_way(surface: RecordingSurface) -> None:
    """So that it cannot overwrite what comes after."""
    surface.hold_updates()
    report = ProgressReport(surface, known)
    async with report:
        report.say(Post("one"))
        await until(lambda: surface.under_way == 1)
        asyncio.get_running_loop().call_later(5, surface.let_updates_go)
    assert surface.under_way == 0
    assert said(surface) == ["one"]


async def test_the_end_does_not_wait_for_ever(surface: RecordingSurface) -> None:
    """After ten seconds an update is given up."""
    surface.hold_updates()
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with ProgressReport(surface, known) as report:
        report.say(Post("one"))
        await until(lambda: surface.under_way == 1)
    assert loop.time() - began == pytest.approx(10, abs=0.1)
    assert (surface.under_way, said(surface)) == (0, [])


async def test_the_end_does_not_wait_for_the_pause_to_be_over(surface: RecordingSurface) -> None:
    """Whoever is done shows it at once."""
    loop = asyncio.get_running_loop()
    async with ProgressReport(surface, known) as report:
        report.say(Post("one"))
        await until(lambda: said(surface) == ["one"])
        began = loop.time()
    assert loop.time() - began < 0.1


@pytest.mark.parametrize(
    "error", [SurfaceFailed("loom", "429"), MessageGone("loom", "404"), RuntimeError("a broken rendering")], ids=repr
)
async def test_an_update_that_fails_is_dropped(surface: RecordingSurface, error: Exception) -> None:
    """The next one comes, and whoever works hears nothing of it."""
    surface.failures.fail_next("update", error)
    async with ProgressReport(surface, known) as report:
        report.say(Post("one"))
        await until(lambda: surface.begun == 1)
        report.say(Post("two"))
        await until(lambda: said(surface) == ["two"])


async def test_an_update_that_hangs_is_dropped(surface: RecordingSurface) -> None:
    """The next one comes."""
    surface.hold_updates(1)
    async with ProgressReport(surface, known) as report:
        report.say(Post("one"))
        await until(lambda: surface.begun == 1)
        report.say(Post("two"))
        await until(lambda: said(surface) == ["two"])


async def test_without_a_message_it_keeps_quiet(surface: RecordingSurface) -> None:
    """And so it does without a platform."""
    for report in (ProgressReport(surface, nothing), ProgressReport(None, known)):
        async with report:
            report.say(Post("one"))
            await asyncio.sleep(10)
    assert surface.updated == []


async def test_what_breaks_inside_comes_out(surface: RecordingSurface) -> None:
    """Nothing goes on behind its back."""

    async def break_inside() -> None:
        async with ProgressReport(surface, known) as report:
            report.say(Post("one"))
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        await break_inside()
    await asyncio.sleep(10)
    assert surface.updated == []


async def test_a_report_of_nothing_ends_at_once(surface: RecordingSurface) -> None:
    """Nobody waits for news that never come."""
    async with ProgressReport(surface, known):
        await asyncio.sleep(1)
    assert surface.updated == []


async def test_what_was_said_before_the_message_was_there_is_shown_once_it_is(surface: RecordingSurface) -> None:
    """The newest of it."""
    found: asyncio.Future[MessageRef | None] = asyncio.Future()
    async with ProgressReport(surface, lambda: found) as report:
        report.say(Post("one"))
        report.say(Post("two"))
        await quiet()
        assert said(surface) == []
        found.set_result(MESSAGE)
        await until(lambda: said(surface) == ["two"])


async def test_a_message_that_is_not_there_by_the_end_holds_nobody_up(surface: RecordingSurface) -> None:
    """It is looked for no longer; nor is it where it cannot be looked for."""
    found: asyncio.Future[MessageRef | None] = asyncio.Future()
    async with ProgressReport(surface, lambda: found) as report:
        report.say(Post("one"))
        await quiet()

    async def broken() -> MessageRef | None:
        raise SurfaceFailed("loom", "500")

    async with ProgressReport(surface, broken) as report:
        report.say(Post("one"))
        await quiet()
    assert said(surface) == []
