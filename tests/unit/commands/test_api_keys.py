"""Asks whether somebody can make, see and revoke keys for their programs, and is told each secret once and alone."""

import re

import pytest

from bot.commands.api_keys import apikey_list, apikey_make, apikey_revoke
from bot.commands.dispatcher import Dispatcher
from bot.domain.people import HOUSE
from bot.services.api_keys import ApiKeyRegistry
from tests.fakes.api_keys import MemoryApiKeys
from tests.fakes.bench import FAULT, Bench
from tests.fakes.ids import CountingIds
from tests.fakes.owners import nobody
from tests.fakes.surfaces import person
from tests.unit.commands.hands import Hands


@pytest.fixture
def keys(bench: Bench) -> ApiKeyRegistry:
    """Return the service."""
    return ApiKeyRegistry(MemoryApiKeys(), bench.clock, CountingIds())


@pytest.fixture
def hands(bench: Bench, keys: ApiKeyRegistry) -> Hands:
    """Return hands that find these commands."""
    commands = (apikey_list(keys, bench.quotas), apikey_make(keys, bench.quotas), apikey_revoke(keys, bench.quotas))
    return Hands(bench, Dispatcher(commands, lambda: FAULT, nobody))


async def test_a_key_is_told_once_and_in_private(bench: Bench, hands: Hands, keys: ApiKeyRegistry) -> None:
    """With what it does and how to end it."""
    [whisper] = await hands.type("/apikey make my weather station")
    found = re.search(r"^easel_[\w-]{32,}$", whisper.text, re.MULTILINE)
    assert found
    key = await keys.find(found[0])
    assert key
    assert (key.owner, key.community, key.label) == (person().identity, HOUSE, "my weather station")
    assert key.account == (await bench.quotas.account(person())).id
    assert f"/apikey revoke {key.id}" in whisper.text
    assert bench.surface.posted == []
    [listed] = await hands.type("/apikey list")
    assert found[0] not in repr(listed)


async def test_a_key_is_made_without_saying_what_it_is_for(hands: Hands) -> None:
    """As the README, the docs and the refusals tell people to type."""
    [whisper] = await hands.type("/apikey make")
    assert whisper.text.startswith("Your key for “my program”, shown this once:\neasel_")


async def test_keys_are_listed_with_what_they_are_for(hands: Hands) -> None:
    """One's own."""
    for label in ("one", "two"):
        await hands.type(f"/apikey make {label}")
    await hands.type("/apikey make bobs", user="bob")
    [listed] = await hands.type("/apikey list")
    assert listed.text == "You have 2 keys."
    assert [line.split(": ")[1] for line in listed.details[0].text.splitlines()] == [
        "one (made on 14 March 2026)",
        "two (made on 14 March 2026)",
    ]


async def test_the_group_alone_lists(hands: Hands) -> None:
    """Whoever has none is told how to get one."""
    [listed] = await hands.type("/apikey")
    assert "/apikey make" in listed.text


async def test_a_key_is_revoked_by_its_owner_alone(hands: Hands, keys: ApiKeyRegistry) -> None:
    """Others learn nothing but that they have no such key."""
    [made] = await hands.type("/apikey make one")
    secret, key = made.text.splitlines()[1], made.text.split("revoke ")[1].split()[0]
    [refused] = await hands.type(f"/apikey revoke {key}", user="bob")
    assert refused.kind == "bad_input"
    assert await keys.find(secret)
    [done] = await hands.type(f"/apikey revoke {key}")
    assert "no longer works" in done.text
    assert await keys.find(secret) is None
    [again] = await hands.type(f"/apikey revoke {key}")
    assert again.kind == "bad_input"


async def test_a_label_is_one_line_of_words(hands: Hands) -> None:
    """What cannot be seen is no label, and lines do not run into other keys' lines."""
    [refused] = await hands.type("/apikey make \u200b\u2060")
    assert refused.kind == "bad_input"
    await hands.type("/apikey make a\nid0: fake")
    [listed] = await hands.type("/apikey list")
    assert len(listed.details[0].text.splitlines()) == 1
