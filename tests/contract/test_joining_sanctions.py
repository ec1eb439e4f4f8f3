"""Asks the SQL tables: does nobody shed a sanction by linking and unlinking, in whatever order?"""

from datetime import timedelta

import pytest

from bot.domain.people import GUEST, REGISTERED, AccountId, CommunityId, Identity, Platform
from bot.domain.sanctions import SanctionKind
from bot.errors import Sanctioned
from bot.ports.accounts import Accounts
from bot.ports.jobs import Jobs
from bot.ports.sanctions import SanctionBook
from tests.contract.conftest import ON_DISK
from tests.contract.examples import ANN, TODAY, a_hold, a_job
from tests.contract.linked import BOB
from tests.contract.sanctions import MOD, a_sanction
from tests.fakes.clock import NOON, StoppedClock

CID = Identity(Platform("web"), "", "cid")
MONTH = timedelta(days=30)

pytestmark = ON_DISK


@pytest.fixture
async def bob(accounts: Accounts) -> AccountId:
    """Return the account that the same person has elsewhere."""
    return (await accounts.get_or_create(BOB, GUEST)).id


async def is_banned(identity: Identity, accounts: Accounts, sanctions: SanctionBook, clock: StoppedClock) -> bool:
    """Whether an identity's account has a ban now."""
    account = await accounts.get_or_create(identity, GUEST)
    return any(one.is_active_at(clock.now()) for one in await sanctions.of(account.id))


@pytest.mark.parametrize("is_survivor_banned", [True, False])
async def test_linking_sheds_no_ban(
    accounts: Accounts, sanctions: SanctionBook, ann: AccountId, bob: AccountId, clock: StoppedClock, is_survivor_banned: bool
) -> None:
    """Whichever of the two accounts stays."""
    ban = await sanctions.impose(a_sanction("a", ann))
    await accounts.join(*((ann, bob) if is_survivor_banned else (bob, ann)))
    survivor = ann if is_survivor_banned else bob
    assert [one.id for one in await sanctions.of(survivor)] == [ban.id]
    assert await sanctions.accounts(ban.id) == (survivor,)
    found = await sanctions.find(ban.id)
    assert found is not None
    assert found.account == survivor
    assert await is_banned(BOB, accounts, sanctions, clock)


async def test_unlinking_takes_the_ban_along_and_leaves_it(
    accounts: Accounts, sanctions: SanctionBook, ann: AccountId, bob: AccountId, clock: StoppedClock
) -> None:
    """And so it goes to whomever the one that left is linked to next."""
    await accounts.join(ann, bob)
    await sanctions.impose(a_sanction("a", ann))
    parted = await accounts.part(BOB, GUEST, TODAY.day)
    cid = await accounts.get_or_create(CID, GUEST)
    await accounts.join(cid.id, parted.id)
    await accounts.part(BOB, GUEST, TODAY.day)
    for identity in (ANN, BOB, CID):
        assert await is_banned(identity, accounts, sanctions, clock)


async def test_a_ban_that_is_lifted_is_lifted_for_all_who_share_it(
    accounts: Accounts, sanctions: SanctionBook, ann: AccountId, bob: AccountId, clock: StoppedClock
) -> None:
    """There is one ban, whoever it is on by now."""
    await accounts.join(ann, bob)
    ban = await sanctions.impose(a_sanction("a", ann))
    await accounts.part(BOB, GUEST, TODAY.day)
    assert await sanctions.lift(ban.id, MOD)
    assert not await is_banned(ANN, accounts, sanctions, clock)
    assert not await is_banned(BOB, accounts, sanctions, clock)


async def test_both_having_the_same_ban_is_no_error(
    accounts: Accounts, sanctions: SanctionBook, ann: AccountId, bob: AccountId
) -> None:
    """Parted and joined again, it is there once; what only one had, the joined one has too."""
    await accounts.join(ann, bob)
    await sanctions.impose(a_sanction("a", ann))
    parted = await accounts.part(BOB, GUEST, TODAY.day)
    await sanctions.impose(a_sanction("b", parted.id, kind=SanctionKind.WARNING))
    await accounts.join(ann, parted.id)
    assert [one.id for one in await sanctions.of(ann)] == ["b", "a"]


async def test_unlinking_before_the_ban_comes_does_not_escape_it(
    accounts: Accounts, sanctions: SanctionBook, ann: AccountId, bob: AccountId, clock: StoppedClock
) -> None:
    """Not by another link either, for thirty days."""
    cid = await accounts.get_or_create(CID, GUEST)
    await accounts.join(ann, bob)
    await accounts.part(BOB, GUEST, TODAY.day)
    left = await accounts.find(BOB)
    assert left is not None
    await accounts.join(cid.id, left.id)
    await accounts.part(BOB, GUEST, TODAY.day)
    await sanctions.impose(a_sanction("a", ann, imposed_at=clock.now()))
    for identity in (ANN, BOB, CID):
        assert await is_banned(identity, accounts, sanctions, clock)


async def test_whoever_unlinked_long_ago_is_somebody_else(
    accounts: Accounts, sanctions: SanctionBook, ann: AccountId, bob: AccountId, clock: StoppedClock
) -> None:
    """An account may have been sold."""
    await accounts.join(ann, bob)
    await accounts.part(BOB, GUEST, TODAY.day)
    clock.move(MONTH)
    await sanctions.impose(a_sanction("a", ann, imposed_at=clock.now()))
    assert await is_banned(ANN, accounts, sanctions, clock)
    assert not await is_banned(BOB, accounts, sanctions, clock)


async def test_a_sanction_on_an_account_that_was_joined_is_on_what_it_is_now(
    accounts: Accounts, sanctions: SanctionBook, ann: AccountId, bob: AccountId
) -> None:
    """A moderator may have opened the case before."""
    await accounts.join(ann, bob)
    ban = await sanctions.impose(a_sanction("a", bob))
    assert ban.account == ann
    assert await sanctions.of(ann) == (ban,)


@pytest.mark.parametrize("changes", [{}, {"kind": SanctionKind.MUTE, "until": NOON + MONTH}])
async def test_no_job_is_accepted_under_a_ban_or_mute(
    jobs: Jobs, sanctions: SanctionBook, ann: AccountId, clock: StoppedClock, changes: dict[str, object]
) -> None:
    """Nothing is written for one, and the same wish is taken once it is over."""
    ban = await sanctions.impose(a_sanction("a", ann, **changes))
    with pytest.raises(Sanctioned) as refused:
        await jobs.accept(a_job("fox", ann), a_hold(ann))
    assert refused.value.sanction == ban.id
    assert await jobs.count_open(ann) == 0
    await sanctions.lift(ban.id, MOD)
    assert (await jobs.accept(a_job("fox", ann), a_hold(ann))).is_new


async def test_a_warning_or_a_ban_of_another_community_bars_nobody(
    accounts: Accounts, jobs: Jobs, sanctions: SanctionBook, ann: AccountId
) -> None:
    """Nor does somebody else's."""
    dan = await accounts.get_or_create(CID, REGISTERED)
    await sanctions.impose(a_sanction("a", ann, kind=SanctionKind.WARNING))
    await sanctions.impose(a_sanction("b", ann, community=CommunityId("discord:42")))
    await sanctions.impose(a_sanction("c", dan.id))
    assert (await jobs.accept(a_job("fox", ann), a_hold(ann))).is_new
