"""Asks the Vary a little button whether the same picture is drawn from itself, and whose pictures that may be."""

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.subtle import vary_subtle
from bot.domain.images import Abilities, Quality, Size
from bot.domain.inputs import InputRole
from bot.domain.jobs import Job
from tests.fakes.bench import FAULT, Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.owners import nobody
from tests.unit.commands.hands import Hands, newest


@pytest.fixture
def bench() -> Bench:
    """Set up a house whose painter takes a picture."""
    able = Abilities(sizes=(Size(1024, 1024),), most=4, most_inputs=1)
    return Bench(painter=ScriptedProvider(abilities=able, edge=64))


@pytest.fixture
def hands(bench: Bench) -> Hands:
    """Return somebody's hands."""
    return Hands(bench, Dispatcher((vary_subtle(bench.studio, bench.bases),), lambda: FAULT, nobody))


async def press(hands: Hands, job: Job) -> list[str]:
    """Press the button as somebody of the same room, and return the labels of what is offered then."""
    posts = await hands.press("vary-subtle", job, "bob")
    return [button.label for post in posts for button in post.buttons] + [post.text for post in posts]


async def test_the_same_picture_is_drawn_from_itself(bench: Bench, hands: Hands) -> None:
    """As carefully as before, and once more after that: the words do not grow."""
    first = await bench.draw("a fox", quality=Quality.LOW)
    assert await press(hands, first) == []
    second = newest(bench)
    assert second.wish.prompt.startswith("a fox\nKeep subject, composition")
    assert (second.wish.quality, [one.role for one in second.wish.inputs]) == (Quality.LOW, [InputRole.BASE])
    await bench.work()
    await press(hands, second)
    assert newest(bench).id != second.id
    assert newest(bench).wish.prompt == second.wish.prompt


async def test_of_several_one_is_chosen(bench: Bench, hands: Hands) -> None:
    """By a button for each."""
    job = await bench.draw("hares", count=2)
    assert await press(hands, job) == ["Picture 1", "Picture 2", "Which one?"]
    assert newest(bench).id == job.id
