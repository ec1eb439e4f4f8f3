"""Asks what becomes of a star: on a button, as a reaction, and of one that is taken back."""

import pytest

from bot.domain.chat import Post
from tests.fakes.bench import Bench
from tests.unit.commands.hands import Hands


async def favourites(hands: Hands) -> list[str]:
    """Return the words of one's favourites."""
    [page] = await hands.type("/gallery --only favourites")
    return [picture.alt.removesuffix(", in soft light") for picture in page.pictures]


async def test_the_button_keeps_all_pictures_of_a_message_and_takes_them_out_again(bench: Bench, hands: Hands) -> None:
    """It says which of the two it did, to whoever pressed it alone."""
    await bench.draw("a hare", key="hare")
    job = await bench.draw("a fox", count=2)
    assert await favourites(hands) == []
    assert await hands.press("star", job) == [Post("★ Now among your favourites: /gallery --only favourites shows them.")]
    assert await favourites(hands) == ["a fox", "a fox"]
    assert await hands.press("star", job) == [Post("☆ Not among your favourites any more.")]
    assert await favourites(hands) == []


async def test_one_picture_of_several_is_kept_alone(bench: Bench, hands: Hands) -> None:
    """Where the button names it."""
    job = await bench.draw("a fox", count=2)
    first, _ = await bench.pictures.of_job(job.id)
    await hands.press_action(f"star:{first.id}")
    assert await favourites(hands) == ["a fox"]
    await hands.press_action(f"star:{first.id}")
    assert await favourites(hands) == []


async def test_a_star_as_a_reaction_says_nothing_and_can_be_taken_back(bench: Bench, hands: Hands) -> None:
    """A second one changes nothing."""
    job = await bench.draw("a fox")
    for _ in range(2):
        assert await hands.press("favourite", job) == []
    assert await favourites(hands) == ["a fox"]
    for _ in range(2):
        assert await hands.press("unfavourite", job) == []
    assert await favourites(hands) == []


async def test_nobody_stars_for_somebody_else(bench: Bench, hands: Hands) -> None:
    """A reaction is applause; the button says why nothing happens."""
    job = await bench.draw("a fox")
    assert await hands.press("favourite", job, user="bob") == []
    [refusal] = await hands.press("star", job, user="bob")
    assert refusal.text == "Only whoever asked for a picture can have it among their favourites."
    assert await favourites(hands) == []


async def test_what_is_deleted_is_no_favourite(bench: Bench, hands: Hands) -> None:
    """And is one again once it is brought back."""
    job = await bench.draw("a fox")
    await hands.press("star", job)
    await hands.press("delete", job)
    assert await favourites(hands) == []
    [refusal] = await hands.press("star", job)
    assert refusal.kind == "bad_input"
    await hands.press("undelete", job)
    assert await favourites(hands) == ["a fox"]


@pytest.mark.parametrize("only", ["favourites", "FAVOURITES"])
async def test_the_page_says_what_it_shows_and_its_button_keeps_to_it(bench: Bench, hands: Hands, only: str) -> None:
    """Also with words."""
    for number in range(11):
        await hands.press("star", await bench.draw(f"fox {number}", key=f"fox-{number}"))
    await bench.draw("fox 11", key="fox-11")
    [page] = await hands.type(f"/gallery fox --only {only}")
    assert page.text == "Your newest pictures among your favourites with “fox” (10):"
    [button] = page.buttons
    [older] = await hands.press_action(button.action)
    assert len(older.pictures) == 1
