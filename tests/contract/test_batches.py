"""Asks of every implementation of `Batches`: does a batch become what is wanted once, and does nothing of it get lost?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.batches import Batch, BatchState
from bot.domain.chat import MessageRef, Place
from bot.domain.images import Lane, Quality, Size
from bot.domain.jobs import BatchId, JobId
from bot.domain.people import HOUSE, REGISTERED, AccountId, Identity, Person
from bot.domain.wishes import Draft
from bot.ports.accounts import Accounts
from bot.ports.batches import Batches
from bot.ports.jobs import Jobs
from tests.contract.conftest import ON_DISK
from tests.contract.examples import ANN, DISCORD, WEB, a_hold, a_job
from tests.fakes.clock import NOON

MANY = BatchId("many")
HERE = Place(WEB, "", "lobby")
MESSAGE = MessageRef(HERE, "7", "token")
MINUTE = timedelta(minutes=1)
BOB = Identity(WEB, "", "bob")


def a_batch(account: AccountId, **changes: object) -> Batch:
    """Return an offer of two pictures."""
    batch = Batch(
        id=MANY,
        key="call",
        community=HOUSE,
        account=account,
        author=Person(ANN, "Ann"),
        place=HERE,
        draft=Draft(prompt="", quality=Quality.HIGH, size=Size(1536, 1024), lane=Lane.FAST),
        prompts=("a fox", "ein Fuchs\nim Schnee"),
        count=2,
        created_at=NOON,
    )
    return replace(batch, **changes)  # type: ignore[arg-type]  # as the fields are declared


@pytest.fixture
async def many(batches: Batches, ann: AccountId) -> Batch:
    """Offer a batch."""
    return await batches.offer(a_batch(ann))


async def test_an_offer_comes_back_as_it_went_in(batches: Batches, many: Batch, ann: AccountId) -> None:
    """The same call again is the same offer."""
    assert await batches.get(MANY) == many == a_batch(ann)
    assert await batches.offer(a_batch(ann, id=BatchId("other"), count=9)) == many
    assert await batches.get(BatchId("other")) is None


async def test_an_offer_is_confirmed_once(batches: Batches, many: Batch) -> None:
    """Of two presses one does it; nothing happens to what is not there."""
    assert await batches.confirm(MANY, MESSAGE, NOON)
    assert not await batches.confirm(MANY, replace(MESSAGE, id="8"), NOON + MINUTE)
    assert not await batches.confirm(BatchId("none"), MESSAGE, NOON)
    wanted = replace(many, state=BatchState.CONFIRMED, message=MESSAGE, confirmed_at=NOON)
    assert await batches.get(MANY) == wanted


async def test_what_came_to_nothing_can_be_confirmed_again(batches: Batches, many: Batch) -> None:
    """As if nobody had pressed."""
    await batches.confirm(MANY, MESSAGE, NOON)
    await batches.withdraw(MANY)
    assert await batches.get(MANY) == many
    assert await batches.confirm(MANY, MESSAGE, NOON)
    await batches.settle(MANY, "")
    await batches.withdraw(MANY)
    settled = await batches.get(MANY)
    assert settled is not None
    assert settled.state is BatchState.ACCEPTED


async def test_a_cancelled_offer_is_not_confirmed(batches: Batches, many: Batch) -> None:
    """Nor is anything cancelled twice, or once all of it is told."""
    assert await batches.cancel(many.id)
    assert not await batches.cancel(many.id)
    assert not await batches.confirm(many.id, MESSAGE, NOON)
    assert not await batches.cancel(BatchId("none"))


async def test_prompts_are_forgotten_once_the_jobs_have_them(batches: Batches, many: Batch) -> None:
    """Why some became none stays, and how many there were."""
    await batches.settle(many.id, "not yet")
    assert await batches.get(many.id) == many
    await batches.confirm(many.id, MESSAGE, NOON)
    await batches.attach(many.id, replace(MESSAGE, id="8"))
    await batches.settle(many.id, "The day is over.")
    await batches.settle(many.id, "again")
    found = await batches.get(many.id)
    assert found is not None
    assert (found.prompts, found.count, found.shortfall) == ((), 2, "The day is over.")
    assert found.message == replace(MESSAGE, id="8")


async def test_a_batch_is_untold_until_all_of_it_is_told(batches: Batches, many: Batch, ann: AccountId) -> None:
    """The oldest first, of the platforms that are asked about."""
    later = await batches.offer(a_batch(ann, id=BatchId("later"), key="2", place=Place(DISCORD, "g", "c")))
    both = frozenset({WEB, DISCORD})
    assert await batches.list_unnotified(both, confirmed_by=NOON, most=9) == ()
    await batches.confirm(later.id, MESSAGE, NOON + MINUTE)
    await batches.confirm(many.id, MESSAGE, NOON)

    async def unnotified(platforms: frozenset[str] = both, most: int = 9, by: timedelta = MINUTE) -> list[str]:
        found = await batches.list_unnotified(platforms, confirmed_by=NOON + by, most=most)  # type: ignore[arg-type]  # names
        return [one.id for one in found]

    assert await unnotified() == [many.id, later.id]
    assert await unnotified(most=1) == await unnotified(frozenset({WEB})) == await unnotified(by=MINUTE / 2) == [many.id]
    await batches.mark_notified(many.id, NOON + MINUTE)
    await batches.mark_notified(many.id, NOON + 2 * MINUTE)
    assert await unnotified() == [later.id]
    notified = await batches.get(many.id)
    assert notified is not None
    assert notified.notified_at == NOON + MINUTE
    assert not await batches.cancel(many.id)


async def test_a_batch_has_its_jobs_in_the_order_of_its_prompts(
    batches: Batches, jobs: Jobs, many: Batch, ann: AccountId
) -> None:
    """And no others."""
    await jobs.accept(a_job("alone", ann), a_hold(ann))
    for number in (10, 2):
        job = a_job(f"job-{number}", ann, key=many.job_key(number), batch=many.id)
        await jobs.accept(job, a_hold(ann))
    assert [job.id for job in await batches.jobs(many.id)] == ["job-2", "job-10"]
    assert await batches.jobs(BatchId("none")) == ()
    found = await jobs.get(JobId("job-2"))
    assert found is not None
    assert found.batch == many.id


async def test_offers_are_forgotten_and_what_was_confirmed_is_not(batches: Batches, many: Batch, ann: AccountId) -> None:
    """Words that nobody wanted drawn are not kept."""
    await batches.offer(a_batch(ann, id=BatchId("wanted"), key="2"))
    await batches.confirm(BatchId("wanted"), MESSAGE, NOON)
    await batches.offer(a_batch(ann, id=BatchId("new"), key="3", created_at=NOON + MINUTE))
    await batches.delete_offers(NOON + MINUTE)
    assert [await batches.get(BatchId(id_)) is not None for id_ in (many.id, "wanted", "new")] == [False, True, True]


@ON_DISK
async def test_a_batch_goes_with_whoever_asked_for_it(batches: Batches, accounts: Accounts, ann: AccountId) -> None:
    """To the account that theirs becomes part of, and away again with their identity."""
    await batches.offer(a_batch(ann))
    bob = (await accounts.get_or_create(BOB, REGISTERED)).id
    await accounts.join(bob, ann)
    joined = await batches.get(MANY)
    assert joined is not None
    assert joined.account == bob
    again = await accounts.part(ANN, REGISTERED, NOON.date())
    parted = await batches.get(MANY)
    assert parted is not None
    assert parted.account == again.id != bob
