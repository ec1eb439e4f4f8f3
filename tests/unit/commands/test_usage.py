"""Asks `/usage`: do admins get the numbers in words, as a picture and as a table, and does nobody else?"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.usage import usage
from bot.domain.chat import Post, Tone
from bot.domain.people import HOUSE, AccountId, CommunityId, Person
from bot.ports.statistics import UsageLine
from tests.fakes.bench import FAULT
from tests.fakes.plots import GreyPlots
from tests.fakes.surfaces import SQUARE
from tests.unit.commands.admin_console import ANN, BOB, OWNER, AdminConsole, PlacedCall

TODAY = date(2026, 3, 14)


class FixedLedger:
    """Gives the lines that a test wrote, and remembers for when it was asked."""

    def __init__(self) -> None:
        self.lines: list[UsageLine] = []
        self.asked: list[tuple[CommunityId, date, date]] = []

    async def usage(self, community: CommunityId, first: date, last: date) -> tuple[UsageLine, ...]:
        """Look for the days."""
        self.asked.append((community, first, last))
        return tuple(line for line in self.lines if first <= line.day <= last)


class UsageConsole:
    """Where `/usage` is typed."""

    def __init__(self, ledger: FixedLedger | None = None) -> None:
        self.console = AdminConsole()
        self.ledger, self.plots = ledger or FixedLedger(), GreyPlots()
        command = usage(self.ledger, self.plots, self.console.people, self.console.quotas)
        self.dispatcher = Dispatcher([command], lambda: FAULT, self.console.owns)

    async def type(self, line: str, by: Person = ANN) -> Post:
        """Type a line, and give what was whispered."""
        call = PlacedCall(self.console.bench, f"call {line}", by, SQUARE)
        await self.dispatcher.dispatch_line(line, call)
        [post] = call.whispers
        return post

    async def drew(self, by: Person, *, pictures: int = 1, ago: int = 0, microusd: int = 50_000, model: str = "crayons") -> None:
        """Have somebody draw."""
        account = (await self.console.account(by)).id
        day = TODAY - timedelta(days=ago)
        self.ledger.lines.append(
            UsageLine(day=day, account=account, name=by.name, model=model, pictures=pictures, microusd=microusd)
        )


@pytest.fixture
def context() -> UsageConsole:
    """Return what `/usage` is typed into."""
    return UsageConsole()


async def test_the_totals_are_said_in_words(context: UsageConsole) -> None:
    """With who drew most, called as admins call them, and by which model."""
    await context.drew(ANN, pictures=3, ago=2)
    await context.drew(BOB, pictures=1_000, microusd=63_500_000, model="oils")
    post = await context.type("/usage")
    assert post.text == (
        "13 February 2026 to 14 March 2026: 1,003 pictures by 2 people, for $63.55. The table has every day, person and model."
    )
    assert {detail.title: detail.text for detail in post.details} == {
        "People": "1. Bob (loom:bob): 1,000 pictures, $63.50\n2. Ann (loom:ann): 3 pictures, $0.05",
        "Models": "1. oils: 1,000 pictures, $63.50\n2. crayons: 3 pictures, $0.05",
    }


async def test_an_estimate_is_called_one(context: UsageConsole) -> None:
    """In all that it is a part of, and nowhere else; the table says how much of it."""
    await context.drew(ANN, pictures=3)
    context.ledger.lines.append(replace(context.ledger.lines[0], model="oils", pictures=0, microusd=20_000, estimated=20_000))
    await context.drew(BOB)
    post = await context.type("/usage --days 1")
    assert post.text == (
        "14 March 2026: 4 pictures by 2 people, for about $0.12. $0.02 of that is an estimate. "
        "The table has every day, person and model."
    )
    assert {detail.title: detail.text for detail in post.details} == {
        "People": "1. Ann (loom:ann): 3 pictures, about $0.07\n2. Bob (loom:bob): 1 picture, $0.05",
        "Models": "1. crayons: 4 pictures, $0.10\n2. oils: 0 pictures, about $0.02",
    }
    assert b"oils,0,0.020000,0.020000" in post.attachments[1].content
    assert "for about $0.12" in post.attachments[0].alt


class NotedLines(tuple[UsageLine, ...]):
    """Notes which threads go through the lines."""

    __slots__ = ()
    threads: ClassVar[set[int]] = set()

    def __iter__(self) -> Iterator[UsageLine]:
        """Note the thread."""
        self.threads.add(threading.get_ident())
        return super().__iter__()


class NotedLedger(FixedLedger):
    """Gives lines that note who goes through them."""

    async def usage(self, community: CommunityId, first: date, last: date) -> tuple[UsageLine, ...]:
        """Look for the days."""
        return NotedLines(await super().usage(community, first, last))


@pytest.mark.parametrize("line", ["/usage", "/usage --person ann"])
async def test_the_loop_never_goes_through_the_lines(line: str) -> None:
    """A busy place has a hundred thousand: nobody else would be served for seconds."""
    context = UsageConsole(NotedLedger())
    await context.drew(ANN)
    NotedLines.threads.clear()
    await context.type(line)
    assert NotedLines.threads
    assert threading.get_ident() not in NotedLines.threads


async def test_the_picture_and_the_table_are_attached(context: UsageConsole) -> None:
    """The picture says in words what it shows."""
    await context.drew(ANN, pictures=3, ago=2)
    picture, table = (await context.type("/usage --days 7")).attachments
    assert (picture.name, picture.media_type) == ("usage-2026-03-08-2026-03-14.png", "image/png")
    assert picture.content == await GreyPlots().usage(context.plots.asked[0])
    assert picture.alt == (
        "Bars by day, person and model. 8 March 2026 to 14 March 2026: 3 pictures by 1 person, for $0.05. "
        "Most on 12 March 2026, 3 pictures. People: Ann 3. Models: crayons 3."
    )
    assert (table.name, table.media_type) == ("usage-2026-03-08-2026-03-14.csv", "text/csv")
    assert table.content.decode("utf-8-sig").splitlines()[1] == "2026-03-12,Ann,loom:ann,crayons,3,0.050000,0.000000"


@pytest.mark.parametrize(("line", "first"), [("/usage", 29), ("/usage --days 1", 0), ("/usage --days 90", 89)])
async def test_the_period_ends_today(context: UsageConsole, line: str, first: int) -> None:
    """Today counts as one of its days."""
    await context.type(line)
    assert context.ledger.asked == [(HOUSE, TODAY - timedelta(days=first), TODAY)]


@pytest.mark.parametrize("days", ["0", "91", "-1", "1.5", "many"])
async def test_other_periods_are_refused(context: UsageConsole, days: str) -> None:
    """In a sentence."""
    post = await context.type(f"/usage --days {days}")
    assert (post.tone, post.text) == (Tone.REFUSED, f"days is a whole number from 1 to 90, not “{days}”.")


async def test_the_day_is_that_of_the_place(context: UsageConsole) -> None:
    """Where it is tomorrow already, tomorrow is today."""
    context.console.bench.clock.move(timedelta(hours=13))
    await context.type("/usage --days 1")
    assert context.ledger.asked[0][1] == TODAY + timedelta(days=1)


async def test_nothing_is_said_to_be_nothing(context: UsageConsole) -> None:
    """No picture of nothing, and no table."""
    assert await context.type("/usage --days 1") == Post("14 March 2026: nothing was drawn.")
    await context.drew(ANN)
    await context.console.see(BOB)
    assert (await context.type("/usage --days 1 --person bob")).text == "14 March 2026: nothing was drawn for loom:bob."


async def test_one_person_can_be_looked_at_alone(context: UsageConsole) -> None:
    """In words, in the picture and in the table."""
    await context.drew(ANN, pictures=3)
    await context.drew(BOB, pictures=4)
    post = await context.type("/usage --person bob")
    assert post.text.startswith("13 February 2026 to 14 March 2026: 4 pictures by Bob, for $0.05.")
    assert context.plots.asked[0].whose == "Bob"
    assert b"Ann" not in post.attachments[1].content


async def test_somebody_unknown_has_no_usage(context: UsageConsole) -> None:
    """That is a slip of the pen."""
    post = await context.type("/usage --person zed")
    assert (post.tone, context.ledger.asked) == (Tone.REFUSED, [])


async def test_nobody_else_is_told(context: UsageConsole) -> None:
    """Admins, and who owns the house."""
    await context.drew(ANN)
    assert (await context.type("/usage", BOB)).text == "/usage is for admins only; nothing was changed."
    assert (await context.type("/usage --days 2", OWNER)).attachments


async def test_a_name_is_one_line_and_not_too_long(context: UsageConsole) -> None:
    """Whatever somebody calls themselves; one who calls themselves nothing has their id."""
    await context.drew(replace(BOB, name=f"Bob\n2. {'x' * 100}"))
    [people, _] = (await context.type("/usage")).details
    assert people.text == f"1. Bob 2. {'x' * 32}… (loom:bob): 1 picture, $0.05"
    await context.drew(replace(BOB, name=" "))
    assert "by loom:bob, for" in (await context.type("/usage --person bob")).text


async def test_whoever_never_told_a_name_goes_by_their_id(context: UsageConsole) -> None:
    """Programs ask in somebody's name, and know none; the label of their key is no name."""
    await context.drew(replace(BOB, name=""))
    post = await context.type("/usage")
    assert post.details[0].text == "1. loom:bob: 1 picture, $0.05"
    assert b"loom:bob,loom:bob,crayons" in post.attachments[1].content


async def test_an_account_that_nobody_has_any_more_is_still_counted(context: UsageConsole) -> None:
    """Its pictures were paid for."""
    lost = UsageLine(day=TODAY, account=AccountId("lost"), name="Old Ann", model="crayons", pictures=1, microusd=0)
    context.ledger.lines.append(lost)
    [people, _] = (await context.type("/usage")).details
    assert people.text == "1. Old Ann (an account that was joined to another): 1 picture, $0.00"
