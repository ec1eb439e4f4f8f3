"""Asks whether a call answers in public and whispers in private."""

import json

import pytest

from bot.adapters.web.call import WebCall
from bot.adapters.web.rendering import AskedText
from bot.adapters.web.surface import WEB, WebSurface
from bot.adapters.web.visitors import visitor_name
from bot.app.commands import declared_commands
from bot.commands.translations import load_translations
from bot.domain.chat import Form, MessageRef, Place, Post, rich_post
from bot.domain.options import Suggestion
from bot.domain.people import Identity, Person, Platform
from bot.domain.rich_text import RichText
from bot.errors import SurfaceFailed
from storage.events.local import LocalEvents
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.page_messages import MemoryPageMessages

COMMANDS = {command.name: command for command in declared_commands()}
STUDIO = Place(WEB, "", "studio")
HERON = Person(Identity(WEB, "", "user"), "Amber Heron")


@pytest.fixture
def messages() -> MemoryPageMessages:
    """Keep messages."""
    return MemoryPageMessages(StoppedClock(), CountingIds())


@pytest.fixture
def call(messages: MemoryPageMessages) -> WebCall:
    """Let somebody ask for a fox."""
    return WebCall(
        WebSurface(messages, LocalEvents()),
        COMMANDS,
        key="web:user:1",
        person=HERON,
        place=STUDIO,
        asked=AskedText("/imagine a fox"),
    )


async def test_an_answer_shows_who_asked_for_what(call: WebCall, messages: MemoryPageMessages) -> None:
    """In the channel, for all to see."""
    message = await call.answer(Post("Drawing"), key="job")
    [stored] = await messages.page("studio", most=10)
    assert (stored.id, stored.author) == (message.id, "user")
    assert json.loads(stored.body)["asked"] == {"text": "/imagine a fox", "is_press": False}
    assert call.answered == message


async def test_the_answer_of_a_repeated_call_is_the_same_message(call: WebCall, messages: MemoryPageMessages) -> None:
    """The key is the call's."""
    assert await call.answer(Post("Drawing"), key="job") == await call.answer(Post("Drawing"), key="job")
    assert len(await messages.page("studio", most=10)) == 1


async def test_whispers_are_for_the_reply_only(call: WebCall, messages: MemoryPageMessages) -> None:
    """Nothing of them reaches the channel; too late is lost, but no error."""
    await call.whisper(Post("one"))
    await call.whisper(Post("two"))
    assert call.finish() == (Post("one"), Post("two"))
    await call.whisper(Post("late"))
    assert call.finish() == (Post("one"), Post("two"))
    assert await messages.page("studio", most=10) == ()


async def test_whispers_call_people_by_name(call: WebCall) -> None:
    """By that which stands beside their pictures, where they are of the page; as their platform knows them elsewhere."""
    here, there = Identity(WEB, "", "bob"), Identity(Platform("discord"), "", "7")
    await call.whisper(rich_post(RichText.of(here, " and ", there)))
    [said] = call.finish()
    assert said.text == f"{visitor_name('bob')} and {there}"


async def test_a_form_is_a_line_to_be_changed(call: WebCall) -> None:
    """With what is filled in already; words that look like an option stay words."""
    await call.ask(Form("imagine", {"prompt": "a fox --shape of things", "shape": "wide", "count": "2"}))
    assert call.fill == '/imagine a fox "--shape" of things --shape wide --count 2'


async def test_there_is_no_form_without_anything_in_it(call: WebCall) -> None:
    """The message box shows what a command takes as it is."""
    with pytest.raises(SurfaceFailed):
        await call.ask(Form("imagine"))
    assert call.fill == ""


async def test_a_form_of_some_options_is_drawn(call: WebCall) -> None:
    """Those in their order, what is needed first; the values of the others travel along."""
    await call.ask(
        Form(
            "imagine",
            {"prompt": "a fox", "count": "2"},
            {"model": (Suggestion("pro", "pro"),)},
            shown=("count", "model", "shape"),
        )
    )
    assert call.fill == ""
    assert call.form is not None
    assert (call.form["command"], call.form["title"], call.form["hidden"]) == (
        "imagine",
        "Draw a picture from words",
        {"prompt": "a fox"},
    )
    fields = {field["name"]: field for field in call.form["fields"]}
    assert (fields["count"]["value"], fields["count"]["usual"]) == ("2", "1 to 4")
    assert (fields["model"]["choices"], fields["shape"]["choices"]) == (["pro"], ["square", "wide", "tall"])
    assert not any(field["is_long"] for field in fields.values())


async def test_a_form_is_in_the_language_of_whoever_reads_it(messages: MemoryPageMessages) -> None:
    """What is sent back keeps its names."""
    call = WebCall(
        WebSurface(messages, LocalEvents()),
        COMMANDS,
        key="web:user:3",
        person=HERON,
        place=STUDIO,
        asked=AskedText("/imagine"),
        texts=load_translations().for_locale("de"),
    )
    await call.ask(Form("imagine", {"prompt": "ein Fuchs"}, shown=("count",)))
    assert call.form is not None
    [field] = call.form["fields"]
    assert (call.form["title"], field["name"]) == ("Ein Bild aus Worten zeichnen", "count")
    assert (field["label"], field["hint"]) == ("Anzahl", "Wie viele Bilder")


async def test_a_form_for_words_about_a_picture_is_the_box_itself(call: WebCall) -> None:
    """The page shows the picture beside it, and sends the words as a reply."""
    await call.ask(Form("edit", {"link": "owl"}, shown=("words",)))
    assert (call.reply, call.fill) == ("owl", "")


@pytest.mark.parametrize(("is_press", "stands_in", "is_settled"), [(True, None, True), (True, "1", False), (False, None, False)])
async def test_only_a_note_whose_button_was_pressed_is_settled(
    messages: MemoryPageMessages, is_press: bool, stands_in: str | None, is_settled: bool
) -> None:
    """Not a message that others read, nor anything once the reply is out."""
    call = WebCall(
        WebSurface(messages, LocalEvents()),
        COMMANDS,
        key="web:user:2",
        person=HERON,
        place=STUDIO,
        asked=AskedText("Draw all of it", is_press=is_press),
        message=MessageRef(STUDIO, stands_in) if stands_in else None,
    )
    assert await call.settle(Post("It is drawn.")) is is_settled
    assert (call.settled == Post("It is drawn.")) is is_settled
    call.finish()
    assert not await call.settle(Post("Too late."))
