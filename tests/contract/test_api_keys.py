"""Asks of every implementation of `ApiKeys`: does a key open its owner's account, until it is revoked, and nobody else's?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.people import HOUSE, REGISTERED, AccountId, CommunityId, Identity
from bot.errors import StorageFailed
from bot.ports.accounts import Accounts
from bot.ports.api_keys import ApiKey, ApiKeyId, ApiKeys
from storage.schema.accounts import api_keys
from storage.sql.api_keys import SqlApiKeys
from storage.sql.database import Database
from tests.contract.conftest import MEMORY, ON_DISK
from tests.contract.examples import ANN, DISCORD, WEB
from tests.fakes.api_keys import MemoryApiKeys
from tests.fakes.clock import NOON, StoppedClock

BOB = Identity(WEB, "", "bob")


@pytest.fixture
def keys(engine_name: str, clock: StoppedClock, request: pytest.FixtureRequest) -> ApiKeys:
    """Return the record of keys."""
    return MemoryApiKeys() if engine_name == MEMORY else SqlApiKeys(request.getfixturevalue("database"), clock)


@pytest.fixture
async def bob(accounts: Accounts) -> AccountId:
    """Return somebody else's account."""
    return (await accounts.get_or_create(BOB, REGISTERED)).id


def a_key(name: str, account: AccountId) -> ApiKey:
    """Return a key of ann's."""
    return ApiKey(id=ApiKeyId(name), account=account, owner=ANN, community=HOUSE, label="my script", created_at=NOON)


async def test_a_key_is_found_by_its_hash_with_all_that_is_known_of_it(keys: ApiKeys, ann: AccountId) -> None:
    """Who asks, where, and for whose account."""
    key = replace(a_key("one", ann), owner=Identity(DISCORD, "T1", "7"), community=CommunityId("loom:town"), label="' ; --")
    await keys.add(key, "hash")
    assert await keys.find("hash") == key


@pytest.mark.parametrize("guess", ["", "HASH", "hash ", "%", "' OR 1=1 --", "one", "\x00", "x" * 100_000, "\ud800"])
async def test_nothing_else_is_taken_for_a_key(keys: ApiKeys, ann: AccountId, guess: str) -> None:
    """Nor is the key's id, which people see in lists."""
    await keys.add(a_key("one", ann), "hash")
    try:
        assert await keys.find(guess) is None
    except StorageFailed:
        assert guess in {"\ud800", "\x00"}


async def test_a_revoked_key_opens_nothing_for_ever(keys: ApiKeys, ann: AccountId) -> None:
    """Once; the second time there is none by that id."""
    await keys.add(a_key("one", ann), "hash")
    await keys.add(a_key("two", ann), "other")
    assert await keys.revoke(ApiKeyId("one"), ann)
    assert await keys.find("hash") is None
    assert await keys.of(ann) == (a_key("two", ann),)
    assert not await keys.revoke(ApiKeyId("one"), ann)


async def test_nobody_revokes_another_ones_key(keys: ApiKeys, ann: AccountId, bob: AccountId) -> None:
    """However well they know its id."""
    await keys.add(a_key("one", ann), "hash")
    assert not await keys.revoke(ApiKeyId("one"), bob)
    assert not await keys.revoke(ApiKeyId("none"), ann)
    assert await keys.find("hash") is not None


async def test_keys_are_listed_oldest_first(keys: ApiKeys, ann: AccountId, bob: AccountId) -> None:
    """One's own."""
    later = replace(a_key("a later one", ann), created_at=NOON + timedelta(microseconds=1))
    for number, key in enumerate((later, a_key("two", ann), a_key("one", ann), a_key("bobs", bob))):
        await keys.add(key, str(number))
    assert await keys.of(ann) == (a_key("one", ann), a_key("two", ann), later)
    assert await keys.of(AccountId("nobody")) == ()


@ON_DISK
async def test_revoked_keys_stay_on_record(keys: ApiKeys, ann: AccountId, database: Database, clock: StoppedClock) -> None:
    """With the moment; memory has no record to look into."""
    await keys.add(a_key("one", ann), "hash")
    await keys.revoke(ApiKeyId("one"), ann)
    clock.move(timedelta(hours=1))
    await keys.revoke(ApiKeyId("one"), ann)
    async with database.read_transaction() as connection:
        assert (await connection.execute(select(api_keys.c.revoked_at))).scalars().all() == [NOON]
