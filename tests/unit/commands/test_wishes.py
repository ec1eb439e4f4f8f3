"""Asks how one finds again what one asked for, whatever came of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.gallery import show_gallery
from bot.domain.chat import Place, Post
from bot.domain.images import Shape, Size
from bot.domain.inputs import InputPicture, InputRole
from bot.domain.jobs import CANCELLED, Ending, Job, JobState
from bot.domain.people import Identity, Person
from bot.domain.wishes import Wish
from bot.errors import PromptRefused
from bot.provider_errors import ProviderFailed, ProviderFault
from tests.fakes.bench import FAULT, Bench
from tests.fakes.owners import nobody
from tests.fakes.surfaces import LOOM, FakeCall
from tests.unit.commands.conftest import gallery_pages, wish_pages
from tests.unit.commands.hands import Hands, newest

SECOND = timedelta(seconds=1)


def lines(post: Post) -> list[str]:
    """Return what is said of each wish, without its day and its id."""
    [listing] = post.details
    return [" · ".join(line.split(" · ")[:-2]) for line in listing.text.splitlines()]


async def fail(bench: Bench, prompt: str, error: Exception) -> Job:
    """Have a wish come to nothing."""
    bench.clock.move(SECOND)
    bench.painter.will(error)
    return await bench.draw(prompt, key=prompt)


async def every_end(bench: Bench) -> None:
    """Ask for a picture again and again, until each end was seen."""
    await bench.draw("a fox", key="fox", count=2)
    await fail(bench, "an elk", ProviderFailed("openai", "away", fault=ProviderFault.BAD_ANSWER))
    await fail(bench, "an owl", PromptRefused(rule="r", sentence="That is not drawn."))
    bench.clock.move(SECOND)
    await bench.studio.cancel(await bench.imagine("a hare", key="hare"))
    bench.clock.move(SECOND)
    await bench.imagine("a wolf", key="wolf", shape=Shape.WIDE, count=2)


async def test_every_wish_is_listed_with_what_became_of_it(bench: Bench, hands: Hands) -> None:
    """In the words that people were told, with what it counts for, its day, and the id that /show takes."""
    await every_end(bench)
    [page] = await hands.type("/gallery --state all")
    assert page.text == "All that you asked for (5):"
    elk = next(row.job for row in bench.jobs.rows.values() if row.job.wish.prompt == "an elk")
    assert elk.ending is not None
    assert lines(page) == [
        "1. a wolf – waits · shape wide, count 2 · 2 set aside",
        "2. a hare – cancelled; nothing was counted",
        "3. an owl – That is not drawn. Nothing was drawn and nothing was counted",
        f"4. an elk – {elk.ending.text.rstrip('.')}",
        "5. a fox – 2 pictures · count 2 · 2 counted",
    ]
    assert page.details[0].text.endswith(f"{elk.created_at:%d %B %Y} · {next(iter(bench.jobs.rows))}")
    assert page.pictures == ()


@pytest.mark.parametrize(
    ("state", "expected", "head"),
    [
        ("waiting", ["wolf"], "What you asked for and is not drawn yet (1):"),
        ("failed", ["hare", "owl", "elk"], "What you asked for and no picture came of (3):"),
    ],
)
async def test_wishes_are_listed_by_where_they_stand(
    bench: Bench, hands: Hands, state: str, expected: list[str], head: str
) -> None:
    """Those that wait, or those that there is no picture of."""
    await every_end(bench)
    [page] = await hands.type(f"/gallery --state {state}")
    assert page.text == head
    assert [line.split(" – ")[0].split()[-1] for line in lines(page)] == expected


async def test_what_failed_is_drawn_again_from_the_list(bench: Bench, hands: Hands) -> None:
    """Not what is refused, nor what waits: as below their own messages."""
    await every_end(bench)
    [page] = await hands.type("/gallery --state all")
    assert [button.label for button in page.buttons] == ["Draw 2 again", "Draw 4 again"]
    await hands.press_action(page.buttons[1].action)
    await bench.work()
    assert (newest(bench).wish.prompt, newest(bench).state) == ("an elk", JobState.DONE)


async def test_words_and_days_narrow_wishes_too(bench: Bench, hands: Hands) -> None:
    """And where nothing is found it says what was looked for."""
    await every_end(bench)
    [page] = await hands.type("/gallery elk --state failed --since 1d")
    assert page.text.startswith("What you asked for and no picture came of with “elk” since ")
    assert len(lines(page)) == 1
    [nothing] = await hands.type("/gallery fox --state failed")
    assert nothing.text == "You asked for nothing with “fox”. /gallery --state all lists all that you did ask for."


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("all", "You have not asked for a picture yet."),
        ("waiting", "Nothing of yours waits"),
        ("failed", "A picture came of all"),
    ],
)
async def test_an_empty_list_says_what_that_means(hands: Hands, state: str, said: str) -> None:
    """Each in its own words."""
    [whisper] = await hands.type(f"/gallery --state {state}")
    assert whisper.text.startswith(said)


async def test_older_wishes_are_a_button_away(bench: Bench, hands: Hands) -> None:
    """With the same words; the last page has none, and one that is gone meanwhile says so."""
    jobs = []
    for number in range(10):
        bench.clock.move(timedelta(hours=3))
        jobs.append(await bench.draw(f"fox {number}", key=str(number)))
    [first] = await hands.type("/gallery fox --state all --since 90d")
    assert [line.split(" – ")[0] for line in lines(first)] == [f"{place}. fox {10 - place}" for place in range(1, 9)]
    [second] = await hands.press_action(first.buttons[-1].action)
    assert second.text.startswith("All that you asked for, older ones, with “fox” since ")
    assert [line.split(" – ")[0] for line in lines(second)] == ["1. fox 1", "2. fox 0"]
    assert second.buttons == ()
    for job in jobs[:2]:
        del bench.jobs.rows[job.id]
    [nothing] = await hands.press_action(first.buttons[-1].action)
    assert nothing.text == "You asked for nothing before that there; /gallery --state all begins again with the newest."


async def test_words_that_no_button_can_carry_are_said_to_be_too_many(bench: Bench, hands: Hands) -> None:
    """Buttons have so much room on every platform."""
    words = " ".join(f"word{number}" for number in range(10, 24))
    for number in range(9):
        await bench.draw(words, key=str(number))
    [page] = await hands.type(f"/gallery {words} --state all")
    assert page.text.endswith("(8): There are more: with fewer words, a button shows them.")
    assert page.buttons == ()


@pytest.mark.parametrize("argument", ["", "a:b", "fox:soon:all:words", "fox::never:words", "a:b:c:d:e"])
async def test_a_button_of_wishes_that_is_not_ours_is_refused(hands: Hands, argument: str) -> None:
    """In one sentence."""
    [refusal] = await hands.press_action(f"older_wishes:{argument}")
    assert refusal.kind == "bad_input"


async def test_wishes_are_no_favourites(hands: Hands) -> None:
    """One asks for the one or the other."""
    [refusal] = await hands.type("/gallery --state all --only favourites")
    assert refusal.text == "Only pictures can be favourites, and --state lists what you asked for: please give one of the two."


async def test_wishes_say_what_they_were_changed_from_and_where_they_stand(bench: Bench, hands: Hands) -> None:
    """Also on their way, and when nothing of them is to be seen any more."""
    seen = await bench.draw("gone", key="gone")
    await bench.gallery.delete(seen.id)
    bench.clock.move(SECOND)
    base = InputPicture(key="k", source="s", media_type="image/png", width=8, height=8, size_bytes=9, role=InputRole.BASE)
    await bench.studio.accept(Wish(prompt="changed", size=Size(8, 8)), bench.call("changed"))
    row = bench.jobs.rows[newest(bench).id]
    for state, ending, said in (
        (JobState.RUNNING, None, "is being drawn"),
        (JobState.KEPT, None, "is drawn, and about to be shown"),
        (
            JobState.RUNNING,
            Ending(JobState.RUNNING, "cancelled", "cancelled"),
            "cancelled; what is drawn of it is about to be shown",
        ),
        (JobState.FAILED, Ending(JobState.FAILED), "failed"),
        (JobState.FAILED, None, "failed"),
    ):
        row.job = replace(row.job, state=state, ending=ending, wish=replace(row.job.wish, inputs=(base,)))
        [page] = await hands.type("/gallery --state all")
        assert lines(page)[0].startswith(f"1. changed – {said} · size 8x8 · changed from a picture that was brought")
        assert lines(page)[1] == "2. gone – no picture of it can be seen any more · 1 counted"


async def test_words_that_are_erased_are_not_drawn_again(bench: Bench, hands: Hands) -> None:
    """Nor told."""
    await bench.studio.cancel(await bench.imagine("a hare", key="hare"))
    row = bench.jobs.rows[newest(bench).id]
    row.job = replace(row.job, erased_at=bench.clock.now(), ending=CANCELLED)
    [page] = await hands.type("/gallery --state failed")
    assert page.buttons == ()
    assert lines(page)[0].startswith("1. A picture whose words are not kept any more – cancelled")


async def test_nobody_reads_anothers_wishes(bench: Bench, hands: Hands) -> None:
    """Also not by the button of somebody else's page."""
    for number in range(9):
        await bench.draw("a fox", key=str(number))
    [page] = await hands.type("/gallery --state all")
    [other] = await hands.press_action(page.buttons[-1].action, user="bob")
    assert other.details == ()
    assert other.text.startswith("You asked for nothing before that there")


async def test_a_list_that_stays_is_written_down_with_each_job(bench: Bench, hands: Hands) -> None:
    """Whoever wants to be forgotten has it deleted with them."""
    await bench.draw("a fox", key="1")
    await hands.type("/gallery --state all", at=Place(LOOM, "", "ann alone"))
    [message] = await bench.sent_messages.of_job(newest(bench).id)
    assert message.place.channel == "ann alone"


@pytest.mark.parametrize(("is_admin", "shows_cost"), [(True, False), (False, True)])
async def test_those_who_may_know_it_read_what_a_wish_cost(bench: Bench, hands: Hands, is_admin: bool, shows_cost: bool) -> None:
    """Admins and owners, or everybody where the house says so."""
    await bench.draw("a fox", key="1")
    [page] = await hands.type("/gallery --state all")
    assert "$" not in page.details[0].text
    pages = show_gallery(gallery_pages(bench), wish_pages(bench, shows_cost=shows_cost))
    call = FakeCall(bench.surface, "admin", by=Person(Identity(LOOM, "", "ann"), "Ann", is_admin=is_admin))
    await Dispatcher((pages,), lambda: FAULT, nobody).dispatch_line("/gallery --state all", call)
    [page] = call.whispers
    assert lines(page) == ["1. a fox – 1 picture · 1 counted · $0.0401"]
    assert page.details[0].text.endswith(newest(bench).id)
