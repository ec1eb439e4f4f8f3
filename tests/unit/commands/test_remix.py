"""Asks the Remix button whether a picture and its words become something else, and whose pictures that may be."""

from dataclasses import replace

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.imagine import imagine
from bot.commands.remix import remix
from bot.domain.images import Abilities, Quality, Shape, Size
from bot.domain.inputs import InputRole
from tests.fakes.bench import FAULT, Bench
from tests.fakes.clock import NOON
from tests.fakes.images import ScriptedProvider
from tests.fakes.owners import nobody
from tests.unit.commands.hands import Hands, newest


@pytest.fixture
def bench() -> Bench:
    """Set up a house whose painter takes a picture."""
    able = Abilities(sizes=(Size(1024, 1024), Size(1536, 1024)), most=4, most_inputs=1)
    return Bench(painter=ScriptedProvider(abilities=able, edge=64))


@pytest.fixture
def hands(bench: Bench) -> Hands:
    """Return somebody's hands."""
    commands = (remix(bench.studio, bench.bases), imagine(bench.studio, bases=bench.bases))
    return Hands(bench, Dispatcher(commands, lambda: FAULT, nobody))


async def test_other_words_are_drawn_from_the_picture_itself(bench: Bench, hands: Hands) -> None:
    """By anybody of the room; quality and shape are as they were, unless they are changed."""
    first = await bench.draw("a fox", quality=Quality.LOW, shape=Shape.WIDE)
    assert await hands.press("remix", first, "bob") == []
    [form] = hands.forms
    assert (form.command, form.shown) == ("imagine", ("prompt", "shape", "count"))
    [picture] = await bench.pictures.of_job(first.id)
    assert form.values == {"prompt": "a fox", "shape": "wide", "quality": "low", "picture": f"picture:{picture.id}"}
    line = " ".join(f"--{name} {value}" for name, value in {**form.values, "prompt": "an owl"}.items() if name != "prompt")
    assert await hands.type(f"/imagine an owl {line}", "bob") == []
    second = newest(bench)
    assert (second.wish.prompt, second.wish.quality, second.author.identity.user) == ("an owl", Quality.LOW, "bob")
    assert [(one.role, one.parent) for one in second.wish.inputs] == [(InputRole.REFERENCE, picture.id)]


async def test_of_several_one_is_chosen(bench: Bench, hands: Hands) -> None:
    """By a button for each, which opens the form."""
    job = await bench.draw("hares", count=2)
    [post] = await hands.press("remix", job)
    assert [button.label for button in post.buttons] == ["Picture 1", "Picture 2"]
    await hands.press_action(post.buttons[1].action)
    _, second = await bench.pictures.of_job(job.id)
    assert hands.forms[0].values["picture"] == f"picture:{second.id}"


async def test_words_that_are_not_kept_any_more_are_left_to_whoever_asks(bench: Bench, hands: Hands) -> None:
    """The picture is there all the same."""
    job = await bench.draw("a fox")
    bench.jobs.rows[job.id].job = replace(bench.job(job), erased_at=NOON)
    assert await hands.press("remix", job) == []
    assert list(hands.forms[0].values) == ["picture"]
