"""Asks who owns the house."""

import pytest

from bot.domain.people import GUEST, Identity, Person, Platform
from bot.services.owners import Owners
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.ids import CountingIds

LOOM, SHELL = Platform("loom"), Platform("shell")


@pytest.mark.parametrize(
    ("identity", "is_owner"),
    [
        (Identity(LOOM, "", "1"), True),
        (Identity(LOOM, "T1", "7"), True),
        (Identity(SHELL, "", "anybody"), True),
        (Identity(LOOM, "", "2"), False),
        (Identity(LOOM, "T2", "7"), False),
        (Identity(Platform("kiln"), "", "1"), False),
    ],
)
async def test_owners_are_named_or_have_the_machine_in_hand(identity: Identity, is_owner: bool) -> None:
    """By platform, realm and id, all three."""
    accounts = MemoryAccounts(CountingIds())
    await accounts.get_or_create(identity, GUEST)
    owners = Owners(accounts, named=("loom:1", "loom:T1:7"), platforms=(SHELL,))
    assert await owners.is_owner(Person(identity, "Ann")) is is_owner


async def test_whoever_has_linked_an_owners_identity_is_one_everywhere() -> None:
    """One person is one owner."""
    accounts = MemoryAccounts(CountingIds())
    shell, elsewhere = Identity(SHELL, "", "1000"), Identity(LOOM, "", "5")
    ours = await accounts.get_or_create(shell, GUEST)
    theirs = await accounts.get_or_create(elsewhere, GUEST)
    owners = Owners(accounts, named=(), platforms=(SHELL,))
    assert not await owners.is_owner(Person(elsewhere, "Ann"))
    await accounts.join(ours.id, theirs.id)
    assert await owners.is_owner(Person(elsewhere, "Ann"))


async def test_an_account_is_an_owners_by_any_of_its_identities() -> None:
    """Nobody may ban them on the platform where they are not named."""
    accounts = MemoryAccounts(CountingIds())
    shell = await accounts.get_or_create(Identity(SHELL, "", "1000"), GUEST)
    other = await accounts.get_or_create(Identity(LOOM, "", "5"), GUEST)
    owners = Owners(accounts, named=(), platforms=(SHELL,))
    assert await owners.is_owners_account(shell.id)
    assert not await owners.is_owners_account(other.id)
