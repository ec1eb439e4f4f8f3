"""Asks what people do with collections, and whose they see."""

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.domain.chat import Form, Place, Post
from bot.domain.collections import MOST_COLLECTIONS
from bot.services.communities import Communities
from bot.services.picture_links import PictureLinks
from tests.fakes.bench import FAULT, Bench
from tests.fakes.owners import nobody
from tests.fakes.surfaces import LOOM
from tests.unit.commands.conftest import collection_commands, collection_desk, gallery_pages
from tests.unit.commands.hands import Hands

NOT_THERE = "You have no collection of that name; /collection list shows those that there are."


def drawn(post: Post) -> list[str]:
    """Return what is shown, by its words."""
    return [picture.alt.removesuffix(", in soft light") for picture in post.pictures]


async def test_pictures_are_put_in_looked_at_and_taken_out(bench: Bench, hands: Hands) -> None:
    """The newest without a link; the name is found whatever its case."""
    fox = await bench.draw("a fox", key="fox", count=2)
    await bench.draw("an owl", key="owl")
    [answer] = await hands.type("/collection add Best  of all")
    assert answer.text == "1 picture put into Best of all: /collection show Best of all looks at it."
    [answer] = await hands.type(f"/collection add BEST OF ALL --link {fox.id}")
    assert answer.text == "2 pictures put into Best of all: /collection show Best of all looks at it."
    [page] = await hands.type("/collection show best of all")
    assert page.text == "Best of all: the newest 3"
    assert sorted(drawn(page)) == ["a fox", "a fox", "an owl"]
    [answer] = await hands.type(f"/collection remove best of all --link {fox.id}")
    assert answer.text == "2 pictures taken out of Best of all."
    [refusal] = await hands.type(f"/collection remove best of all --link {fox.id}")
    assert refusal.text == "That picture is not in Best of all, so nothing was changed."
    [page] = await hands.type("/collection show best of all")
    assert (page.text, drawn(page)) == ("Best of all:", ["an owl"])


async def test_the_button_under_a_picture_asks_for_the_name(bench: Bench, hands: Hands) -> None:
    """So that nobody has to know the picture's id."""
    fox = await bench.draw("a fox", key="fox")
    await hands.press("ask_collect", fox)
    assert hands.forms == [Form("collection add", {"link": fox.id}, shown=("name",))]


async def test_a_collection_that_is_dropped_leaves_its_pictures(bench: Bench, hands: Hands) -> None:
    """In the gallery."""
    await bench.draw("a fox")
    await hands.type("/collection add foxes")
    [answer] = await hands.type("/collection remove foxes")
    assert answer.text == "The collection foxes is gone; its pictures stay in /gallery."
    [refusal] = await hands.type("/collection show foxes")
    assert refusal.text == NOT_THERE
    [page] = await hands.type("/gallery")
    assert drawn(page) == ["a fox"]


async def test_others_look_at_it_only_once_it_is_shared_here(bench: Bench, hands: Hands) -> None:
    """Until it is not any more; nobody changes somebody else's."""
    await bench.draw("a fox")
    await hands.type("/collection add foxes")
    [refusal] = await hands.type("/collection show foxes", user="bob")
    assert refusal.text == NOT_THERE
    [answer] = await hands.type("/collection share foxes")
    assert answer.text.startswith(
        "foxes: all who use easel here, on its page or in private chats may look at it, with your words,"
    )
    [page] = await hands.type("/collection show foxes", user="bob")
    assert drawn(page) == ["a fox"]
    [listed] = await hands.type("/collection list", user="bob")
    assert listed.text == "1 collection:\nfoxes · 1 picture · somebody else's"
    for line in ("remove foxes", "share foxes"):
        [refusal] = await hands.type(f"/collection {line}", user="bob")
        assert refusal.text == NOT_THERE
    [answer] = await hands.type("/collection share foxes --audience me")
    assert answer.text == "foxes: you alone look at it from now on."
    [listed] = await hands.type("/collection list", user="bob")
    assert "no collections here yet" in listed.text
    [listed] = await hands.type("/collection list")
    assert listed.text == "1 collection:\nfoxes · 1 picture · yours alone"


async def test_a_collection_has_a_page_for_everybody_with_its_link(bench: Bench) -> None:
    """The same for as long as it is open, and another one once it was closed."""
    await bench.draw("a fox")
    for links in (bench.links, PictureLinks("http://easel.test", public_url="https://easel.example")):
        desk, pages = collection_desk(bench), gallery_pages(bench)
        hands = Hands(bench, Dispatcher(collection_commands(desk, pages, links), lambda: FAULT, nobody))
        await hands.type("/collection add foxes")
        [shared] = await hands.type("/collection share foxes --audience everybody")
        [again] = await hands.type("/collection share foxes --audience everybody")
        assert again == shared
        said, address = shared.text.splitlines()
        assert said.startswith("foxes: everybody with the link sees its pictures, and not your words, from now on.")
        assert ("on the machine that easel runs on only" in said) is not links.is_public
        assert [link.address for link in shared.links] == [address]
        [listed] = await hands.type("/collection list")
        assert listed.text.endswith("foxes · 1 picture · shared by a link")
        await hands.type("/collection share foxes --audience me")
        [new] = await hands.type("/collection share foxes --audience everybody")
        assert new.text != shared.text


class TestSeveralCommunities:
    """One bot for all of them."""

    @pytest.fixture
    def bench(self) -> Bench:
        """Keep servers and workspaces apart."""
        return Bench(communities=Communities(parts_tenants=True, joined={}))

    async def test_one_is_shared_where_it_was_made(self, bench: Bench, hands: Hands) -> None:
        """Elsewhere other people are meant by "here"; from everybody it can be taken anywhere."""
        elsewhere = Place(LOOM, "village", "green")
        await bench.draw("a fox")
        await hands.type("/collection add foxes")
        [refusal] = await hands.type("/collection share foxes", at=elsewhere)
        assert refusal.text == "foxes was made elsewhere, so it can only be shared there. Nothing was changed."
        [listed] = await hands.type("/collection list")
        assert listed.text == "1 collection:\nfoxes · 1 picture · yours alone"
        [answer] = await hands.type("/collection share foxes")
        assert answer.text == "foxes: everybody here may look at it, with your words, from now on."
        [answer] = await hands.type("/collection share foxes --audience me", at=elsewhere)
        assert answer.text == "foxes: you alone look at it from now on."


async def test_one_that_is_shared_says_so_to_its_owner(bench: Bench, hands: Hands) -> None:
    """In the list."""
    await bench.draw("a fox")
    await hands.type("/collection add foxes")
    await hands.type("/collection share foxes --audience community")
    [listed] = await hands.type("/collection list")
    assert listed.text == "1 collection:\nfoxes · 1 picture · shared here"


async def test_only_ones_own_pictures_that_can_be_seen_are_put_in(bench: Bench, hands: Hands) -> None:
    """One sentence each, and no collection comes of it."""
    [refusal] = await hands.type("/collection add foxes")
    assert refusal.text.startswith("You have no picture yet")
    job = await bench.draw("a fox")
    [refusal] = await hands.type(f"/collection add foxes --link {job.id}", user="bob")
    assert refusal.kind == "not_yours"
    await hands.press("delete", job)
    [refusal] = await hands.type(f"/collection add foxes --link {job.id}")
    assert refusal.text.startswith("That picture was deleted")
    [listed] = await hands.type("/collection list")
    assert "no collections here yet" in listed.text


async def test_a_collection_of_deleted_pictures_says_that_there_is_nothing(bench: Bench, hands: Hands) -> None:
    """It is there all the same."""
    job = await bench.draw("a fox")
    await hands.type("/collection add foxes")
    await hands.press("delete", job)
    [refusal] = await hands.type("/collection show foxes")
    assert refusal.text == "There is no picture in foxes that can be seen; /collection add puts one there."


@pytest.mark.parametrize("name", ["***", "🦊", "x" * 41, "a\u202eb"])
async def test_what_is_no_name_is_refused(bench: Bench, hands: Hands, name: str) -> None:
    """In one sentence."""
    await bench.draw("a fox")
    [refusal] = await hands.type(f"/collection add {name}")
    assert refusal.kind == "bad_input"


async def test_there_are_not_too_many_of_one_person(bench: Bench, hands: Hands) -> None:
    """Names could go on for ever."""
    await bench.draw("a fox")
    for number in range(MOST_COLLECTIONS):
        await hands.type(f"/collection add foxes {number}")
    [refusal] = await hands.type("/collection add one more")
    assert refusal.text == "You have 100 collections, which is the most; /collection remove drops one."
    [answer] = await hands.type("/collection add foxes 7")
    assert answer.text.startswith("1 picture put into")
