"""Asks whether `/help` says all that the declarations say."""

from dataclasses import replace

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.help import HelpArgs, help_command
from bot.commands.spec import AnyCommand, Command, CommandAudience
from bot.commands.translations import Translations, load_translations
from bot.domain.chat import Details
from tests.fakes.owners import nobody, own_locale
from tests.fakes.surfaces import FakeCall, RecordingSurface, person
from tests.unit.commands.sample import Easel, NoArgs

PAINT = """Paint something
words: What to paint
shape: Its shape (square, wide, tall); usually square
count: How many (1 to 4); usually 1
title: What to call it
For example: /paint a fox"""


WORDS = Translations(
    {
        "de": {
            ("words", "introduction"): "Das gibt es:",
            ("words", "everyone"): "Für alle",
            ("words", "usually"): "meist",
            ("commands", "paint", "summary"): "Male etwas",
            ("commands", "paint", "options", "words", "summary"): "Was du malen willst",
        }
    }
)


@pytest.fixture
def call() -> FakeCall:
    """Return somebody's call."""
    return FakeCall(RecordingSurface())


@pytest.fixture
def dispatcher() -> Dispatcher:
    """Return a dispatcher with `/help` about the sample commands."""
    easel = Easel()
    till = (
        Command("till empty", "Take all out", NoArgs, easel.run, audience=CommandAudience.ADMINS),
        Command("till fill", "Put some in", NoArgs, easel.run, audience=CommandAudience.ADMINS),
    )
    others: tuple[AnyCommand, ...] = (easel.paint(), easel.wipe(), easel.press(), *till)
    return Dispatcher((*others, help_command(others, WORDS, own_locale, nobody)), lambda: "c0ffee", nobody)


@pytest.fixture
def admin() -> FakeCall:
    """Return the call of somebody who runs the place."""
    return FakeCall(RecordingSurface(), by=replace(person(), is_admin=True))


async def test_help_says_nothing_of_what_one_may_not_do(dispatcher: Dispatcher, call: FakeCall) -> None:
    """It would only be refused; who asks for it by name is told whom it is for."""
    await dispatcher.dispatch_line("/help", call)
    await dispatcher.dispatch_line("/help till", call)
    listing, refusal = call.whispers
    assert [detail.title for detail in listing.details] == ["For everybody"]
    assert refusal.text == "/till is for admins only."


async def test_help_lists_what_can_be_typed(dispatcher: Dispatcher, admin: FakeCall) -> None:
    """Itself too, but no buttons; in private."""
    call = admin
    await dispatcher.dispatch_line("/help", call)
    [whisper] = call.whispers
    everybody, admins = whisper.details
    assert (everybody.title, admins.title) == ("For everybody", "For admins")
    assert everybody.text == "/paint – Paint something\n/wipe – Wipe the canvas\n/help – Say what the bot can do"
    assert admins.text == "/till empty – Take all out; also fill"


async def test_help_explains_a_whole_group(dispatcher: Dispatcher, admin: FakeCall) -> None:
    """Each of its commands."""
    call = admin
    await dispatcher.dispatch_line("/help till", call)
    [whisper] = call.whispers
    assert whisper.text == "/till: what there is:"
    assert whisper.details == (Details("/till empty", "Take all out"), Details("/till fill", "Put some in"))
    await dispatcher.dispatch_line("/help till  fill", call)
    assert call.whispers[-1].text == "/till fill – Put some in"


@pytest.mark.parametrize("line", ["/help paint", "/help /paint", "/help PAINT", "/help --command paint"])
async def test_help_explains_one_command(dispatcher: Dispatcher, call: FakeCall, line: str) -> None:
    """With or without its slash."""
    await dispatcher.dispatch_line(line, call)
    [whisper] = call.whispers
    assert whisper.text == "/paint – Paint something"
    assert whisper.details == (Details("/paint", PAINT),)


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


async def test_a_command_without_options_or_example_is_explained_by_its_summary(dispatcher: Dispatcher, call: FakeCall) -> None:
    """Nothing is made up."""
    await dispatcher.dispatch_line("/help wipe", call)
    assert call.whispers[0].details == (Details("/wipe", "Wipe the canvas"),)


async def test_help_is_in_the_language_of_the_call() -> None:
    """What is not translated stays English, and names stay as they are typed."""
    easel = Easel()
    others: tuple[AnyCommand, ...] = (easel.paint(), easel.wipe())
    german = FakeCall(RecordingSurface(), by=replace(person(), locale="de-AT"))
    dispatcher = Dispatcher((*others, help_command(others, WORDS, own_locale, nobody)), lambda: "c0ffee", nobody)
    await dispatcher.dispatch_line("/help", german)
    [detail] = german.whispers[0].details
    assert (detail.title, german.whispers[0].text) == ("Für alle", "Das gibt es:")
    assert detail.text == "/paint – Male etwas\n/wipe – Wipe the canvas\n/help – Say what the bot can do"
    await dispatcher.dispatch_line("/help paint", german)
    assert (
        "words: Was du malen willst\nshape: Its shape (square, wide, tall); meist square\n" in german.whispers[1].details[0].text
    )


async def test_no_page_of_help_is_half_translated() -> None:
    """What a choice costs is said in English alone: beside a translated summary it is left out."""
    sink = replace(Easel().paint(), notes={"words": "long ones count double"})
    for locale, says in (("de", "words: Was du malen willst\n"), ("en", "words: What to paint; long ones count double\n")):
        caller = FakeCall(RecordingSurface(), by=replace(person(), locale=locale))
        dispatcher = Dispatcher((sink, help_command((sink,), WORDS, own_locale, nobody)), lambda: "c0ffee", nobody)
        await dispatcher.dispatch_line("/help paint", caller)
        assert says in caller.whispers[0].details[0].text


def test_help_has_words_for_every_audience() -> None:
    """In every language that there is."""
    for catalogue in load_translations().texts_by_language.values():
        assert {("words", audience.value) for audience in CommandAudience} <= set(catalogue)
    assert HelpArgs().command is None
