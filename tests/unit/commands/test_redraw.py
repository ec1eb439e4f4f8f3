"""Asks what the buttons draw that draw once more: the same again, another take, a safer wording."""

from dataclasses import replace

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.typed_line import write_line
from bot.domain.allowances import QuotaStatus
from bot.domain.chat import Form
from bot.domain.images import Quality, Shape, Size
from bot.domain.jobs import JobState, PreparedPrompt
from bot.domain.money import FREE
from bot.domain.wishes import Rewriting, Wish
from bot.errors import PromptRefused
from bot.ports.prompts import GuardDecision, Verdict
from bot.provider_errors import ProviderFailed, ProviderFault
from tests.fakes.bench import Bench
from tests.fakes.prompts import REWRITING_COSTS
from tests.unit.commands.hands import Hands, newest

UNTOUCHED = QuotaStatus(20, held=0, spent=0)


async def test_again_draws_the_same_words_without_asking_anybody(bench: Bench, hands: Hands) -> None:
    """Neither rewriter nor models, and nothing is paid for them a second time."""
    first = await bench.draw("a fox", quality=Quality.LOW)
    assert first.prepared_prompt is not None
    assert await hands.press("again", first) == []
    await bench.work()
    second = newest(bench)
    assert second.id != first.id
    assert (second.wish, second.prepared_prompt) == (first.wish, PreparedPrompt(first.prepared_prompt.text, FREE))
    assert (len(bench.rewriter.asks), bench.moderation.judged) == (1, ["a fox", "a fox, in soft light"])
    assert [request.prompt for request in bench.painter.requests] == ["a fox, in soft light"] * 2
    assert bench.message(second).cost == "$0.0400"


async def test_again_and_vary_leave_the_seed_out(hands: Hands, bench: Bench) -> None:
    """The same picture would be paid for twice."""
    first = await bench.draw("a fox")
    row = bench.jobs.rows[first.id]
    row.job = replace(row.job, wish=replace(row.job.wish, seed=7))
    for button in ("again", "vary"):
        assert await hands.press(button, first) == []
        assert newest(bench).wish.seed is None


async def test_again_does_not_draw_what_has_been_blocked_since(bench: Bench, hands: Hands) -> None:
    """The prompt that was made from the words is looked at too, before anything is counted."""
    first = await bench.draw("a fox")
    bench.blocklist.will(Verdict(GuardDecision.ALLOW), Verdict(GuardDecision.REFUSE, "blocklist", "That is on the list."))
    [refusal] = await hands.press("again", first)
    assert "That is on the list." in refusal.text
    assert bench.blocklist.judged[-2:] == ["a fox", "a fox, in soft light"]
    assert newest(bench).id == first.id


async def test_again_settles_words_that_never_were(bench: Bench, hands: Hands) -> None:
    """The first try failed before that."""
    bench.rewriter.will(ProviderFailed("openai", "bad json", fault=ProviderFault.BAD_ANSWER))
    failed = await bench.draw("a fox")
    await hands.press("again", failed)
    await bench.work()
    assert newest(bench).prepared_prompt == PreparedPrompt("a fox, in soft light", REWRITING_COSTS)
    assert len(bench.rewriter.asks) == 2


async def test_again_counts_for_whoever_presses_it(bench: Bench, hands: Hands) -> None:
    """It is a wish of theirs."""
    first = await bench.draw(user="ann")
    await hands.press("again", first, user="bob")
    await bench.work()
    assert (await bench.quota_status("ann")).spent == (await bench.quota_status("bob")).spent == 1
    assert newest(bench).account != first.account


async def test_vary_asks_for_another_take_on_what_was_drawn(bench: Bench, hands: Hands) -> None:
    """Even of words that were not rewritten the first time."""
    first = await bench.draw("a fox", rewriting=Rewriting.OFF)
    await hands.press("vary", first)
    await bench.work()
    assert newest(bench).wish == Wish(prompt="a fox", variation_of="a fox", rewriting=Rewriting.ON)
    assert bench.rewriter.asks[-1].variation_of == "a fox"
    rewritten = await bench.draw("a hare", key="call-2")
    await hands.press("vary", rewritten)
    assert newest(bench).wish.variation_of == "a hare, in soft light"


async def test_vary_takes_the_typed_words_where_none_were_drawn(bench: Bench, hands: Hands) -> None:
    """Somebody may be quick."""
    waiting = await bench.imagine("a fox")
    await hands.press("vary", waiting)
    assert newest(bench).wish.variation_of == "a fox"


async def test_again_of_a_variation_is_the_same_variation(bench: Bench, hands: Hands) -> None:
    """And a variation of it starts from what was drawn last."""
    await hands.press("vary", await bench.draw("a fox"))
    await bench.work()
    varied = newest(bench)
    await hands.press("again", varied)
    assert newest(bench).prepared_prompt is not None
    assert newest(bench).wish == varied.wish


async def test_changing_the_words_opens_a_form_with_what_was_asked_for(bench: Bench, hands: Hands) -> None:
    """Whatever is usual at the place where it is sent; nothing is drawn or counted yet."""
    first = await bench.draw("a fox", quality=Quality.LOW, count=2)
    assert await hands.press("reword", first) == []
    wanted = {"prompt": "a fox", "shape": "square", "quality": "low", "count": "2", "rewriting": "on", "lane": "fast"}
    assert hands.forms == [Form("imagine", wanted, {"model": ()})]
    assert newest(bench).id == first.id


async def test_anybody_may_change_anybodys_words(bench: Bench, hands: Hands) -> None:
    """What comes of it is theirs."""
    first = await bench.draw("a fox", user="ann")
    await hands.press("reword", first, user="bob")
    await hands.type(f"/imagine {hands.forms[0].values['prompt']} and a hare", user="bob")
    assert newest(bench).wish == Wish(prompt="a fox and a hare")
    assert newest(bench).account != first.account


@pytest.mark.parametrize(
    "wish",
    [
        Wish(prompt="a fox"),
        Wish(prompt='a fox, "in the snow"', shape=Shape.TALL, quality=Quality.HIGH, count=4, rewriting=Rewriting.OFF),
        Wish(prompt="a fox", size=Size(640, 480)),
    ],
)
async def test_a_form_sent_unchanged_asks_for_the_same_wish(bench: Bench, hands: Hands, wish: Wish, house: Dispatcher) -> None:
    """Whatever was asked for, in a form and in a line."""
    job = await bench.imagine(
        wish.prompt, shape=wish.shape, size=wish.size, quality=wish.quality, count=wish.count, rewriting=wish.rewriting
    )
    await hands.press("reword", job)
    await hands.type(write_line(house.commands["imagine"], hands.forms[0].values))
    assert hands.forms[0].values == wish.to_options()
    assert newest(bench).wish == wish


async def test_the_safer_wording_is_drawn_as_if_it_had_been_typed(bench: Bench, hands: Hands) -> None:
    """It is judged like any other."""
    bench.rewriter.will(PromptRefused(rule="violence", sentence="No.", safer="a kind fox"))
    refused = await bench.draw("a fox", count=2, variation_of="a mean fox")
    await hands.press("safer", refused)
    await bench.work()
    assert newest(bench).wish == Wish(prompt="a kind fox", count=2)
    assert bench.job(newest(bench)).state is JobState.DONE
    assert bench.rewriter.asks[-1].prompt == "a kind fox"


@pytest.mark.parametrize("is_refused", [True, False], ids=["refused without one", "not refused"])
async def test_there_is_not_always_a_safer_wording(bench: Bench, hands: Hands, *, is_refused: bool) -> None:
    """The sentence says so."""
    bench.rewriter.will(*[PromptRefused(rule="violence", sentence="No.")] * is_refused)
    job = await bench.draw() if is_refused else await bench.imagine()
    [whisper] = await hands.press("safer", job)
    assert whisper.text == "There is no safer wording for that one; Change words lets you write your own."


@pytest.mark.parametrize("button", ["again", "vary", "reword", "safer"])
async def test_words_that_are_not_kept_any_more_cannot_be_drawn_again(bench: Bench, hands: Hands, button: str) -> None:
    """That is said, and nothing is counted."""
    drawn = await bench.draw("a fox")
    row = bench.jobs.rows[drawn.id]
    row.job = replace(row.job, wish=replace(row.job.wish, prompt=""), prepared_prompt=None, erased_at=bench.clock.now())
    before = await bench.quota_status()
    [refusal] = await hands.press(button, drawn)
    assert refusal.text == "The words of that picture are not kept any more; type /imagine with new ones. Nothing was counted."
    assert await bench.quota_status() == before
