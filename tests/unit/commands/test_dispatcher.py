"""Asks whether every call ends in one answer or one sentence, whatever breaks."""

import asyncio
from dataclasses import dataclass, replace
from typing import Annotated

import pytest
import structlog
from structlog.testing import capture_logs

from bot.commands.dispatcher import Dispatcher
from bot.commands.spec import Command
from bot.domain.chat import Button, Form, Post, Tone
from bot.domain.images import Shape
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.options import PictureFile, Text
from bot.domain.people import Person
from bot.errors import BadInput, NotYours, Sanctioned, StorageFailed, SurfaceFailed
from bot.provider_errors import ProviderFailed, ProviderFault
from tests.fakes.owners import nobody
from tests.fakes.surfaces import FakeCall, RecordingSurface, person
from tests.unit.commands.sample import Easel, NoArgs, PaintArgs, PressArgs


@pytest.fixture
def easel() -> Easel:
    """Return the commands that the dispatcher knows."""
    return Easel()


@pytest.fixture
def dispatcher(easel: Easel) -> Dispatcher:
    """Return a dispatcher whose fault code is known."""
    return Dispatcher([easel.paint(), easel.wipe(), easel.press()], lambda: "c0ffee", nobody)


@pytest.fixture
def call() -> FakeCall:
    """Return somebody's call."""
    return FakeCall(RecordingSurface())


async def test_a_command_with_parsed_options_is_run(dispatcher: Dispatcher, easel: Easel, call: FakeCall) -> None:
    """As platforms with menus send it."""
    await dispatcher.dispatch("paint", {"words": "a fox", "shape": "wide", "count": None}, call)
    assert easel.asked == [PaintArgs("a fox", Shape.WIDE)]
    assert call.whispers == [Post("done")]


async def test_a_typed_line_is_run(dispatcher: Dispatcher, easel: Easel, call: FakeCall) -> None:
    """As platforms without menus send it."""
    await dispatcher.dispatch_line("/PAINT a fox —shape wide", call)
    assert easel.asked == [PaintArgs("a fox", Shape.WIDE)]


@dataclass(frozen=True, slots=True)
class RetouchArgs:
    """What `/retouch` takes."""

    words: Annotated[str, Text("What to change", longest=100)]
    photo: Annotated[tuple[BroughtPicture, ...], PictureFile("What to change", most=2)] = ()


async def test_pictures_beside_a_line_are_for_the_option_that_takes_them(
    dispatcher: Dispatcher, easel: Easel, call: FakeCall
) -> None:
    """A command without one says so, and words that are missing are told: no form has pictures in it."""
    retouch = Command("retouch", "Change a photo", RetouchArgs, easel.run, takes_plain_words=True)
    dispatcher = Dispatcher([retouch, easel.paint()], lambda: "c0ffee", nobody)
    one, two, three = (BroughtPicture(content) for content in (b"1", b"2", b"3"))
    await dispatcher.dispatch_line("make it night", call, (one, two))
    await dispatcher.dispatch_line("make it day", call)
    assert easel.asked == [
        RetouchArgs("make it night", (one, replace(two, role=InputRole.REFERENCE))),
        RetouchArgs("make it day"),
    ]
    call.whispers.clear()
    await dispatcher.dispatch_line("/paint a fox", call, (one,))
    await dispatcher.dispatch_line("/retouch", call, (one,))
    await dispatcher.dispatch_line("a fox", call, (one, two, three))
    assert [whisper.text for whisper in call.whispers] == [
        "/paint takes no pictures: please send it without them. Nothing was counted.",
        "/retouch still needs words (what to change).",
        "There can be 2 pictures at most, and these are 3. Nothing was counted.",
    ]


async def test_plain_words_are_for_the_command_that_takes_them(easel: Easel, call: FakeCall) -> None:
    """With its options; words that only name a command are that command."""
    paint = replace(easel.paint(), takes_plain_words=True)
    dispatcher = Dispatcher([paint, easel.wipe()], lambda: "c0ffee", nobody)
    for line in ("a fox --shape wide", "wipe the window", " Wipe ", "paint"):
        await dispatcher.dispatch_line(line, call)
    assert easel.asked == [PaintArgs("a fox", Shape.WIDE), PaintArgs("wipe the window"), NoArgs(), PaintArgs("paint")]


async def test_a_button_is_run_with_its_argument(dispatcher: Dispatcher, easel: Easel, call: FakeCall) -> None:
    """A command without options may be a button too."""
    await dispatcher.press("press:job-1", call)
    await dispatcher.press("wipe", call)
    assert easel.asked == [PressArgs("job-1"), NoArgs()]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("pain", "There is no /pain. Did you mean paint? Type /help to see what there is."),
        ("press", "There is no /press. Type /help to see what there is."),
        ("x" * 99, f"There is no /{'x' * 40}. Type /help to see what there is."),
    ],
)
async def test_an_unknown_command_is_refused_with_a_guess(dispatcher: Dispatcher, call: FakeCall, name: str, says: str) -> None:
    """What is only ever pressed cannot be typed."""
    await dispatcher.dispatch(name, {}, call)
    await dispatcher.dispatch_line(f"/{name}", call)
    assert call.whispers == [Post(says, Tone.REFUSED, "bad_input")] * 2


@pytest.mark.parametrize("action", ["paintt:job-1", "", ":", "gone:"])
async def test_a_button_that_nobody_knows_any_more_says_so(dispatcher: Dispatcher, call: FakeCall, action: str) -> None:
    """Old messages keep their buttons."""
    await dispatcher.press(action, call)
    [whisper] = call.whispers
    assert whisper.text == "That button does not work any more; nothing was changed."


@pytest.mark.parametrize("action", ["press:", "press", "press:../etc/passwd", "press:a:b"])
async def test_a_button_with_a_broken_argument_is_refused(
    dispatcher: Dispatcher, easel: Easel, call: FakeCall, action: str
) -> None:
    """Anybody can make a platform send anything."""
    await dispatcher.press(action, call)
    assert [whisper.text for whisper in call.whispers] == ["That names no picture; please use the buttons under one."]
    assert easel.asked == []


async def test_bad_options_are_one_sentence(dispatcher: Dispatcher, easel: Easel, call: FakeCall) -> None:
    """The command never hears of them."""
    await dispatcher.dispatch("paint", {"words": "a fox", "zebra": 1}, call)
    await dispatcher.dispatch("paint", {}, call)
    await dispatcher.dispatch_line("/paint a fox --count nine", call)
    await dispatcher.dispatch_line("no slash", call)
    assert easel.asked == []
    assert [whisper.kind for whisper in call.whispers] == ["bad_input"] * 4


@pytest.mark.parametrize(
    ("error", "tone"),
    [
        (BadInput("Say what to paint."), Tone.REFUSED),
        (NotYours(), Tone.REFUSED),
        (StorageFailed("sqlite", "locked"), Tone.FAILED),
        (ProviderFailed("openai", "500", fault=ProviderFault.OVERLOADED), Tone.FAILED),
    ],
)
async def test_a_failure_that_was_foreseen_is_its_own_sentence(
    dispatcher: Dispatcher, easel: Easel, call: FakeCall, error: BadInput | NotYours | StorageFailed | ProviderFailed, tone: Tone
) -> None:
    """A rule's no and a breakage look different, and programs get the kind."""
    easel.error = error
    await dispatcher.dispatch("wipe", {}, call)
    assert call.whispers == [Post(error.user_text, tone, error.kind)]


async def test_whoever_is_muted_can_appeal_by_a_button(dispatcher: Dispatcher, easel: Easel, call: FakeCall) -> None:
    """Against just that sanction."""
    easel.error = Sanctioned(sanction="sanction-7", is_ban=False, until=None, reason="Be kind")
    await dispatcher.dispatch("wipe", {}, call)
    [whisper] = call.whispers
    assert (whisper.tone, whisper.kind, whisper.text) == (Tone.REFUSED, "sanctioned", easel.error.user_text)
    assert whisper.buttons == (Button("Appeal", "contest", "sanction-7"),)


async def test_the_unforeseen_is_a_code_in_the_whisper_and_in_the_log(
    dispatcher: Dispatcher, easel: Easel, call: FakeCall
) -> None:
    """The person can quote it; what broke is for the log alone."""
    easel.error = RuntimeError("a secret detail")
    with capture_logs() as logs:
        await dispatcher.dispatch("wipe", {}, call)
    [whisper], [entry] = call.whispers, logs
    assert (whisper.tone, whisper.kind) == (Tone.FAILED, "fault")
    assert "c0ffee" in whisper.text
    assert "secret" not in whisper.text
    assert (entry["event"], entry["fault"], entry["exc_info"]) == ("command.broke", "c0ffee", True)


async def test_a_refusal_is_logged_without_what_was_typed(dispatcher: Dispatcher, call: FakeCall) -> None:
    """The kind is enough."""
    with capture_logs() as logs:
        await dispatcher.dispatch_line("/paint a fox --count my-secret", call)
    assert "my-secret" in call.whispers[0].text
    assert "my-secret" not in str(logs)
    assert logs[0]["kind"] == "bad_input"


async def test_the_log_knows_who_called_and_forgets_it_afterwards(dispatcher: Dispatcher, easel: Easel) -> None:
    """By the platform's ids, never by name."""
    easel.error = NotYours()
    call = FakeCall(RecordingSurface(), "call-7")
    with capture_logs([structlog.contextvars.merge_contextvars]) as logs:
        await dispatcher.dispatch("wipe", {}, call)
    assert (logs[0]["platform"], logs[0]["user"], logs[0]["call"]) == ("loom", "ann", "call-7")
    assert "Ann" not in str(logs)
    assert structlog.contextvars.get_contextvars() == {}


async def test_cancellation_passes_through(dispatcher: Dispatcher, easel: Easel, call: FakeCall) -> None:
    """It is no failure, and nobody is told."""

    async def forever(call: object, args: object) -> None:
        await asyncio.Event().wait()

    easel.run = forever  # type: ignore[method-assign]  # the one command that does not end
    task = asyncio.create_task(Dispatcher([easel.wipe()], lambda: "c0ffee", nobody).dispatch("wipe", {}, call))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert call.whispers == []


def test_the_commands_can_be_looked_up(dispatcher: Dispatcher) -> None:
    """Front ends draw their menus from them."""
    assert list(dispatcher.commands) == ["paint", "wipe", "press"]


async def test_a_command_that_lacks_what_it_needs_is_asked_for_in_a_form(
    dispatcher: Dispatcher, easel: Easel, call: FakeCall
) -> None:
    """Whoever may give it fills it in."""
    await dispatcher.dispatch_line("/paint", call)
    assert (call.asked, call.whispers, easel.asked) == ([Form("paint")], [], [])


async def test_where_no_form_can_be_shown_what_is_missing_is_said(dispatcher: Dispatcher, easel: Easel, call: FakeCall) -> None:
    """As on a platform without forms."""
    call.failures.fail_next("ask", SurfaceFailed("loom", "no forms"))
    await dispatcher.dispatch_line("/paint", call)
    assert [whisper.kind for whisper in call.whispers] == ["bad_input"]
    assert easel.asked == []


@pytest.mark.parametrize(("line", "name"), [("/paint a fox", "paint"), ("WIPE", "wipe"), ("/pain", None), ("a fox", None)])
def test_the_command_of_a_typed_line_is_known_before_it_is_run(dispatcher: Dispatcher, line: str, name: str | None) -> None:
    """Or that there is none."""
    command = dispatcher.command_of(line)
    assert (command.name if command else None) == name


@pytest.mark.parametrize(
    ("someone", "is_it"),
    [(person("ann"), False), (person("olga"), True), (replace(person("ann"), is_admin=True), True)],
    ids=["a member", "an owner", "an admin"],
)
async def test_admins_and_owners_are_known(easel: Easel, someone: Person, is_it: bool) -> None:
    """Owners are so everywhere."""

    async def is_olga(person: Person) -> bool:
        return person.identity.user == "olga"

    assert await Dispatcher([easel.wipe()], lambda: "c0ffee", is_olga).is_admin_or_owner(someone) is is_it


async def test_the_commands_that_somebody_may_give_come_in_their_order(dispatcher: Dispatcher) -> None:
    """What is for admins only is not among them for others."""
    assert [command.name for command in await dispatcher.permitted_commands(person())] == ["paint", "wipe", "press"]
