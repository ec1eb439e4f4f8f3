"""Asks of every implementation of `Collections`: is in one what its owner put there, and do only those look who may?"""

from dataclasses import replace

import pytest

from bot.domain.collections import Collection, CollectionAudience, CollectionId
from bot.domain.jobs import JobId
from bot.domain.people import HOUSE, REGISTERED, AccountId, CommunityId, Identity
from bot.domain.pictures import PictureId
from bot.domain.shares import ShareId
from bot.ports.accounts import Accounts
from bot.ports.collections import Collections
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from tests.contract.conftest import ON_DISK
from tests.contract.examples import LEASE, SECOND, WEB, a_hold, a_job, some_pictures
from tests.fakes.clock import NOON

FOXES = CollectionId("foxes")


async def draw(jobs: Jobs, name: str, account: AccountId, count: int = 3) -> None:
    """Keep pictures."""
    await jobs.accept(a_job(name, account), a_hold(account, count))
    await jobs.claim(JobId(name), LEASE)
    await jobs.keep(JobId(name), 1, some_pictures(JobId(name), count))


@pytest.fixture
async def foxes(jobs: Jobs, collections: Collections, ann: AccountId) -> Collection:
    """Make a collection, with three pictures to put in."""
    await draw(jobs, "fox", ann)
    return await collections.add(Collection(id=FOXES, account=ann, community=HOUSE, name="Foxes", created_at=NOON))


async def inside(collections: Collections, most: int = 10) -> list[str]:
    """Return what is in it."""
    return [picture.id for picture in await collections.pictures(FOXES, most)]


async def test_of_a_name_there_is_one_whatever_its_case(collections: Collections, foxes: Collection, ann: AccountId) -> None:
    """It comes back as it went in."""
    assert await collections.add(replace(foxes, id=CollectionId("other"), name="FOXES")) == foxes
    assert await collections.find(ann, "foxes") == foxes
    assert await collections.find(ann, "owls") is None
    assert await collections.find(AccountId("somebody"), "foxes") is None


async def test_pictures_come_last_first_and_once(collections: Collections, foxes: Collection) -> None:
    """Until they are taken out."""
    await collections.put(foxes.id, [PictureId("fox.0")], NOON)
    await collections.put(foxes.id, [PictureId("fox.2")], NOON + SECOND)
    await collections.put(foxes.id, [PictureId("fox.0"), PictureId("fox.1")], NOON + 2 * SECOND)
    assert await inside(collections) == ["fox.1", "fox.2", "fox.0"]
    assert await inside(collections, most=1) == ["fox.1"]
    assert await collections.take_out(foxes.id, [PictureId("fox.2"), PictureId("none")]) == 1
    assert await inside(collections) == ["fox.1", "fox.0"]


async def test_what_is_out_of_sight_is_in_no_collection(collections: Collections, foxes: Collection, pictures: Pictures) -> None:
    """Until it is shown again."""
    await collections.put(foxes.id, [PictureId("fox.0")], NOON)
    await pictures.hide(JobId("fox"), NOON)
    assert await inside(collections) == []
    await pictures.show(JobId("fox"))
    assert await inside(collections) == ["fox.0"]


async def test_own_ones_are_listed_and_those_that_others_share_here(
    collections: Collections, foxes: Collection, accounts: Accounts, ann: AccountId
) -> None:
    """One's own first, with what is in them."""
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    await collections.put(foxes.id, [PictureId("fox.0"), PictureId("fox.1")], NOON)
    park = CommunityId("park")
    owls = await collections.add(
        Collection(id=CollectionId("owls"), account=bob, community=park, name="A few owls", created_at=NOON)
    )
    assert [(one.collection, one.pictures) for one in await collections.list_visible(ann, park)] == [(foxes, 2)]
    await collections.open_to(owls.id, CollectionAudience.COMMUNITY)
    await collections.open_to(foxes.id, CollectionAudience.COMMUNITY)
    names = {
        (whose, here): [one.collection.name for one in await collections.list_visible(whose, here)]
        for whose in (ann, bob)
        for here in (HOUSE, park)
    }
    assert names == {
        (ann, HOUSE): ["Foxes"],
        (ann, park): ["Foxes", "A few owls"],
        (bob, HOUSE): ["A few owls", "Foxes"],
        (bob, park): ["A few owls"],
    }


async def test_a_page_leads_to_its_collection_whoever_may_look(collections: Collections, foxes: Collection) -> None:
    """It keeps the page until it gets another one."""
    assert await collections.of_page(ShareId("page")) is None
    await collections.open_to(foxes.id, CollectionAudience.EVERYBODY, ShareId("page"))
    shared = replace(foxes, audience=CollectionAudience.EVERYBODY, page=ShareId("page"))
    assert await collections.of_page(ShareId("page")) == shared
    await collections.open_to(foxes.id, CollectionAudience.ME)
    assert await collections.of_page(ShareId("page")) == replace(shared, audience=CollectionAudience.ME)
    await collections.open_to(foxes.id, CollectionAudience.EVERYBODY, ShareId("other"))
    assert await collections.of_page(ShareId("page")) is None


async def test_a_page_that_is_over_is_known_as_one(collections: Collections, foxes: Collection) -> None:
    """Also of a collection that is not there any more; one that is only closed is not over."""
    await collections.open_to(foxes.id, CollectionAudience.EVERYBODY, ShareId("first"))
    await collections.open_to(foxes.id, CollectionAudience.ME)
    await collections.open_to(foxes.id, CollectionAudience.EVERYBODY, ShareId("first"))
    assert not await collections.is_ended_page(ShareId("first"))
    await collections.open_to(foxes.id, CollectionAudience.EVERYBODY, ShareId("second"))
    assert await collections.is_ended_page(ShareId("first"))
    for _ in range(2):
        await collections.remove(foxes.id)
    found = [await collections.is_ended_page(ShareId(page)) for page in ("first", "second", "third")]
    assert found == [True, True, False]


async def test_a_removed_one_is_gone_and_its_pictures_stay(
    collections: Collections, foxes: Collection, pictures: Pictures, ann: AccountId
) -> None:
    """Its name is free again."""
    await collections.put(foxes.id, [PictureId("fox.0")], NOON)
    await collections.remove(foxes.id)
    assert await collections.find(ann, "foxes") is None
    assert await inside(collections) == []
    assert len(await pictures.of_job(JobId("fox"))) == 3
    assert (await collections.add(foxes)) == foxes


@ON_DISK
async def test_collections_move_with_their_account(
    collections: Collections, foxes: Collection, accounts: Accounts, jobs: Jobs, ann: AccountId
) -> None:
    """Of two that are called alike both stay: one gets a part of its id."""
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    await draw(jobs, "his", bob)
    his = await collections.add(replace(foxes, id=CollectionId("1234567890"), account=bob))
    await collections.put(his.id, [PictureId("his.0")], NOON)
    await accounts.join(ann, bob)
    found = await collections.list_visible(ann, HOUSE)
    assert [(one.collection.name, one.pictures) for one in found] == [("Foxes", 0), ("Foxes-12345678", 1)]
