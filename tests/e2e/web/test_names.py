"""Asks whether people on the page can be named as they are called there, though nobody learns anybody's id."""

import json
from collections.abc import AsyncIterator
from itertools import count

import pytest
import pytest_asyncio

from bot.adapters.web.rendering import render_body
from bot.adapters.web.surface import WEB
from bot.adapters.web.visitors import visitor_name
from bot.domain.chat import Post
from bot.domain.people import Identity, Person
from tests.fakes.visitor import HttpVisitor
from tests.fakes.web_house import WebHouse, running
from tests.unit.commands.admin_console import AdminConsole

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def console() -> AdminConsole:
    """Keep the books."""
    return AdminConsole()


@pytest_asyncio.fixture(loop_scope="session")
async def house(console: AdminConsole) -> AsyncIterator[WebHouse]:
    """Serve the page with the commands about credits."""
    commands = tuple(one for one in console.open().commands.values() if one.name.startswith("credits"))
    async with running(WebHouse(commands=commands)) as house:
        yield house


async def draw(house: WebHouse, console: AdminConsole, visitor: HttpVisitor) -> Person:
    """Have somebody ask for a picture, so that their name stands beside it."""
    await visitor.say("/imagine a fox")
    user = house.studio.orders[-1].author
    someone = Person(Identity(WEB, "", user), visitor_name(user))
    await console.see(someone)
    return someone


async def test_credits_go_to_whom_the_name_means(
    house: WebHouse, console: AdminConsole, ann: HttpVisitor, bob: HttpVisitor
) -> None:
    """However it is typed; the reply has the name, not the id."""
    giver, taker = await draw(house, console, ann), await draw(house, console, bob)
    house.owners.add(giver.identity.user)
    [note] = (await ann.say(f"/credits grant {giver.name} 20"))["notes"]
    assert note["text"] == f"The balance of {giver.name} is now 20 credits; it was 0 credits."
    lines = [
        f"/credits give {taker.name} 2",
        f"/credits give @{taker.name.lower()} 2",
        f'/credits give 2 "{taker.name}"',
        f'/credits give --person "@{taker.name}" --amount 2',
        f"/credits give --amount 2 --person={taker.name}",
    ]
    for done, line in enumerate(lines, 1):
        reply = await ann.say(line)
        assert reply["notes"][0]["text"].startswith(f"You gave {taker.name} 2 credits; you have {20 - 2 * done} now")
        assert taker.identity.user not in json.dumps(reply)
        assert await console.balance(taker) == 2 * done


async def test_a_name_that_nobody_has_is_told_so(house: WebHouse, console: AdminConsole, ann: HttpVisitor) -> None:
    """In one sentence that says what would work."""
    giver = await draw(house, console, ann)
    other = next(name for name in ("Amber Heron", "Jade Owl") if name != giver.name)
    for line, answer in (
        (f"/credits give {other} 5", f"Nobody whose pictures are here is called {other}; nothing was changed."),
        ("/credits give @bob 5", "Nobody here is called “bob”; nothing was changed. Type the name that stands beside their"),
    ):
        [note] = (await ann.say(line))["notes"]
        assert note["text"].startswith(answer)
        assert note["tone"] == "refused"


async def test_where_two_share_a_name_an_id_is_asked_for(
    house: WebHouse, console: AdminConsole, ann: HttpVisitor, bob: HttpVisitor
) -> None:
    """A gift must not go to the wrong one."""
    await draw(house, console, ann)
    taker = await draw(house, console, bob)
    twin = next(user for user in map(str, count()) if visitor_name(user) == taker.name)
    channel = house.studio.orders[-1].message.place.channel
    await house.messages.add(channel=channel, author=twin, body=render_body(Post("a fox")), key="twin")
    [note] = (await ann.say(f"/credits give {taker.name} 5"))["notes"]
    assert note["text"].startswith(f"2 people here are called {taker.name}; nothing was changed. Please give the id")


async def test_a_name_in_a_prompt_is_words(house: WebHouse, console: AdminConsole, ann: HttpVisitor) -> None:
    """Only commands about somebody look for people."""
    someone = await draw(house, console, ann)
    await ann.say(f"/imagine @{someone.name} in the snow")
    assert house.studio.orders[-1].prompt == f"@{someone.name} in the snow"
