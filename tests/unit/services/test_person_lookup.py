"""Asks whom a typed mention means."""

import pytest

from bot.domain.chat import Place
from bot.domain.people import Identity, Mention, Person, Platform, RoleMention
from bot.domain.rules import Actor
from bot.errors import BadInput
from bot.services.person_lookup import PersonLookup
from tests.fakes.bench import Bench
from tests.fakes.surfaces import LOOM, SQUARE, person

DEN = Platform("den")
ANN = person("ann")
DAN = Person(Identity(DEN, "d1", "dan"), "Dan")


@pytest.fixture
def bench() -> Bench:
    """Set up a house."""
    return Bench()


@pytest.fixture
def people(bench: Bench) -> PersonLookup:
    """Return whoever looks people up in it."""
    return PersonLookup(bench.accounts, bench.quotas)


async def test_the_caller_is_found_with_all_that_is_told_of_them(people: PersonLookup) -> None:
    """Even on their first call, and however they mention themselves."""
    for mention in (Mention("ann"), Mention("ann", LOOM)):
        assert people.is_caller(mention, ANN)
        assert await people.find_known(mention, ANN) == await people.find_or_create(mention, ANN) == await people.caller(ANN)
    assert (await people.caller(ANN)).person is ANN
    assert not people.is_caller(Mention("bob"), ANN)


async def test_somebody_is_meant_where_the_caller_is(people: PersonLookup, bench: Bench) -> None:
    """Of the same platform and realm, unless others are named."""
    account = await bench.quotas.account(DAN)
    by = Person(Identity(DEN, "d1", "eva"), "Eva")
    for mention in (Mention("dan"), Mention("dan", DEN), Mention("dan", DEN, "d1")):
        found = await people.find_known(mention, by)
        assert (found.account, found.identity, found.is_new) == (account.id, DAN.identity, False)


@pytest.mark.parametrize("mention", [Mention("dan", DEN, "d2"), Mention("zed"), Mention("zed", DEN, "d1")])
async def test_who_was_never_seen_is_not_known(people: PersonLookup, bench: Bench, mention: Mention) -> None:
    """A user of one realm is nobody in another."""
    await bench.quotas.account(DAN)
    with pytest.raises(BadInput) as refused:
        await people.find_known(mention, ANN)
    assert refused.value.user_text == (
        "That person has never been seen here; nothing was changed. They have to use this bot first, or the id is wrong."
    )


async def test_who_was_never_seen_gets_an_account_where_the_caller_is(people: PersonLookup, bench: Bench) -> None:
    """Of the tier that newcomers have there."""
    found = await people.find_or_create(Mention("zed"), ANN)
    account = await bench.accounts.find(Identity(LOOM, "", "zed"))
    assert account is not None
    assert (found.account, found.is_new, account.tier) == (account.id, True, "registered")
    assert not (await people.find_or_create(Mention("zed"), ANN)).is_new


@pytest.mark.parametrize("mention", [Mention("dan", DEN, "d1"), Mention("dan", Platform("nowhere"))])
async def test_who_was_never_seen_elsewhere_gets_none(people: PersonLookup, bench: Bench, mention: Mention) -> None:
    """It may be a slip of the pen."""
    with pytest.raises(BadInput):
        await people.find_or_create(mention, ANN)
    assert await bench.accounts.find(mention.to_identity(ANN.identity)) is None


async def test_an_account_is_called_by_its_identity(people: PersonLookup, bench: Bench) -> None:
    """That at home where it is read, if there is one."""
    ann, dan = await bench.quotas.account(ANN), await bench.quotas.account(DAN)
    assert await people.name(dan.id, ANN.identity) == DAN.identity
    assert await people.actor(ANN) == Actor(ann.id, "Ann")
    await bench.accounts.join(ann.id, dan.id)
    assert await people.name(ann.id, ANN.identity) == ANN.identity
    assert await people.name(ann.id, DAN.identity) == DAN.identity
    assert await people.name(dan.id, ANN.identity) == "an account that was joined to another"
    assert await people.of_account(dan.id) is None
    assert await people.of_account(ann.id) == Person(DAN.identity, "den:d1:dan")


def test_a_role_is_of_the_place_unless_another_is_named(people: PersonLookup) -> None:
    """As rules name it."""
    assert people.role_key(RoleMention("smiths"), SQUARE) == "loom:town:smiths"
    assert people.role_key(RoleMention("smiths", DEN, "d1"), SQUARE) == "den:d1:smiths"


def test_a_place_without_roles_has_none(people: PersonLookup) -> None:
    """A direct message."""
    alone = Place(LOOM, "", "ann alone")
    with pytest.raises(BadInput, match="bad input"):
        people.role_key(RoleMention("smiths"), alone)
    assert people.role_key(RoleMention("smiths", LOOM, "town"), alone) == "loom:town:smiths"
