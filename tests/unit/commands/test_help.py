"""Asks whether `/help` says all that the declarations say."""

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.help import explained, help_command
from bot.domain.chat import Fold
from tests.fakes.surfaces import FakeCall, RecordingSurface
from tests.unit.commands.sample import Easel

PAINT = """Paint something
words: What to paint
shape: Its shape (square, wide, tall); usually square
count: How many (1 to 4); usually 1
title: What to call it
For example: /paint a fox"""


@pytest.fixture
def call() -> FakeCall:
    """Give somebody's call."""
    return FakeCall(RecordingSurface())


@pytest.fixture
def dispatcher() -> Dispatcher:
    """Give a dispatcher with `/help` about the sample commands."""
    others = (Easel().paint(), Easel().wipe(), Easel().press())
    return Dispatcher((*others, help_command(others)), lambda: "c0ffee")


async def test_help_lists_what_can_be_typed(dispatcher: Dispatcher, call: FakeCall) -> None:
    """Itself too, but no buttons; in private."""
    await dispatcher.dispatch_line("/help", call)
    [whisper] = call.whispers
    assert [fold.title for fold in whisper.folds] == ["/paint", "/wipe", "/help"]
    assert whisper.folds[0].text == PAINT


@pytest.mark.parametrize("line", ["/help paint", "/help /paint", "/help PAINT", "/help --command paint"])
async def test_help_explains_one_command(dispatcher: Dispatcher, call: FakeCall, line: str) -> None:
    """With or without its slash."""
    await dispatcher.dispatch_line(line, call)
    [whisper] = call.whispers
    assert whisper.text == "/paint – Paint something"
    assert whisper.folds == (Fold("/paint", PAINT),)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/help pain", "There is no /pain. Did you mean paint? Type /help to see what there is."),
        ("/help press", "There is no /press. Type /help to see what there is."),
    ],
)
async def test_help_about_nothing_says_so(dispatcher: Dispatcher, call: FakeCall, line: str, says: str) -> None:
    """With a guess where one is near."""
    await dispatcher.dispatch_line(line, call)
    assert [whisper.text for whisper in call.whispers] == [says]


def test_a_command_without_options_or_example_is_explained_by_its_summary() -> None:
    """Nothing is made up."""
    assert explained(Easel().wipe()) == "Wipe the canvas"
