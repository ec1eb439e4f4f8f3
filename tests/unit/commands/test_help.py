"""Asks whether `/help` says all that the declarations say."""

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.help import explained, help_command
from bot.commands.spec import AnyCommand, Audience, Command
from bot.domain.chat import Fold
from tests.fakes.owners import nobody
from tests.fakes.surfaces import FakeCall, RecordingSurface
from tests.unit.commands.sample import Easel, NoArgs

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
    easel = Easel()
    till = (
        Command("till empty", "Take all out", NoArgs, easel.run, audience=Audience.ADMINS),
        Command("till fill", "Put some in", NoArgs, easel.run, audience=Audience.ADMINS),
    )
    others: tuple[AnyCommand, ...] = (easel.paint(), easel.wipe(), easel.press(), *till)
    return Dispatcher((*others, help_command(others)), lambda: "c0ffee", nobody)


async def test_help_lists_what_can_be_typed(dispatcher: Dispatcher, call: FakeCall) -> None:
    """Itself too, but no buttons; in private."""
    await dispatcher.dispatch_line("/help", call)
    [whisper] = call.whispers
    everybody, admins = whisper.folds
    assert (everybody.title, admins.title) == ("For everybody", "For admins")
    assert everybody.text == "/paint – Paint something\n/wipe – Wipe the canvas\n/help – Say what the bot can do"
    assert admins.text == "/till empty – Take all out\n/till fill – Put some in"


async def test_help_explains_a_whole_group(dispatcher: Dispatcher, call: FakeCall) -> None:
    """Each of its commands."""
    await dispatcher.dispatch_line("/help till", call)
    [whisper] = call.whispers
    assert whisper.text == "What /till can do:"
    assert whisper.folds == (Fold("/till empty", "Take all out"), Fold("/till fill", "Put some in"))
    await dispatcher.dispatch_line("/help till  fill", call)
    assert call.whispers[-1].text == "/till fill – Put some in"


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
