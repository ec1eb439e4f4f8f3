"""Asks whether anybody can have a picture sent to them alone."""

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.mail import mail
from bot.domain.jobs import Job
from bot.errors import MessageGone
from tests.fakes.bench import FAULT, Bench
from tests.fakes.owners import nobody
from tests.fakes.surfaces import person
from tests.unit.commands.hands import Hands


@pytest.fixture
def hands(bench: Bench) -> Hands:
    """Return hands that find this button."""
    return Hands(bench, Dispatcher((mail(bench.studio, bench.gallery, bench.copies),), lambda: FAULT, nobody))


@pytest.fixture
async def foxes(bench: Bench) -> Job:
    """Return a job of ann's with two pictures."""
    return await bench.draw(count=2, user="ann")


async def test_pictures_are_sent_to_whoever_asks_for_them_alone(bench: Bench, hands: Hands, foxes: Job) -> None:
    """Whosever they are."""
    assert await hands.press("mail", foxes, user="bob") == []
    message, post = bench.surface.updated[-1]
    assert message.place == await bench.surface.direct(person("bob").identity)
    assert post.pictures == bench.message(foxes).pictures
    assert await bench.sent_messages.of_job(foxes.id) == (message,)


async def test_somebody_who_takes_no_messages_is_told_so(bench: Bench, hands: Hands, foxes: Job) -> None:
    """In the one way that is left."""
    bench.surface.failures.fail_always("direct", MessageGone("loom", "blocked"))
    [whisper] = await hands.press("mail", foxes, user="bob")
    assert whisper.kind == "message_gone"


async def test_pictures_that_are_deleted_cannot_be_sent(bench: Bench, hands: Hands, foxes: Job) -> None:
    """Nobody can see them."""
    await bench.gallery.delete(foxes.id)
    [whisper] = await hands.press("mail", foxes, user="bob")
    assert whisper.text == "There is no picture to send any more."
