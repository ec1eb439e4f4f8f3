"""Asks of every implementation of `Jobs` and `Ledger` together: what does a picture of the relaxed lane count?"""

from dataclasses import replace

import pytest

from bot.domain.allowances import TenantQuota
from bot.domain.images import Lane
from bot.domain.jobs import DrawingState, JobId
from bot.domain.people import HOUSE, AccountId
from bot.domain.wishes import Wish
from bot.errors import QuotaExceeded
from bot.ports.accounts import Ledger
from bot.ports.jobs import Jobs
from tests.contract.examples import CANCELLED, FAILED, LEASE, TODAY, a_drawing, a_hold, a_job, some_pictures


async def accept(jobs: Jobs, name: str, account: AccountId, pictures: int = 1, percent: int = 50) -> JobId:
    """Have somebody ask for pictures that count in part."""
    hold = replace(a_hold(account, pictures), percent=percent, tenant_quota=TenantQuota("web:", 100))
    await jobs.accept(a_job(name, account, wish=Wish(prompt="a fox", lane=Lane.RELAXED, count=pictures)), hold)
    return JobId(name)


async def keep(jobs: Jobs, job: JobId, pictures: int = 1, counting: int | None = None) -> None:
    """Have so many of them come."""
    claimed = await jobs.claim(job, LEASE)
    assert claimed is not None
    await jobs.keep(job, claimed.attempt, some_pictures(job, pictures), counted=counting)


async def counted(ledger: Ledger, account: AccountId) -> tuple[int, int]:
    """Return what is held and spent today, by the person and by all of the place alike."""
    found = await ledger.quota_status(HOUSE, account, TODAY.day, TODAY.limit)
    of_all = await ledger.tenant_status(HOUSE, "web:", TODAY.day, 100)
    assert (of_all.held, of_all.spent) == (found.held, found.spent)
    return found.held, found.spent


async def test_of_two_that_count_half_one_counts(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """The first one does, so that nothing is for nothing; held ones and spent ones are alike in that."""
    first = await accept(jobs, "a", ann)
    assert await counted(ledger, ann) == (1, 0)
    second = await accept(jobs, "b", ann)
    assert await counted(ledger, ann) == (1, 0)
    await keep(jobs, first)
    await keep(jobs, second)
    assert await counted(ledger, ann) == (0, 1)
    third = await accept(jobs, "c", ann, 3)
    assert await counted(ledger, ann) == (2, 1)
    await keep(jobs, third, 3)
    await keep(jobs, await accept(jobs, "d", ann))
    assert await counted(ledger, ann) == (0, 3)


async def test_a_third_of_a_picture_adds_up_too(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """Ten that count 30 % count three."""
    for number in range(10):
        await keep(jobs, await accept(jobs, f"{number}", ann, percent=30))
    assert await counted(ledger, ann) == (0, 3)


async def test_the_half_that_is_left_can_be_had_when_the_day_is_full(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """And no more."""
    await jobs.accept(a_job("whole", ann), replace(a_hold(ann, TODAY.limit - 1), tenant_quota=TenantQuota("web:", 100)))
    await accept(jobs, "a", ann)
    await accept(jobs, "b", ann)
    with pytest.raises(QuotaExceeded):
        await accept(jobs, "c", ann)
    assert await counted(ledger, ann) == (TODAY.limit, 0)


async def test_what_is_given_back_is_not_left_to_others(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """Whichever of the two was given back, the next one makes it even."""
    first, second = await accept(jobs, "a", ann), await accept(jobs, "b", ann)
    await keep(jobs, second)
    claimed = await jobs.claim(first, LEASE)
    assert claimed is not None
    await jobs.finish(first, claimed.attempt, FAILED)
    assert await counted(ledger, ann) == (0, 0)
    await keep(jobs, await accept(jobs, "c", ann))
    assert await counted(ledger, ann) == (0, 1)
    await keep(jobs, await accept(jobs, "d", ann))
    assert await counted(ledger, ann) == (0, 2)


async def test_fewer_pictures_than_asked_for_count_by_themselves(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """Four asked, one came; the half of it is there for the next one."""
    await keep(jobs, await accept(jobs, "a", ann, 4), 1)
    assert await counted(ledger, ann) == (0, 1)
    await keep(jobs, await accept(jobs, "b", ann))
    assert await counted(ledger, ann) == (0, 1)


async def test_pictures_of_a_lighter_model_count_in_part_too(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """Three that count half are two, and the half too many is there for the next one."""
    await keep(jobs, await accept(jobs, "a", ann, 8), 8, counting=3)
    assert await counted(ledger, ann) == (0, 2)
    await keep(jobs, await accept(jobs, "b", ann))
    assert await counted(ledger, ann) == (0, 2)
    await keep(jobs, await accept(jobs, "c", ann))
    assert await counted(ledger, ann) == (0, 3)


@pytest.mark.parametrize("is_second", [False, True])
async def test_a_cancelled_one_that_was_not_drawn_is_given_back(
    jobs: Jobs, ledger: Ledger, ann: AccountId, is_second: bool
) -> None:
    """Also where it held no whole picture."""
    if is_second:
        await keep(jobs, await accept(jobs, "other", ann))
    job = await accept(jobs, "a", ann)
    claimed = await jobs.claim(job, LEASE)
    assert claimed is not None
    drawing = a_drawing("first", claimed)
    await jobs.open_drawing(drawing)
    await jobs.cancel(job, CANCELLED)
    assert await counted(ledger, ann) == (0, 1)
    await jobs.close_drawing(replace(drawing, state=DrawingState.FAILED))
    assert await counted(ledger, ann) == (0, 1 if is_second else 0)
    await keep(jobs, await accept(jobs, "b", ann))
    assert await counted(ledger, ann) == (0, 1)


async def test_the_relaxed_lane_holds_nobody_up(jobs: Jobs, ann: AccountId) -> None:
    """Its jobs are not before others in line, and not too many for one person."""
    await accept(jobs, "a", ann)
    assert await jobs.count_open(ann) == 0
    fast = a_job("whole", ann)
    await jobs.accept(fast, a_hold(ann))
    assert (await jobs.queue_position(fast)).ahead == 0
    found = await jobs.get(JobId("a"))
    assert found is not None
    assert found.wish.lane is Lane.RELAXED
