"""Asks of every implementation of `Accounts`: is a person the same account for ever, and only theirs?"""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.people import GUEST, PREMIUM, REGISTERED, AccountId, Identity, Platform
from bot.ports.accounts import Accounts
from storage.sql.accounts import SqlAccounts
from tests.contract.conftest import ON_DISK
from tests.contract.tables import patient_database
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.ids import CountingIds

ANN = Identity(Platform("discord"), "", "1001")


async def test_the_first_look_makes_an_account_of_the_first_tier(accounts: Accounts) -> None:
    """Nobody has to sign up."""
    assert (await accounts.get_or_create(ANN, REGISTERED)).tier == REGISTERED


async def test_the_same_identity_has_the_same_account_whatever_tier_newcomers_get_now(accounts: Accounts) -> None:
    """The tier is the account's from its first day on."""
    first = await accounts.get_or_create(ANN, GUEST)
    assert await accounts.get_or_create(ANN, PREMIUM) == first


@pytest.mark.parametrize(
    "other",
    [
        Identity(Platform("slack"), "", "1001"),
        Identity(Platform("discord"), "T1", "1001"),
        Identity(Platform("discord"), "", "1002"),
    ],
)
async def test_another_platform_realm_or_user_is_another_account(accounts: Accounts, other: Identity) -> None:
    """An id means nothing outside the realm that gave it."""
    assert (await accounts.get_or_create(other, GUEST)).id != (await accounts.get_or_create(ANN, GUEST)).id


async def test_an_identity_shares_its_account_with_itself_only_at_first(accounts: Accounts) -> None:
    """Nobody is linked to anybody who did not ask for it."""
    await accounts.get_or_create(ANN, GUEST)
    await accounts.get_or_create(Identity(Platform("discord"), "", "1002"), GUEST)
    assert await accounts.list_linked_identities(ANN) == (ANN,)


async def test_a_stranger_shares_an_account_with_nobody(accounts: Accounts) -> None:
    """A look does not make an account."""
    assert await accounts.list_linked_identities(ANN) == ()


async def test_many_first_looks_at_once_make_one_account(accounts: Accounts) -> None:
    """Two commands typed in one second are one person's."""
    looks = await asyncio.gather(*(accounts.get_or_create(ANN, GUEST) for _ in range(20)))
    assert len(set(looks)) == 1


@ON_DISK
async def test_two_houses_on_one_database_agree(accounts: Accounts, records_url: str, clock: StoppedClock) -> None:
    """Whoever comes first makes the account, whichever process that is in."""
    second = patient_database(records_url)
    await second.open()
    ids = CountingIds()
    ids.new()
    others = SqlAccounts(second, clock, ids)
    looks = await asyncio.gather(*(some.get_or_create(ANN, GUEST) for some in [accounts, others] * 10))
    await second.close()
    assert len(set(looks)) == 1


async def test_an_account_is_as_old_as_the_oldest_that_became_part_of_it(accounts: Accounts, clock: StoppedClock) -> None:
    """Whoever links a new account is no newcomer for that."""
    old = await accounts.get_or_create(Identity(Platform("slack"), "T1", "U1"), GUEST)
    clock.move(timedelta(days=30))
    new = await accounts.get_or_create(ANN, GUEST)
    assert await accounts.created_at(new.id) == NOON + timedelta(days=30)
    await accounts.join(new.id, old.id)
    assert await accounts.created_at(new.id) == NOON
    assert await accounts.created_at(AccountId("nobody")) is None
