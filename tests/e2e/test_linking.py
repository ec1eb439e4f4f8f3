"""Does `easel link` make whoever types its code on another platform an owner, as a program beside a running house?"""

import os
import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.terminal import TERMINAL
from bot.app.system import RandomIds, SystemClock
from bot.domain.people import PREMIUM, REGISTERED, Identity, Person, Platform
from bot.errors import BadInput
from bot.services.account_linking import AccountLinking
from bot.services.owners import Owners
from storage.limits.local import LocalRateLimiter
from storage.sql.accounts import SqlAccounts
from storage.sql.codes import SqlCodes
from storage.sql.database import Database
from tests.e2e.program import Program

VISITOR = Identity(Platform("web"), "", "visitor")


@pytest.fixture
async def easel(tmp_path: Path) -> AsyncIterator[Program]:
    """Yield a command line whose working folder and data are new."""
    program = Program(tmp_path)
    yield program
    await program.clear()


async def test_a_code_from_the_terminal_makes_an_owner_elsewhere(easel: Program) -> None:
    """Once; the code is all of the standard output."""
    done = await easel.run("link")
    assert done.code == 0
    assert re.fullmatch(r"/link easel-\w{4}-\w{4}\n", done.out)
    assert "10 minutes" in done.err
    database = Database(f"sqlite+aiosqlite:///{easel.data / 'easel.db'}")
    await database.open()
    try:
        clock = SystemClock()
        accounts = SqlAccounts(database, clock, RandomIds())
        codes = SqlCodes(database, clock)
        linking = AccountLinking(
            accounts=accounts,
            codes=codes,
            rate_limiter=LocalRateLimiter(clock),
            clock=clock,
            first_tier={},
            random_below=secrets.randbelow,
        )
        owners = Owners(accounts, named=(), platforms=(TERMINAL,))
        visitor = await accounts.get_or_create(VISITOR, REGISTERED)
        assert not await owners.is_owner(Person(VISITOR, "Visitor"))
        code = done.out.removeprefix("/link ").strip()
        assert await linking.redeem(visitor.id, code) == (Identity(TERMINAL, "", str(os.getuid())), VISITOR)
        assert await owners.is_owner(Person(VISITOR, "Visitor"))
        assert (await accounts.get_or_create(VISITOR, REGISTERED)).tier == PREMIUM
        stranger = await accounts.get_or_create(Identity(Platform("web"), "", "stranger"), REGISTERED)
        with pytest.raises(BadInput):
            await linking.redeem(stranger.id, code)
    finally:
        await database.close()


async def test_records_that_cannot_be_opened_are_one_sentence(easel: Program) -> None:
    """And a failure."""
    easel.environ["EASEL_RECORDS__URL"] = f"sqlite+aiosqlite:///{easel.folder}"
    done = await easel.run("link")
    assert (done.code, done.out) == (1, "")
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) == 1
