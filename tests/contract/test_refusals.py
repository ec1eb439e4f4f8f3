"""Asks of every implementation of `Refusals`: are refused words there while somebody may need them, and not longer?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.jobs import JobId
from bot.domain.people import GUEST, HOUSE, AccountId, CommunityId, Identity
from bot.domain.refusals import KEPT_FOR, RefusalId, RefusedWords
from bot.errors import RefusedBy
from bot.ports.accounts import Accounts
from bot.ports.refusals import Refusals
from tests.contract.conftest import ON_DISK
from tests.contract.examples import SECOND, WEB
from tests.fakes.clock import NOON


@pytest.fixture
def refusal(ann: AccountId) -> RefusedWords:
    """Return a refusal of Ann's."""
    return RefusedWords(
        id=RefusalId("r1"),
        community=HOUSE,
        platform=WEB,
        tenant="",
        account=ann,
        refused_at=NOON,
        by=RefusedBy.FILTER,
        category="gore",
        entry="severed head",
        words="a severed head of cabbage",
        job=JobId("fox"),
    )


async def test_a_refusal_is_found_as_it_was_kept(refusals: Refusals, refusal: RefusedWords) -> None:
    """With or without a job."""
    without = replace(refusal, id=RefusalId("r2"), job=None)
    await refusals.add(refusal)
    await refusals.add(without)
    assert await refusals.find(refusal.id) == refusal
    assert await refusals.find(without.id) == without
    assert await refusals.find(RefusalId("nothing")) is None


async def test_the_same_refusal_twice_is_one(refusals: Refusals, refusal: RefusedWords, ann: AccountId) -> None:
    """Whoever takes a job up after a crash refuses it again; what was kept first stays."""
    await refusals.add(refusal)
    await refusals.add(replace(refusal, refused_at=NOON + SECOND, words="other words"))
    assert await refusals.of(ann, HOUSE, since=NOON, most=10) == (refusal,)


async def test_those_of_one_account_in_one_community_come_in_their_order(
    refusals: Refusals, refusal: RefusedWords, ann: AccountId
) -> None:
    """The newest ones since a moment, oldest first."""
    kept = [replace(refusal, id=RefusalId(f"r{number}"), refused_at=NOON + number * SECOND) for number in range(4)]
    elsewhere = replace(refusal, id=RefusalId("elsewhere"), community=CommunityId("loom:town"))
    somebody_elses = replace(refusal, id=RefusalId("bob"), account=AccountId("bob"))
    for one in (*reversed(kept), elsewhere, somebody_elses):
        await refusals.add(one)
    assert await refusals.of(ann, HOUSE, since=NOON + SECOND, most=10) == tuple(kept[1:])
    assert await refusals.of(ann, HOUSE, since=NOON, most=2) == tuple(kept[2:])


async def test_what_is_too_old_is_forgotten(refusals: Refusals, refusal: RefusedWords) -> None:
    """When the next one is kept."""
    await refusals.add(refusal)
    for days, is_there in ((timedelta(0), True), (timedelta(seconds=1), False)):
        await refusals.add(replace(refusal, id=RefusalId(f"later-{days}"), refused_at=NOON + KEPT_FOR + days))
        assert (await refusals.find(refusal.id) is not None) is is_there


@ON_DISK
async def test_they_move_to_the_account_that_theirs_is_joined_to(
    refusals: Refusals, refusal: RefusedWords, accounts: Accounts, ann: AccountId
) -> None:
    """So that nobody sheds tries by linking, and everybody can still say that it was a mistake."""
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), GUEST)).id
    await refusals.add(replace(refusal, account=bob))
    await accounts.join(ann, bob)
    assert await refusals.of(ann, HOUSE, since=NOON, most=10) == (refusal,)
