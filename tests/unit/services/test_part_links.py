"""Does a link let one person change a part of one picture, once and for a while?"""

import pytest

from bot.domain.people import Identity, Person, Platform
from bot.domain.pictures import PictureId
from bot.errors import BadInput, NotAllowed
from bot.services.part_links import LINK_LIFETIME, SESSION_LIFETIME, PartEdit, PartLinks, call_key
from tests.fakes.clock import StoppedClock
from tests.fakes.codes import MemoryCodes
from tests.fakes.ids import CountingIds
from tests.fakes.surfaces import LOOM, SQUARE

PAGE = Platform("page")
AMBER, OLIVE = Identity(PAGE, "", "amber"), Identity(PAGE, "", "olive")
ANN = Person(Identity(LOOM, "", "ann"), "Änn", "de", roles=("weaver",), entitlements=("loom",))
EDIT = PartEdit(ANN, SQUARE, PictureId("fox"))
OWN = PartEdit(Person(AMBER, "Amber"), SQUARE, PictureId("fox"))


def a_house() -> tuple[PartLinks, StoppedClock]:
    """Return links in a house whose clock stands."""
    clock = StoppedClock()
    return PartLinks(MemoryCodes(clock), CountingIds(), clock, page="https://easel.test"), clock


async def secret_of(links: PartLinks, edit: PartEdit = EDIT) -> str:
    """Return what a link carries where servers do not see it."""
    page, _, secret = (await links.issue(edit)).partition("#")
    assert page == "https://easel.test/part"
    return secret


async def test_a_link_opens_one_browser_once() -> None:
    """It knows who asked for it with all that their limits depend on, and where; nobody else's browser goes on with it."""
    links, _ = a_house()
    secret = await secret_of(links)
    assert await links.open(AMBER, secret) == EDIT
    for visitor in (AMBER, OLIVE):
        with pytest.raises(BadInput, match="bad input"):
            await links.open(visitor, secret)
    assert await links.find(AMBER, secret) == EDIT
    with pytest.raises(BadInput):
        await links.find(OLIVE, secret)


async def test_a_link_of_a_visitor_is_for_that_visitor() -> None:
    """Another one's try does not use it up."""
    links, _ = a_house()
    address = await links.issue(OWN, is_on_page=True)
    secret = address.removeprefix("part#")
    with pytest.raises(NotAllowed) as refused:
        await links.open(OLIVE, secret)
    assert refused.value.user_text.startswith("This link is somebody else's.")
    assert await links.open(AMBER, secret) == OWN


async def test_links_and_what_they_opened_end() -> None:
    """The link after minutes, the page after an hour, or when something was sent."""
    links, clock = a_house()
    secret = await secret_of(links)
    clock.move(LINK_LIFETIME)
    with pytest.raises(BadInput) as refused:
        await links.open(AMBER, secret)
    assert "opens once, within 10 minutes" in refused.value.user_text
    secret = await secret_of(links)
    await links.open(AMBER, secret)
    clock.move(SESSION_LIFETIME)
    with pytest.raises(BadInput):
        await links.find(AMBER, secret)
    secret = await secret_of(links)
    await links.open(AMBER, secret)
    await links.close(AMBER, secret)
    with pytest.raises(BadInput) as refused:
        await links.find(AMBER, secret)
    assert "Nothing was counted." in refused.value.user_text


async def test_a_newer_link_to_the_same_picture_ends_the_one_before() -> None:
    """One that was lost is worthless then; those to other pictures stay."""
    links, _ = a_house()
    lost, other = await secret_of(links), await secret_of(links, PartEdit(ANN, SQUARE, PictureId("owl")))
    await links.open(AMBER, await secret_of(links))
    with pytest.raises(BadInput):
        await links.open(AMBER, lost)
    assert (await links.open(AMBER, other)).picture == "owl"


class Overtaken(MemoryCodes):
    """Loses a code between a look at it and its use."""

    async def redeem(self, purpose: object, code_hash: str) -> None:
        """Find nothing."""


async def test_of_two_that_open_it_at_once_one_does() -> None:
    """The other one is told that it was used."""
    clock = StoppedClock()
    links = PartLinks(Overtaken(clock), CountingIds(), clock, page="https://easel.test")
    with pytest.raises(BadInput):
        await links.open(AMBER, await secret_of(links))


async def test_what_is_kept_of_somebody_with_many_roles_fits_an_index() -> None:
    """PostgreSQL's take 2,700 bytes."""
    clock = StoppedClock()
    codes = MemoryCodes(clock)
    many = tuple(str(10**18 + number) for number in range(250))
    crowned = Person(Identity(LOOM, "", "ann"), "é" * 32, roles=many, entitlements=many[:10])
    await PartLinks(codes, CountingIds(), clock, page="").issue(PartEdit(crowned, SQUARE, PictureId("fox")))
    [issued] = codes.by_hash.values()
    assert len(issued.holder.encode()) < 2_700


def test_what_is_sent_by_one_link_has_one_key() -> None:
    """It tells nothing of the link."""
    assert call_key("secret") == call_key("secret") != call_key("other")
    assert "secret" not in call_key("secret")
