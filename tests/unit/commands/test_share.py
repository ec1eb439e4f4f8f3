"""Asks who shares what, what they are told, and who can end it."""

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.domain.chat import Post
from bot.errors import BadInput
from bot.services.picture_links import PictureLinks
from bot.services.picture_lookup import PictureLookup
from tests.fakes.bench import FAULT, Bench
from tests.fakes.owners import nobody
from tests.unit.commands.conftest import share_commands
from tests.unit.commands.hands import Hands


def link_in(post: Post) -> str:
    """Return the first link that a post says."""
    return post.text.splitlines()[1]


async def test_a_picture_is_shared_without_its_words_until_these_are_wanted(bench: Bench, hands: Hands) -> None:
    """By the button below it; the link stays the same."""
    job = await bench.draw("a fox")
    [shared] = await hands.press("share", job)
    assert shared.text.startswith("Shared: anybody with the link sees the picture and not your words. The link opens on the")
    assert link_in(shared).startswith("http://easel.test/s/")
    assert [button.label for button in shared.buttons] == ["Show the words", "Stop sharing"]
    [worded] = await hands.press_action(shared.buttons[0].action)
    assert worded.text.startswith("Shared: anybody with the link sees the picture and your words.")
    assert link_in(worded) == link_in(shared)
    assert worded.buttons[0].label == "Hide the words"
    [hidden] = await hands.press_action(worded.buttons[0].action)
    assert hidden == shared


async def test_each_picture_of_a_set_has_its_link(bench: Bench) -> None:
    """Which is a button where people anywhere can open it."""
    commands = share_commands(bench, PictureLinks("http://easel.test", public_url="https://easel.example"))
    hands = Hands(bench, Dispatcher(commands, lambda: FAULT, nobody))
    job = await bench.draw("a fox", count=2)
    [shared] = await hands.type(f"/share {job.id} --words show")
    assert [link.label for link in shared.links] == ["Open 1", "Open 2"]
    assert all(link.address.startswith("https://easel.example/s/") for link in shared.links)
    [first] = await hands.type(f"/share {(await bench.gallery.visible(job.id))[0].id}")
    assert [link.label for link in first.links] == ["Open"]
    assert "the machine" not in first.text


async def test_only_the_author_shares_and_what_is_gone_is_not_shared(bench: Bench, hands: Hands) -> None:
    """One sentence each."""
    job = await bench.draw("a fox")
    [refusal] = await hands.press("share", job, user="bob")
    assert refusal.text == "Only whoever asked for a picture can share it."
    await hands.press("delete", job)
    [refusal] = await hands.press("share", job)
    assert refusal.kind == "bad_input"


async def test_the_author_and_who_looks_after_the_place_end_it(bench: Bench, hands: Hands) -> None:
    """By the link itself, that of the picture, or the button; once."""
    job = await bench.draw("a fox")
    [shared] = await hands.press("share", job)
    [refusal] = await hands.type(f"/unshare {link_in(shared)}", user="bob")
    assert refusal.kind == "not_yours"
    assert await hands.type(f"/unshare {link_in(shared)}") == [Post("No longer shared: 1 link stopped working.")]
    [again] = await hands.press("share", job)
    assert link_in(again) != link_in(shared)
    assert await hands.press("unshare", job, user="mo", is_moderator=True) == [Post("No longer shared: 1 link stopped working.")]
    [refusal] = await hands.press("unshare", job)
    assert refusal.text == "That picture is not shared, so nothing was changed."


async def test_a_share_link_names_its_picture(bench: Bench, hands: Hands) -> None:
    """Wherever pictures are named; one that leads nowhere names none."""
    job = await bench.draw("a fox")
    [shared] = await hands.press("share", job)
    assert await hands.type(f"/show {link_in(shared)}") == []
    [refusal] = await hands.type("/show http://easel.test/s/nothing")
    assert refusal.kind == "bad_input"
    with pytest.raises(BadInput):
        await PictureLookup(bench.jobs, bench.pictures, bench.sent_messages).find(link_in(shared))
