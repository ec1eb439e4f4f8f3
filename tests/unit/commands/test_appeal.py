"""Asks `/appeal` and the Appeal button: what they ask, whom they tell what, and what moderators find."""

import pytest

from bot.commands.appeal import appeal, contest
from bot.commands.dispatcher import Dispatcher
from bot.domain.cases import Case, CaseKind
from bot.domain.chat import Form, Tone
from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction
from bot.errors import SurfaceFailed
from bot.services.appeals import Appeals
from bot.services.person_lookup import PersonLookup
from tests.fakes.bench import FAULT, Bench
from tests.fakes.owners import nobody
from tests.fakes.surfaces import LOOM, SQUARE, FakeCall, person

MOD = Actor(AccountId("mod"), "Mo")
OPENED = (
    "Your appeal is with the moderators; another one than the one who decided looks at it, where there is another. "
    "It is decided once. You are told in private how, where that is possible; /standing shows it too."
)


@pytest.fixture
def commands(bench: Bench) -> Dispatcher:
    """Return both over a bench."""
    appeals = Appeals(review=bench.review, cases=bench.cases, book=bench.sanction_book, jobs=bench.jobs, clock=bench.clock)
    people = PersonLookup(bench.accounts, bench.quotas)
    return Dispatcher((appeal(appeals, people, bench.quotas), contest(appeals, people, bench.quotas)), lambda: FAULT, nobody)


async def warn(bench: Bench) -> Sanction:
    """Have Ann warned."""
    return await bench.sanctions.warn((await bench.quotas.account(person())).id, HOUSE, by=MOD)


def cases(bench: Bench) -> list[Case]:
    """Return all that were opened."""
    return [row.case for row in bench.cases.rows.values()]


async def test_whoever_appeals_in_words_is_told_where_the_appeal_is(bench: Bench, commands: Dispatcher) -> None:
    """Without an id it is against the last decision; moderators read the words, without the spaces around them."""
    warning, call = await warn(bench), bench.call()
    await commands.dispatch("appeal", {"why": "  it was a painting of my own "}, call)
    assert [post.text for post in call.whispers] == [OPENED]
    [case] = cases(bench)
    assert (case.kind, case.appeals, case.community) == (CaseKind.APPEAL, warning.id, HOUSE)
    assert case.words == "it was a painting of my own"
    assert (case.platform, case.tenant) == (LOOM, SQUARE.tenant)
    assert case.by is not None
    assert (case.account, case.by.account) == (warning.account, warning.account)


async def test_an_appeal_may_name_the_decision(bench: Bench, commands: Dispatcher) -> None:
    """An older one than the last."""
    first = await warn(bench)
    await warn(bench)
    await commands.dispatch_line(f"/appeal it was a joke --decision {first.id}", bench.call())
    assert [case.appeals for case in cases(bench)] == [first.id]


async def test_the_button_asks_why_first(bench: Bench, commands: Dispatcher) -> None:
    """In a form that knows what it is about; nothing is opened before that is sent."""
    warning, call = await warn(bench), bench.call()
    await commands.press(f"contest:{warning.id}", call)
    assert call.asked == [Form("appeal", {"decision": warning.id})]
    assert (call.whispers, cases(bench)) == ([], [])


async def test_where_no_form_can_be_shown_the_button_appeals_at_once(bench: Bench, commands: Dispatcher) -> None:
    """Against what it belongs to, without words."""
    first = await warn(bench)
    await warn(bench)
    call = bench.call()
    call.failures.fail_next("ask", SurfaceFailed(LOOM, "too late for a form"))
    await commands.press(f"contest:{first.id}", call)
    assert [post.text for post in call.whispers] == [OPENED]
    assert [(case.appeals, case.words) for case in cases(bench)] == [(first.id, "")]


async def test_what_is_about_somebody_else_is_refused(bench: Bench, commands: Dispatcher) -> None:
    """In words, and by the button that somebody passed on."""
    warning = await warn(bench)
    typed, pressed = (FakeCall(bench.surface, key, by=person("bob")) for key in ("typed", "pressed"))
    pressed.failures.fail_next("ask", SurfaceFailed(LOOM, "too late for a form"))
    await commands.dispatch_line(f"/appeal it was a joke --decision {warning.id}", typed)
    await commands.press(f"contest:{warning.id}", pressed)
    answer = [(post.tone, post.text) for call in (typed, pressed) for post in call.whispers]
    assert answer == [(Tone.REFUSED, "There is no decision about you that could be appealed, so nothing was changed.")] * 2
    assert cases(bench) == []
