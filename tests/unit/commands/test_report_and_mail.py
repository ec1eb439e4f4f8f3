"""Asks whether anybody can report a picture in private, and have it sent to them alone."""

import pytest
from structlog.testing import capture_logs

from bot.commands.dispatcher import Dispatcher
from bot.commands.report_and_mail import mail, report
from bot.domain.jobs import Job
from bot.errors import MessageGone
from tests.fakes.bench import FAULT, Bench
from tests.fakes.owners import nobody
from tests.fakes.reports import MemoryReports
from tests.fakes.surfaces import person
from tests.unit.commands.hands import Hands


@pytest.fixture
def reports() -> MemoryReports:
    """Return the book of reports."""
    return MemoryReports()


@pytest.fixture
def hands(bench: Bench, reports: MemoryReports) -> Hands:
    """Return hands that find these two buttons."""
    buttons = (report(bench.studio, bench.gallery, reports), mail(bench.studio, bench.gallery, bench.delivery))
    return Hands(bench, Dispatcher(buttons, lambda: FAULT, nobody))


@pytest.fixture
async def foxes(bench: Bench) -> Job:
    """Return a job of ann's with two pictures."""
    return await bench.draw(count=2, user="ann")


async def test_a_report_is_written_down_and_thanked_for_in_private(
    bench: Bench, hands: Hands, reports: MemoryReports, foxes: Job
) -> None:
    """All pictures of the job, with who reported them; the channel sees nothing."""
    said = len(bench.surface.posted), len(bench.surface.updated)
    [whisper] = await hands.press("report", foxes, user="bob")
    assert "noted for whoever runs this bot" in whisper.text
    bob = await bench.studio.account(person("bob"))
    for picture in await bench.pictures.of_job(foxes.id):
        assert await reports.of(picture.id) == (bob.id,)
    assert (len(bench.surface.posted), len(bench.surface.updated)) == said


async def test_the_same_report_twice_is_thanked_for_and_written_down_once(
    bench: Bench, hands: Hands, reports: MemoryReports, foxes: Job
) -> None:
    """In the book and in the log."""
    with capture_logs() as logs:
        for user in ("bob", "bob", "cat"):
            assert len(await hands.press("report", foxes, user=user)) == 1
    assert [entry["event"] for entry in logs] == ["picture.reported"] * 4
    for picture in await bench.pictures.of_job(foxes.id):
        assert len(await reports.of(picture.id)) == 2


async def test_pictures_are_sent_to_whoever_asks_for_them_alone(bench: Bench, hands: Hands, foxes: Job) -> None:
    """Whosever they are."""
    assert await hands.press("mail", foxes, user="bob") == []
    place, post, _ = bench.surface.posted[-1]
    assert place == await bench.surface.direct(person("bob").identity)
    assert post.pictures == bench.message(foxes).pictures


async def test_somebody_who_takes_no_messages_is_told_so(bench: Bench, hands: Hands, foxes: Job) -> None:
    """In the one way that is left."""
    bench.surface.failures.fail_always("direct", MessageGone("loom", "blocked"))
    [whisper] = await hands.press("mail", foxes, user="bob")
    assert whisper.kind == "message_gone"


@pytest.mark.parametrize(
    ("command", "says"),
    [("report", "There is no picture to report any more."), ("mail", "There is no picture to send any more.")],
)
async def test_pictures_that_are_deleted_can_neither_be_reported_nor_sent(
    bench: Bench, hands: Hands, foxes: Job, command: str, says: str
) -> None:
    """Nobody can see them."""
    await bench.gallery.delete(foxes.id)
    [whisper] = await hands.press(command, foxes, user="bob")
    assert whisper.text == says
