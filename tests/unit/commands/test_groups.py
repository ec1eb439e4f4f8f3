"""Asks whether names of two words, admins' commands and forms are found, refused and shown as they should be."""

from dataclasses import dataclass, replace
from typing import Annotated

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.spec import AnyCommand, Command, CommandAudience
from bot.domain.chat import Form, Post, Tone
from bot.domain.options import Number, PersonRef, Text
from bot.domain.people import Mention, Person
from bot.errors import SurfaceFailed
from bot.ports.surfaces import Call
from tests.fakes.owners import nobody
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface, person
from tests.unit.commands.sample import Easel, NoArgs


@dataclass(frozen=True, slots=True)
class PayArgs:
    """What `/till pay` takes."""

    who: Annotated[Mention, PersonRef("Whom")]
    amount: Annotated[int, Number("How much", least=1, most=9)]
    why: Annotated[str, Text("Why", longest=20)] = ""


@dataclass
class Till:
    """A group of two commands, one of them for admins, and a form."""

    asked: list[object]

    async def run(self, call: Call, args: object) -> None:
        """Note what was asked."""
        self.asked.append(args)

    def commands(self) -> tuple[AnyCommand, ...]:
        """Build them."""
        return (
            Command("till show", "Show what is in it", NoArgs, self.run),
            Command("till pay", "Pay somebody", PayArgs, self.run, audience=CommandAudience.ADMINS),
            Command("secret", "Be pressed", NoArgs, self.run, is_typed=False, audience=CommandAudience.ADMINS, opens_form=True),
            Easel(self.asked).paint(),
        )


@pytest.fixture
def till() -> Till:
    """Return the till."""
    return Till([])


@pytest.fixture
def dispatcher(till: Till) -> Dispatcher:
    """Return a dispatcher that knows it."""
    return Dispatcher(till.commands(), lambda: "c0ffee", nobody)


def a_call(*, is_admin: bool = True, user: str = "ann") -> FakeCall:
    """Return somebody's call."""
    return FakeCall(RecordingSurface(), by=replace(person(user), is_admin=is_admin))


PAID = PayArgs(Mention("bob"), 5, "for the fox")


async def said(dispatcher: Dispatcher, line: str, call: FakeCall) -> str:
    """Type a line, and give what is whispered."""
    await dispatcher.dispatch_line(line, call)
    return "".join(post.text for post in call.whispers)


@pytest.mark.parametrize(
    "line",
    [
        "/till pay bob 5 for the fox",
        "/Till PAY <@bob> 5 for the fox",
        '/till pay "bob" 5 for the fox',
        "/till pay --who bob 5 for the fox",
        "/till pay for the fox --amount 5 —who bob",
        "/till pay bob for the fox --amount=5",
    ],
)
async def test_what_is_needed_may_come_first_and_prose_takes_the_rest(dispatcher: Dispatcher, till: Till, line: str) -> None:
    """As people say it: whom, how much, why."""
    assert await said(dispatcher, line, a_call()) == ""
    assert till.asked == [PAID]


async def test_a_group_alone_is_its_first(dispatcher: Dispatcher, till: Till) -> None:
    """Typed or chosen."""
    await dispatcher.dispatch_line("/till", a_call())
    await dispatcher.dispatch("till", {}, a_call())
    await dispatcher.dispatch("till show", {}, a_call())
    assert till.asked == [NoArgs()] * 3


async def test_a_second_word_that_is_none_is_answered_with_those_there_are(dispatcher: Dispatcher, till: Till) -> None:
    """And nothing is run."""
    assert await said(dispatcher, "/till rob bob", a_call()) == "There is no /till rob: you can type /till show and /till pay."
    assert till.asked == []


async def test_what_is_for_admins_is_refused_to_others(dispatcher: Dispatcher, till: Till) -> None:
    """Typed, chosen, pressed, and asked for by name alone."""
    call = a_call(is_admin=False)
    await dispatcher.dispatch_line("/till pay bob 5", call)
    await dispatcher.dispatch("till pay", {"who": "bob", "amount": 5}, call)
    await dispatcher.dispatch_line("/till pay", call)
    await dispatcher.press("secret:now", call)
    typed = Post("/till pay is for admins only; nothing was changed.", Tone.REFUSED, "not_allowed")
    assert call.whispers == [
        typed,
        typed,
        typed,
        replace(typed, text="That is for admins only; nothing was changed."),
    ]
    assert (till.asked, call.asked) == ([], [])


async def test_an_owner_of_the_house_is_an_admin_everywhere(till: Till) -> None:
    """Whatever the platform says."""

    async def is_cat(asker: Person) -> bool:
        return asker.identity.user == "cat"

    dispatcher = Dispatcher(till.commands(), lambda: "c0ffee", is_cat)
    await dispatcher.dispatch_line("/till pay bob 5 for the fox", a_call(is_admin=False, user="cat"))
    assert till.asked == [PAID]


async def test_a_name_alone_asks_for_what_is_missing(dispatcher: Dispatcher, till: Till) -> None:
    """In a form, where there can be one."""
    call = a_call()
    assert await said(dispatcher, "/till pay", call) == ""
    assert (call.asked, till.asked) == ([Form("till pay")], [])


async def test_where_no_form_can_be_shown_the_sentence_says_what_is_missing(dispatcher: Dispatcher) -> None:
    """With the example."""
    call = a_call()
    call.failures.fail_always("ask", SurfaceFailed(LOOM, "no forms"))
    assert await said(dispatcher, "/till pay", call) == "/till pay still needs who (whom) and amount (how much)."


def test_it_is_known_whose_first_words_are_a_form(dispatcher: Dispatcher) -> None:
    """Platforms have to be quick then."""
    assert dispatcher.opens_form("secret:now")
    assert not dispatcher.opens_form("till show")
    assert not dispatcher.opens_form("nothing:at all")
