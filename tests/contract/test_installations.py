"""Asks of every implementation of `Installations`: is each one found where it was put, and nowhere else?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.people import Platform
from bot.errors import StorageFailed
from bot.ports.installations import InstallationKey, Installations, StoredInstallation
from storage.sql.installations import SqlInstallations
from tests.contract.conftest import MEMORY, ON_DISK
from tests.contract.tables import patient_database
from tests.fakes.clock import NOON
from tests.fakes.installations import MemoryInstallations

SLACK = Platform("slack")
KEY = InstallationKey(platform=SLACK, client="1.2", organisation="E1", workspace="T1", user="U1")
WORKSPACE = replace(KEY, user="")
HOUR = timedelta(hours=1)
ELSEWHERE = [
    replace(KEY, platform=Platform("teams")),
    replace(KEY, client="1.3"),
    replace(KEY, organisation=""),
    replace(KEY, organisation="E2"),
    replace(KEY, workspace=""),
    replace(KEY, workspace="T2"),
]


@pytest.fixture
def installations(engine_name: str, request: pytest.FixtureRequest) -> Installations:
    """Return the record of installations."""
    return MemoryInstallations() if engine_name == MEMORY else SqlInstallations(request.getfixturevalue("database"))


def one(key: InstallationKey = KEY, *, sealed: bytes = b"sealed", hours: int = 0) -> StoredInstallation:
    """Make an installation; more hours are newer."""
    return StoredInstallation(key=key, sealed=sealed, installed_at=NOON + hours * HOUR)


async def test_an_installation_comes_back_as_it_was(installations: Installations) -> None:
    """Every byte of it, and its time to the microsecond."""
    kept = StoredInstallation(key=KEY, sealed=bytes(range(256)) * 40, installed_at=NOON + timedelta(microseconds=1))
    await installations.save(kept)
    assert await installations.find(KEY) == kept


async def test_what_was_never_saved_is_not_found(installations: Installations) -> None:
    """Neither by its user nor by its workspace."""
    assert await installations.find(KEY) is None
    assert await installations.find(WORKSPACE) is None
    assert await installations.all(SLACK, KEY.client) == ()


async def test_a_second_one_with_the_same_key_takes_the_place_of_the_first(installations: Installations) -> None:
    """Whatever it holds, and however often it is saved."""
    await installations.save(one())
    for _ in range(2):
        await installations.save(one(sealed=b"other", hours=-1))
    assert await installations.all(SLACK, KEY.client) == (one(sealed=b"other", hours=-1),)


@pytest.mark.parametrize("other", [*ELSEWHERE, replace(KEY, user="U2")])
async def test_every_part_of_the_key_counts(installations: Installations, other: InstallationKey) -> None:
    """One workspace's tokens are never another's."""
    await installations.save(one(other, sealed=b"other"))
    assert await installations.find(KEY) is None
    await installations.save(one())
    assert await installations.find(KEY) == one()
    assert await installations.find(other) == one(other, sealed=b"other")


async def test_without_a_user_the_newest_of_the_workspace_is_found(installations: Installations) -> None:
    """By when it was installed, not by when it was saved, and in this workspace alone."""
    newest = one(replace(KEY, user="U2"), hours=2)
    for kept in (one(hours=1), newest, one(replace(KEY, user="U3"), hours=0), *(one(key, hours=9) for key in ELSEWHERE)):
        await installations.save(kept)
    assert await installations.find(WORKSPACE) == newest


async def test_an_organisations_own_has_no_workspace(installations: Installations) -> None:
    """It does not stand for those of its workspaces, nor they for it."""
    whole = replace(KEY, workspace="")
    await installations.save(one())
    assert await installations.find(replace(whole, user="")) is None
    await installations.save(one(whole, sealed=b"whole", hours=1))
    assert await installations.find(replace(whole, user="")) == one(whole, sealed=b"whole", hours=1)
    assert await installations.find(WORKSPACE) == one()


async def test_one_users_is_forgotten_alone(installations: Installations) -> None:
    """Twice is no error."""
    other = one(replace(KEY, user="U2"))
    await installations.save(one())
    await installations.save(other)
    for _ in range(2):
        await installations.delete(KEY)
    assert await installations.all(SLACK, KEY.client) == (other,)


async def test_without_a_user_the_whole_workspace_is_forgotten(installations: Installations) -> None:
    """And no other: not the organisation's own either."""
    for key in (KEY, replace(KEY, user="U2"), *ELSEWHERE):
        await installations.save(one(key))
    for _ in range(2):
        await installations.delete(WORKSPACE)
    assert await installations.find(WORKSPACE) is None
    assert [await installations.find(key) for key in ELSEWHERE] == [one(key) for key in ELSEWHERE]


async def test_all_of_an_application_come_oldest_first(installations: Installations) -> None:
    """And of that application and platform only."""
    mine = [one(replace(KEY, workspace=f"T{hours}"), hours=hours) for hours in range(5)]
    for kept in (*reversed(mine), *(one(key) for key in ELSEWHERE[:2])):
        await installations.save(kept)
    assert await installations.all(SLACK, KEY.client) == tuple(mine)


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", "%", "T_", "*", "../T1", "t1", " T1", "T1\x00", "x" * 10_000, "\ud800"])
async def test_no_key_is_taken_for_another(installations: Installations, hostile: str) -> None:
    """Whatever stands in an id is kept as it is or refused, and touches nobody else's."""
    await installations.save(one())
    key = replace(KEY, workspace=hostile)
    try:
        assert await installations.find(key) is None
        await installations.save(one(key, sealed=b"other"))
        assert await installations.find(key) == one(key, sealed=b"other")
        await installations.delete(replace(key, user=""))
    except StorageFailed:
        assert hostile in {"T1\x00", "\ud800"}
    assert await installations.all(SLACK, KEY.client) == (one(),)


async def test_of_many_saved_at_once_one_stays(installations: Installations) -> None:
    """Whole, as one of them wrote it."""
    writers = [one(sealed=bytes([number]) * 1000, hours=number) for number in range(20)]
    await asyncio.gather(*(installations.save(kept) for kept in writers))
    [kept] = await installations.all(SLACK, KEY.client)
    assert kept in writers


@ON_DISK
async def test_another_process_finds_it(installations: Installations, records_url: str) -> None:
    """What was saved is on the disk, and what was forgotten is not."""
    await installations.save(one())
    second = patient_database(records_url)
    await second.open()
    others = SqlInstallations(second)
    found = await others.find(WORKSPACE)
    await others.delete(WORKSPACE)
    await second.close()
    assert found == one()
    assert await installations.find(KEY) is None


def test_tokens_are_not_shown() -> None:
    """Not in a log that shows the whole value, although they are encrypted."""
    assert "sealed" not in repr(one())
