"""Asks how one finds one's pictures again: by words, by day, page by page."""

from datetime import timedelta

import pytest

from bot.domain.chat import Place, Post
from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import Actor, Change, RuleKey, RuleKind
from tests.fakes.bench import Bench
from tests.fakes.surfaces import LOOM
from tests.unit.commands.hands import Hands

TWO_HOURS = timedelta(hours=2)
"""So that no day has more pictures than one may draw."""


async def draw_foxes(bench: Bench, count: int) -> None:
    """Draw foxes with numbers, and an owl before them."""
    await bench.draw("an owl", key="owl")
    for number in range(count):
        bench.clock.move(TWO_HOURS)
        await bench.draw(f"fox {number}", key=f"fox-{number}")


def drawn(post: Post) -> list[str]:
    """Return what is shown, by its words."""
    return [picture.alt.removesuffix(", in soft light") for picture in post.pictures]


async def press(hands: Hands, post: Post) -> list[Post]:
    """Press the one button of a page."""
    [button] = post.buttons
    return await hands.press_action(button.action)


async def test_the_gallery_shows_ones_newest_pictures_in_private(bench: Bench, hands: Hands) -> None:
    """Ten at most, newest first, whichever message they were in."""
    for number in range(6):
        await bench.draw(f"fox {number}", key=f"call-{number}", count=2)
        bench.clock.move(timedelta(seconds=1))
    await bench.draw("a hare", key="call-of-bob", user="bob")
    [whisper] = await hands.type("/gallery")
    assert whisper.text == "Your newest pictures (10):"
    assert [exhibit.alt for exhibit in whisper.pictures][::2] == [f"fox {number}, in soft light" for number in (5, 4, 3, 2, 1)]
    assert [one.action for one in whisper.more] == [f"show:{picture.picture}" for picture in whisper.pictures]
    assert (whisper.more[0].label, whisper.more[9].label) == ("Show 1: fox 5", "Show 10: fox 1")


async def test_a_gallery_that_stays_is_written_down_with_each_job_that_it_shows(bench: Bench, hands: Hands) -> None:
    """Where somebody is alone it is a message like any other: what is removed later has to go from it too."""
    jobs = [await bench.draw("a fox", key="1", count=2), await bench.draw("an owl", key="2")]
    await hands.type("/gallery")
    assert [await bench.sent_messages.of_job(job.id) for job in jobs] == [(), ()]
    await hands.type("/gallery", at=Place(LOOM, "", "ann alone"))
    for job in jobs:
        [message] = await bench.sent_messages.of_job(job.id)
        assert message.place.channel == "ann alone"


async def test_an_empty_gallery_says_how_to_fill_it(hands: Hands) -> None:
    """With the command to type."""
    [whisper] = await hands.type("/gallery")
    assert "/imagine" in whisper.text
    assert whisper.pictures == ()


async def test_words_find_only_what_was_asked_for_with_them(bench: Bench, hands: Hands) -> None:
    """And the page says what it shows, which is which, and since when."""
    await draw_foxes(bench, 2)
    [page] = await hands.type("/gallery OWL")
    assert page.text == "Your newest pictures with “owl” (1):"
    assert drawn(page) == ["an owl"]
    [listing] = page.details
    assert listing.title == "What they are"
    assert listing.text.startswith("1. an owl · ")
    assert listing.text.endswith(page.pictures[0].picture)


async def test_older_ones_are_a_button_away(bench: Bench, hands: Hands) -> None:
    """As often as there are any, with the same words; the last page has none."""
    await draw_foxes(bench, 21)
    [first] = await hands.type("/gallery fox")
    assert drawn(first) == [f"fox {number}" for number in range(20, 10, -1)]
    [second] = await press(hands, first)
    assert second.text == "Older pictures of yours with “fox” (10):"
    [third] = await press(hands, second)
    assert drawn(third) == ["fox 0"]
    assert third.buttons == ()


async def test_pages_keep_to_the_day_that_was_given(bench: Bench, hands: Hands) -> None:
    """However it was given: the day is the community's, a time counts back from now."""
    await draw_foxes(bench, 2)
    bench.clock.move(timedelta(days=3))
    for number in range(11):
        await bench.draw(f"elk {number}", key=f"elk-{number}")
    [page] = await hands.type(f"/gallery --since {bench.clock.now():%Y-%m-%d}")
    [last] = await press(hands, page)
    assert [drawn(last), last.buttons] == [["elk 0"], ()]
    [page] = await hands.type("/gallery fox --since 2d")
    assert page.text.startswith("No picture of yours was found with “fox” since ")


async def test_the_first_day_there_ever_was_means_all_pictures(bench: Bench, hands: Hands) -> None:
    """In some time zones no clock knows when it began."""
    await draw_foxes(bench, 1)
    key, by = RuleKey(RuleKind.SETTING, "zone"), Actor(AccountId("boss"), "Boss")
    await bench.rulebook.change(Change(community=HOUSE, key=key, value="Asia/Tokyo", by=by))
    [page] = await hands.type("/gallery --since 0001-01-01")
    assert drawn(page) == ["fox 0", "an owl"]


async def test_a_page_whose_words_no_button_can_carry_says_so(bench: Bench, hands: Hands) -> None:
    """Buttons have so much room on every platform."""
    words = " ".join(f"word{number}" for number in range(10, 24))
    for number in range(11):
        await bench.draw(words, key=str(number))
    [page] = await hands.type(f"/gallery {words}")
    assert page.text.endswith("(10): There are more: with fewer words, a button shows them.")
    assert page.buttons == ()


async def test_when_all_older_ones_are_gone_the_button_says_so(bench: Bench, hands: Hands) -> None:
    """And how to go on."""
    await draw_foxes(bench, 10)
    [page] = await hands.type("/gallery")
    await bench.gallery.delete(next(row.job.id for row in bench.jobs.rows.values() if row.job.wish.prompt == "an owl"))
    [refusal] = await press(hands, page)
    assert refusal.text == "There are no older pictures of yours there; /gallery begins again with the newest."


@pytest.mark.parametrize("argument", ["", "a:b", "fox:soon::words", "a:b:c:d:e"])
async def test_a_button_that_is_not_ours_is_refused(hands: Hands, argument: str) -> None:
    """In one sentence."""
    [refusal] = await hands.press_action(f"older_pictures:{argument}")
    assert refusal.kind == "bad_input"


@pytest.mark.parametrize("typed", ['"""', "***", "🦊", f"--words {'x' * 4000}", "--since tomorrow", "--since 2026-13-01"])
async def test_what_nobody_can_look_for_is_refused_in_one_sentence(bench: Bench, hands: Hands, typed: str) -> None:
    """Nothing is counted."""
    [refusal] = await hands.type(f"/gallery {typed}")
    assert refusal.kind == "bad_input"
    assert (await bench.quota_status()).spent == 0
