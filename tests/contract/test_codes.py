"""Asks of every implementation of `Codes`: does each code open its own door, once, and in time?"""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import StorageFailed
from bot.ports.codes import Codes, Purpose
from storage.schema.accounts import codes as table
from storage.sql.codes import SqlCodes
from storage.sql.database import Database
from tests.contract.conftest import MEMORY, ON_DISK
from tests.contract.tables import patient_database
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.codes import MemoryCodes

LIFE = timedelta(minutes=10)
TICK = timedelta(microseconds=1)
END = NOON + LIFE


@pytest.fixture
def codes(engine_name: str, clock: StoppedClock, request: pytest.FixtureRequest) -> Codes:
    """Return the record of codes."""
    return MemoryCodes(clock) if engine_name == MEMORY else SqlCodes(request.getfixturevalue("database"), clock)


async def test_a_code_opens_once(codes: Codes) -> None:
    """It gives its holder, and then nothing for ever."""
    await codes.issue(Purpose.LINK, "hash", "ann", END)
    assert await codes.redeem(Purpose.LINK, "hash") == "ann"
    assert await codes.redeem(Purpose.LINK, "hash") is None


async def test_a_code_that_nobody_issued_opens_nothing(codes: Codes) -> None:
    """And does no harm to those that were."""
    await codes.issue(Purpose.LINK, "hash", "ann", END)
    assert await codes.redeem(Purpose.LINK, "other") is None
    assert await codes.redeem(Purpose.LINK, "hash") == "ann"


async def test_a_code_opens_until_the_last_moment(codes: Codes, clock: StoppedClock) -> None:
    """One tick before the end it is good."""
    await codes.issue(Purpose.LINK, "hash", "ann", END)
    clock.move(LIFE - TICK)
    assert await codes.redeem(Purpose.LINK, "hash") == "ann"


async def test_an_expired_code_opens_nothing(codes: Codes, clock: StoppedClock) -> None:
    """The end itself is too late."""
    await codes.issue(Purpose.LINK, "hash", "ann", END)
    clock.move(LIFE)
    assert await codes.redeem(Purpose.LINK, "hash") is None


async def test_a_code_can_be_looked_up_without_using_it(codes: Codes, clock: StoppedClock) -> None:
    """As often as one likes, until it is over; one for something else is not found."""
    await codes.issue(Purpose.MODERATION_SESSION, "hash", "ann", END)
    for _ in range(2):
        assert await codes.find(Purpose.MODERATION_SESSION, "hash") == "ann"
    assert await codes.find(Purpose.LINK, "hash") is None
    clock.move(LIFE)
    assert await codes.find(Purpose.MODERATION_SESSION, "hash") is None


async def test_a_code_for_something_else_opens_nothing(codes: Codes) -> None:
    """Nor is it used up by the attempt; the same hash may even be both."""
    await codes.issue(Purpose.LINK, "hash", "ann", END)
    assert await codes.redeem(Purpose.INSTALL, "hash") is None
    await codes.issue(Purpose.INSTALL, "hash", "ann", END)
    assert await codes.redeem(Purpose.INSTALL, "hash") == "ann"
    assert await codes.redeem(Purpose.LINK, "hash") == "ann"


async def test_a_new_code_ends_the_holders_earlier_ones(codes: Codes) -> None:
    """Of the same purpose, and of that holder alone."""
    await codes.issue(Purpose.LINK, "first", "ann", END)
    await codes.issue(Purpose.INSTALL, "install", "ann", END)
    await codes.issue(Purpose.LINK, "bobs", "bob", END)
    await codes.issue(Purpose.LINK, "second", "ann", END)
    assert await codes.redeem(Purpose.LINK, "first") is None
    assert await codes.redeem(Purpose.LINK, "second") == "ann"
    assert await codes.redeem(Purpose.INSTALL, "install") == "ann"
    assert await codes.redeem(Purpose.LINK, "bobs") == "bob"


async def test_codes_without_a_holder_do_not_end_each_other(codes: Codes) -> None:
    """Strangers may begin to install at the same time; the empty holder is not nothing."""
    for name in ("first", "second"):
        await codes.issue(Purpose.INSTALL, name, "", END)
    assert await codes.redeem(Purpose.INSTALL, "first") == ""
    assert await codes.redeem(Purpose.INSTALL, "second") == ""


@pytest.mark.parametrize("holder", ["", "ann"])
async def test_the_same_code_may_be_issued_again(codes: Codes, clock: StoppedClock, holder: str) -> None:
    """The last time counts, and it still opens once."""
    await codes.issue(Purpose.LINK, "hash", holder, END)
    await codes.issue(Purpose.LINK, "hash", holder, END + LIFE)
    clock.move(LIFE)
    assert await codes.redeem(Purpose.LINK, "hash") == holder
    assert await codes.redeem(Purpose.LINK, "hash") is None


async def test_a_code_that_expired_can_be_issued_anew(codes: Codes, clock: StoppedClock) -> None:
    """It is as good as new."""
    await codes.issue(Purpose.LINK, "hash", "ann", END)
    clock.move(LIFE)
    await codes.issue(Purpose.LINK, "hash", "bob", END + LIFE)
    assert await codes.redeem(Purpose.LINK, "hash") == "bob"


async def test_of_many_who_redeem_at_once_one_wins(codes: Codes) -> None:
    """A code that was seen over a shoulder is good for one of the two."""
    await codes.issue(Purpose.LINK, "hash", "ann", END)
    found = await asyncio.gather(*(codes.redeem(Purpose.LINK, "hash") for _ in range(20)))
    assert sorted(found, key=str) == [None] * 19 + ["ann"]


async def test_of_many_issued_at_once_to_one_holder_one_opens(codes: Codes) -> None:
    """However fast somebody asks for new ones."""
    await asyncio.gather(*(codes.issue(Purpose.LINK, str(number), "ann", END) for number in range(20)))
    found = [await codes.redeem(Purpose.LINK, str(number)) for number in range(20)]
    assert found.count("ann") == 1


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", "%", "has_", "*", "HASH", "hash ", "", "hash\x00", "x" * 100_000, "\ud800"])
async def test_no_guess_is_taken_for_a_code(codes: Codes, hostile: str) -> None:
    """Whatever is typed opens nothing, and leaves the code good."""
    await codes.issue(Purpose.LINK, "hash", "ann", END)
    try:
        assert await codes.redeem(Purpose.LINK, hostile) is None
    except StorageFailed:
        assert hostile in {"hash\x00", "\ud800"}
    assert await codes.redeem(Purpose.LINK, "hash") == "ann"


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", "%", "_", "ANN", "ann "])
async def test_no_holder_is_taken_for_another(codes: Codes, hostile: str) -> None:
    """Each has codes of their own."""
    await codes.issue(Purpose.LINK, "hash", "ann", END)
    await codes.issue(Purpose.LINK, "other", hostile, END)
    assert await codes.redeem(Purpose.LINK, "hash") == "ann"
    assert await codes.redeem(Purpose.LINK, "other") == hostile


@ON_DISK
async def test_of_two_processes_one_wins(codes: Codes, records_url: str, clock: StoppedClock) -> None:
    """The database decides, not a lock in one of them."""
    second = patient_database(records_url)
    await second.open()
    others = SqlCodes(second, clock)
    for number in range(10):
        await codes.issue(Purpose.LINK, str(number), "", END)
    found = await asyncio.gather(*(some.redeem(Purpose.LINK, str(number)) for number in range(10) for some in (codes, others)))
    await second.close()
    assert [found[number : number + 2].count("") for number in range(0, 20, 2)] == [1] * 10


@ON_DISK
async def test_expired_codes_are_swept_when_new_ones_come(codes: Codes, database: Database, clock: StoppedClock) -> None:
    """Those of everybody and every purpose, so that the table stays small."""
    for number in range(5):
        await codes.issue(Purpose.INSTALL, str(number), "", END)
    await codes.issue(Purpose.LINK, "later", "ann", END + TICK)
    clock.move(LIFE)
    await codes.issue(Purpose.LINK, "new", "bob", END + LIFE)
    async with database.read_transaction() as connection:
        left = (await connection.execute(select(table.c.code_hash).order_by(table.c.code_hash))).scalars().all()
    assert left == ["later", "new"]


_DIGITS = str(7**3100)[:2598]
"""Nothing in it comes again, so that nothing makes it shorter."""


@pytest.mark.parametrize("holder", [_DIGITS, "".join(chr(0x4E00 + int(_DIGITS[n : n + 3])) for n in range(0, len(_DIGITS), 3))])
async def test_a_holder_may_say_much(codes: Codes, holder: str) -> None:
    """As many bytes as PostgreSQL has room for in an index, of any signs."""
    await codes.issue(Purpose.LINK, "hash", holder, END)
    assert await codes.find(Purpose.LINK, "hash") == holder
