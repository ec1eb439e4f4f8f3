"""Asks whether several pictures become one, and what is said where they are too few or too many."""

import pytest

from bot.commands.blend import blend
from bot.commands.dispatcher import Dispatcher
from bot.domain.images import Abilities, Size
from bot.domain.inputs import BroughtPicture, InputRole
from tests.fakes.bench import FAULT, Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.owners import nobody
from tests.fakes.photos import photo

PHOTO = BroughtPicture(photo())


@pytest.fixture
def bench() -> Bench:
    """Set up a house whose model takes pictures."""
    return Bench(painter=ScriptedProvider(abilities=Abilities(sizes=(Size(1024, 1024),), most_inputs=16)))


async def said(bench: Bench, line: str, *pictures: BroughtPicture) -> list[str]:
    """Send a line with pictures, and return what was whispered."""
    call = bench.call()
    await Dispatcher((blend(bench.studio),), lambda: FAULT, nobody).dispatch_line(line, call, pictures)
    return [post.text for post in call.whispers]


@pytest.mark.parametrize(("line", "prompt"), [("/blend", "Blend these pictures into one"), ("/blend as a family", "as a family")])
async def test_pictures_are_drawn_after_all_alike(bench: Bench, line: str, prompt: str) -> None:
    """None of them is the one that is changed."""
    assert await said(bench, line, PHOTO, PHOTO, PHOTO) == []
    await bench.work()
    [request] = bench.painter.requests
    assert request.prompt.startswith(prompt)
    assert [one.role for one in request.inputs] == [InputRole.REFERENCE] * 3


@pytest.mark.parametrize("count", [0, 1, 6])
async def test_too_few_or_too_many_are_a_sentence(bench: Bench, count: int) -> None:
    """Nothing is counted."""
    [answer] = await said(bench, "/blend as a family", *[PHOTO] * count)
    assert answer.endswith("Nothing was counted.")
    assert bench.jobs.rows == {}
