"""Asks whether a program's key is told once, kept as a hash, and good until it is revoked."""

import hashlib
import re

import pytest

from bot.domain.people import HOUSE, AccountId, Identity
from bot.errors import BadInput
from bot.services.api_keys import MOST_KEYS, ApiKeyRegistry
from tests.fakes.api_keys import MemoryApiKeys
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.surfaces import LOOM

ANN = Identity(LOOM, "", "ann")
ANNS = AccountId("account")


@pytest.fixture
def table() -> MemoryApiKeys:
    """Return the record of keys."""
    return MemoryApiKeys()


@pytest.fixture
def keys(table: MemoryApiKeys) -> ApiKeyRegistry:
    """Return the service."""
    return ApiKeyRegistry(table, StoppedClock(), CountingIds())


async def test_a_key_is_long_and_found_by_itself_alone(keys: ApiKeyRegistry) -> None:
    """Not by its id, and not by its beginning."""
    key, secret = await keys.make(ANN, ANNS, HOUSE, "my script")
    assert re.fullmatch(r"easel_[A-Za-z0-9_-]{32,}", secret)
    assert await keys.find(secret) == key
    for guess in (key.id, secret[:-1], secret.upper(), secret.removeprefix("easel_"), "", "easel_", "easel_ä", "easel_\ud800"):
        assert await keys.find(guess) is None


async def test_two_keys_are_two(keys: ApiKeyRegistry) -> None:
    """However alike they are labelled."""
    made = [await keys.make(ANN, ANNS, HOUSE, "my script") for _ in range(2)]
    assert len({secret for _, secret in made}) == len({key.id for key, _ in made}) == 2
    assert await keys.of(ANNS) == tuple(key for key, _ in made)


async def test_only_its_hash_is_kept(keys: ApiKeyRegistry, table: MemoryApiKeys) -> None:
    """Whoever reads the table can use none."""
    _, secret = await keys.make(ANN, ANNS, HOUSE, "my script")
    assert list(table.by_hash) == [hashlib.sha256(secret.encode()).hexdigest()]
    assert secret not in repr(table.by_hash)


async def test_a_revoked_key_is_found_no_more(keys: ApiKeyRegistry) -> None:
    """Only its owner can do that, and only once."""
    key, secret = await keys.make(ANN, ANNS, HOUSE, "my script")
    with pytest.raises(BadInput):
        await keys.revoke(key.id, AccountId("another"))
    await keys.revoke(key.id, ANNS)
    assert await keys.find(secret) is None
    with pytest.raises(BadInput):
        await keys.revoke(key.id, ANNS)


async def test_there_is_a_most(keys: ApiKeyRegistry) -> None:
    """A revoked one makes room."""
    made = [await keys.make(ANN, ANNS, HOUSE, "my script") for _ in range(MOST_KEYS)]
    with pytest.raises(BadInput) as caught:
        await keys.make(ANN, ANNS, HOUSE, "one more")
    assert str(MOST_KEYS) in caught.value.user_text
    await keys.revoke(made[0][0].id, ANNS)
    await keys.make(ANN, ANNS, HOUSE, "one more")
