"""Asks of every implementation of `Jobs` and `Ledger` together: does the money always add up?"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.allowances import QuotaStatus, TenantQuota
from bot.domain.credits import CreditKind, CreditMove
from bot.domain.jobs import CANCELLED as NOTHING_COUNTED
from bot.domain.jobs import DrawingState, Ending, JobId, JobState, cancelled_once_drawn, cancelled_once_paid
from bot.domain.money import Cost
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.domain.rules import Actor
from bot.errors import LeaseLost, LimitTooLow, QuotaExceeded, StorageFailed
from bot.ports.accounts import Ledger
from bot.ports.credits import Credits
from bot.ports.jobs import Jobs
from storage.sql.jobs import SqlJobs
from tests.contract.conftest import ON_DISK
from tests.contract.examples import CANCELLED, DONE, FAILED, LEASE, TODAY, a_drawing, a_hold, a_job, some_pictures
from tests.contract.tables import patient_database
from tests.fakes.clock import StoppedClock

FOX = JobId("fox")
BOSS = Actor(AccountId("boss"), "Boss")
TWO_FILES = tuple(picture.file for picture in some_pictures(FOX, 2))


async def quota_status(ledger: Ledger, account: AccountId) -> tuple[int, int]:
    """Return what is held and spent today."""
    found = await ledger.quota_status(HOUSE, account, TODAY.day, TODAY.limit)
    return found.held, found.spent


async def test_who_never_asked_has_everything_left(ledger: Ledger) -> None:
    """There is no row, and that is no error."""
    assert await ledger.quota_status(HOUSE, AccountId("new"), TODAY.day, 3) == QuotaStatus(3, 0, 0)


async def test_a_server_that_never_asked_has_everything_left(ledger: Ledger) -> None:
    """Nobody there has asked for anything."""
    assert await ledger.tenant_status(HOUSE, "discord:new", TODAY.day, 5) == QuotaStatus(5, 0, 0)


async def test_an_accepted_job_holds_its_pictures_once(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """However often the call is delivered."""
    for _ in range(3):
        await jobs.accept(a_job("fox", ann), a_hold(ann, 4))
    assert await quota_status(ledger, ann) == (4, 0)


async def test_the_whole_allowance_can_be_held_and_no_more(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """The last picture is still to be had; then the refusal says how things stand."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, TODAY.limit - 1))
    with pytest.raises(QuotaExceeded, match=r"cost=2 left=1 refills_at=2026-03-15T00:00:00\+00:00"):
        await jobs.accept(a_job("two", ann), a_hold(ann, 2))
    assert await quota_status(ledger, ann) == (TODAY.limit - 1, 0)
    await jobs.accept(a_job("last", ann), a_hold(ann))
    with pytest.raises(QuotaExceeded, match="cost=1 left=0"):
        await jobs.accept(a_job("one more", ann), a_hold(ann))
    assert await quota_status(ledger, ann) == (TODAY.limit, 0)


async def test_a_first_wish_beyond_the_limit_is_refused(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """Also when there is no row yet that could be full."""
    with pytest.raises(LimitTooLow, match=f"cost={TODAY.limit + 1} limit={TODAY.limit}"):
        await jobs.accept(a_job("fox", ann), a_hold(ann, TODAY.limit + 1))
    assert await quota_status(ledger, ann) == (0, 0)


async def test_a_known_call_is_answered_though_nothing_is_left(jobs: Jobs, ann: AccountId) -> None:
    """It was paid for when it came first."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, TODAY.limit))
    assert not (await jobs.accept(a_job("fox", ann), a_hold(ann, TODAY.limit))).is_new


async def test_kept_pictures_are_spent_once(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """However often they are kept, and whatever becomes of the job afterwards."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, 2))
    await jobs.claim(FOX, LEASE)
    for _ in range(2):
        await jobs.keep(FOX, 1, some_pictures(FOX, 2))
        assert await quota_status(ledger, ann) == (0, 2)
    assert not await jobs.cancel(FOX, CANCELLED)
    for _ in range(2):
        await jobs.finish(FOX, 1, FAILED)
        assert await quota_status(ledger, ann) == (0, 2)


@pytest.mark.parametrize(("count", "spent"), [(3, 3), (4, 4), (6, 4)])
async def test_only_pictures_that_came_are_spent(jobs: Jobs, ledger: Ledger, ann: AccountId, count: int, spent: int) -> None:
    """The rest of the hold is refunded, and more than was held is a present."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, 4))
    await jobs.claim(FOX, LEASE)
    await jobs.keep(FOX, 1, some_pictures(FOX, count))
    await jobs.finish(FOX, 1, DONE)
    assert await quota_status(ledger, ann) == (0, spent)


@pytest.mark.parametrize(("counted", "spent"), [(2, 2), (4, 4), (9, 4), (0, 0)])
async def test_pictures_of_a_lighter_model_count_less(
    jobs: Jobs, ledger: Ledger, ann: AccountId, counted: int, spent: int
) -> None:
    """And never more than was held; the difference is there again."""
    await jobs.accept(a_job("fox", ann), replace(a_hold(ann, 4), each=2))
    await jobs.claim(FOX, LEASE)
    await jobs.keep(FOX, 1, some_pictures(FOX, 2), counted=counted)
    assert await quota_status(ledger, ann) == (0, spent)


async def test_a_failed_job_costs_nothing(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """Its pictures are back once, however often it is finished."""
    await jobs.accept(a_job("other", ann), a_hold(ann, 1))
    await jobs.accept(a_job("fox", ann), a_hold(ann, 4))
    await jobs.claim(FOX, LEASE)
    for _ in range(2):
        await jobs.finish(FOX, 1, FAILED)
        assert await quota_status(ledger, ann) == (1, 0)


async def test_a_cancelled_job_costs_nothing(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """Nor does the worker that comes too late with its pictures."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, 4))
    await jobs.claim(FOX, LEASE)
    for _ in range(2):
        assert await jobs.cancel(FOX, CANCELLED)
    with pytest.raises(LeaseLost):
        await jobs.keep(FOX, 1, some_pictures(FOX, 4))
    assert await quota_status(ledger, ann) == (0, 0)


def _counted(pictures: int) -> Ending:
    return replace(CANCELLED, text=f"{pictures} count.")


@pytest.mark.parametrize(
    ("state", "spent"),
    [
        (DrawingState.OPEN, 3),
        (DrawingState.DRAWN, 2),
        (DrawingState.FAILED, 0),
        (DrawingState.REFUSED, 0),
        (DrawingState.UNKNOWN, 0),
    ],
)
async def test_what_is_cancelled_while_it_is_paid_for_counts(
    jobs: Jobs, ledger: Ledger, ann: AccountId, state: DrawingState, spent: int
) -> None:
    """So nobody has the house pay again and again; what was not asked for or drawn, or nobody is to blame for, comes back."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, 4))
    fox = await jobs.claim(FOX, LEASE)
    assert fox is not None
    drawing = a_drawing("a", fox, asked=3)
    await jobs.open_drawing(drawing)
    if state is not DrawingState.OPEN:
        await jobs.close_drawing(replace(drawing, state=state, files=TWO_FILES if state is DrawingState.DRAWN else ()))
    ending = _counted(spent) if spent else CANCELLED
    for _ in range(2):
        assert await jobs.cancel(FOX, CANCELLED, once_paid=_counted) == ending
        cancelled = await jobs.get(FOX)
        assert cancelled is not None
        assert cancelled.ending == ending
        assert await quota_status(ledger, ann) == (0, spent)


async def test_what_is_refunded_comes_back_though_it_is_being_paid_for(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """What the call cost stays on the books; when its pictures come after all, nothing changes."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, 4))
    fox = await jobs.claim(FOX, LEASE)
    assert fox is not None
    drawing = a_drawing("a", fox, asked=3, cost=Cost(5))
    await jobs.open_drawing(drawing)
    for _ in range(2):
        assert await jobs.cancel(FOX, CANCELLED, once_paid=_counted, is_refunded=True) == CANCELLED
    await jobs.close_drawing(replace(drawing, state=DrawingState.DRAWN, files=TWO_FILES))
    assert await quota_status(ledger, ann) == (0, 0)
    assert await jobs.cost(FOX) == Cost(5)


async def test_a_call_under_way_and_a_cancellation_at_once_agree(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """Either the call is not made, or its pictures count."""
    counted = 0
    for number in range(10):
        job = JobId(f"fox {number}")
        await jobs.accept(a_job(job, ann), a_hold(ann, 1))
        fox = await jobs.claim(job, LEASE)
        assert fox is not None
        acts = [jobs.open_drawing(a_drawing(f"of {job}", fox)), jobs.cancel(job, CANCELLED)]
        opened, _ = await asyncio.gather(*acts, return_exceptions=True)
        counted += opened is None
        assert await quota_status(ledger, ann) == (0, counted)


async def test_a_job_over_midnight_moves_the_day_it_was_held_on(
    jobs: Jobs, ledger: Ledger, ann: AccountId, clock: StoppedClock
) -> None:
    """Tomorrow's allowance is untouched by yesterday's job."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, 4))
    clock.move(timedelta(hours=13))
    await jobs.claim(FOX, LEASE)
    tomorrow = replace(TODAY, day=TODAY.day + timedelta(days=1))
    await jobs.accept(a_job("next", ann), a_hold(ann, 1, tomorrow))
    await jobs.finish(FOX, 1, FAILED)
    assert await quota_status(ledger, ann) == (0, 0)
    assert await ledger.quota_status(HOUSE, ann, tomorrow.day, 10) == QuotaStatus(10, 1, 0)


async def test_communities_count_apart(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """An account has one allowance in each."""
    other = CommunityId("other")
    await jobs.accept(a_job("fox", ann), a_hold(ann, TODAY.limit))
    await jobs.accept(a_job("two", ann, community=other), replace(a_hold(ann, 1), community=other))
    assert await ledger.quota_status(other, ann, TODAY.day, 10) == QuotaStatus(10, 1, 0)


async def test_a_limit_that_was_lowered_leaves_nothing(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """What was granted stays granted, and nothing is negative."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, 4))
    lower = replace(TODAY, limit=2)
    with pytest.raises(QuotaExceeded, match="left=0"):
        await jobs.accept(a_job("two", ann), a_hold(ann, 1, lower))
    assert (await ledger.quota_status(HOUSE, ann, TODAY.day, 2)).left == 0
    assert await quota_status(ledger, ann) == (4, 0)


@ON_DISK
async def test_of_fifty_wishes_at_once_in_three_houses_exactly_the_limit_is_granted(
    jobs: Jobs, ledger: Ledger, ann: AccountId, records_url: str, clock: StoppedClock
) -> None:
    """Processes on one database see each other's holds."""
    others = [patient_database(records_url), patient_database(records_url)]
    for database in others:
        await database.open()
    houses = [jobs, *(SqlJobs(database, clock) for database in others)] * 17
    three = replace(TODAY, limit=3)
    wishes = (house.accept(a_job(f"fox {number}", ann), a_hold(ann, 1, three)) for number, house in enumerate(houses[:50]))
    answers = await asyncio.gather(*wishes, return_exceptions=True)
    for database in others:
        await database.close()
    refused = [answer for answer in answers if isinstance(answer, QuotaExceeded)]
    assert [answer for answer in answers if isinstance(answer, StorageFailed)] == []
    assert (len(answers), len(refused)) == (50, 47)
    assert await ledger.quota_status(HOUSE, ann, TODAY.day, 3) == QuotaStatus(3, 3, 0)


async def test_keeping_and_cancelling_at_once_has_one_winner(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """Either the pictures are kept and spent, or the job is cancelled and refunded."""
    winners = 0
    for number in range(10):
        job = JobId(f"fox {number}")
        await jobs.accept(a_job(job, ann), a_hold(ann, 1))
        await jobs.claim(job, LEASE)
        acts = [jobs.keep(job, 1, some_pictures(job)), jobs.cancel(job, CANCELLED)]
        kept, cancelled = await asyncio.gather(*acts, return_exceptions=True)
        assert (kept is None) != (cancelled == CANCELLED)
        winners += kept is None
        assert await quota_status(ledger, ann) == (0, winners)


@pytest.mark.parametrize("state", [DrawingState.FAILED, DrawingState.REFUSED])
async def test_what_was_cancelled_comes_back_when_it_was_surely_not_drawn(
    jobs: Jobs, ledger: Ledger, credits_: Credits, ann: AccountId, state: DrawingState
) -> None:
    """Day, credits and tenant, once, as after a failure: the call's end came when another process had cancelled already."""
    await credits_.move(CreditMove(community=HOUSE, account=ann, delta=4, kind=CreditKind.GRANT, key="grant", by=BOSS))
    few, tenant_quota = replace(TODAY, limit=3), TenantQuota("web:loom", 5)
    await jobs.accept(a_job("fox", ann), replace(a_hold(ann, 5, few), tenant_quota=tenant_quota))
    fox = await jobs.claim(FOX, LEASE)
    assert fox is not None
    await jobs.open_drawing(a_drawing("a", fox, asked=5))
    await jobs.cancel(FOX, CANCELLED)
    assert await ledger.quota_status(HOUSE, ann, TODAY.day, 3) == QuotaStatus(3, 0, 3, credits=2)
    for _ in range(2):
        await jobs.close_drawing(a_drawing("a", fox, state=state))
        assert await ledger.tenant_status(HOUSE, tenant_quota.id, TODAY.day, 5) == QuotaStatus(5, 0, 0)
        assert await ledger.quota_status(HOUSE, ann, TODAY.day, 3) == QuotaStatus(3, 0, 0, credits=4)


async def test_of_what_was_cancelled_only_what_was_out_counts(
    jobs: Jobs, ledger: Ledger, credits_: Credits, ann: AccountId
) -> None:
    """Of day, credits and tenant, by what each picture counts for; and if fewer come in the end, only those."""
    await credits_.move(CreditMove(community=HOUSE, account=ann, delta=9, kind=CreditKind.GRANT, key="grant", by=BOSS))
    few, tenant_quota = replace(TODAY, limit=3), TenantQuota("web:loom", 20)
    await jobs.accept(a_job("fox", ann), replace(a_hold(ann, 10, few), each=2, tenant_quota=tenant_quota))
    fox = await jobs.claim(FOX, LEASE)
    assert fox is not None
    await jobs.open_drawing(a_drawing("a", fox, asked=3))
    for _ in range(2):
        assert await jobs.cancel(FOX, CANCELLED, once_paid=_counted) == _counted(6)
        assert await ledger.quota_status(HOUSE, ann, TODAY.day, 3) == QuotaStatus(3, 0, 3, credits=6)
        assert await ledger.tenant_status(HOUSE, tenant_quota.id, TODAY.day, 20) == QuotaStatus(20, 0, 6)
    for _ in range(2):
        await jobs.close_drawing(a_drawing("a", fox, state=DrawingState.DRAWN, asked=3, files=TWO_FILES))
        assert await ledger.quota_status(HOUSE, ann, TODAY.day, 3) == QuotaStatus(3, 0, 3, credits=8)
        assert await ledger.tenant_status(HOUSE, tenant_quota.id, TODAY.day, 20) == QuotaStatus(20, 0, 4)


async def test_what_was_forgiven_does_not_come_back_as_well(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """Nobody has less than nothing counted."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, 4))
    fox = await jobs.claim(FOX, LEASE)
    assert fox is not None
    await jobs.open_drawing(a_drawing("a", fox))
    await jobs.cancel(FOX, CANCELLED)
    await ledger.reset_usage(HOUSE, ann, TODAY.day, by=BOSS, why="our fault")
    await jobs.close_drawing(a_drawing("a", fox, state=DrawingState.FAILED))
    assert await quota_status(ledger, ann) == (0, 0)


async def test_the_end_of_a_cancelled_job_says_what_counts_after_all(jobs: Jobs, ann: AccountId) -> None:
    """The service has stopped one of the two calls for nothing, and then the other one too."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, 2))
    fox = await jobs.claim(FOX, LEASE)
    assert fox is not None
    for name in ("a", "b"):
        await jobs.open_drawing(a_drawing(name, fox, asked=1))
    assert await jobs.cancel(FOX, NOTHING_COUNTED, once_paid=cancelled_once_paid) == cancelled_once_paid(2)
    for name, ending in (("a", cancelled_once_paid(1)), ("b", NOTHING_COUNTED)):
        await jobs.close_drawing(a_drawing(name, fox, state=DrawingState.FAILED, asked=1))
        known = await jobs.get(FOX)
        assert known is not None
        assert known.ending == ending


async def test_a_job_of_which_pictures_are_drawn_is_stopped_and_keeps_its_hold(
    jobs: Jobs, ledger: Ledger, ann: AccountId
) -> None:
    """Nobody has it then; whoever claims it keeps what was drawn, and only that counts, whatever becomes of the rest."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, 3))
    fox = await jobs.claim(FOX, LEASE)
    assert fox is not None
    out = a_drawing("b", fox, asked=1)
    for drawing in (a_drawing("a", fox, asked=2), out):
        await jobs.open_drawing(drawing)
    await jobs.close_drawing(a_drawing("a", fox, state=DrawingState.DRAWN, asked=2, files=TWO_FILES))
    once_drawn = partial(cancelled_once_drawn, asked=3)
    for _ in range(2):
        assert await jobs.cancel(FOX, CANCELLED, once_paid=_counted, once_drawn=once_drawn) == cancelled_once_drawn(2, 3)
        assert await quota_status(ledger, ann) == (3, 0)
    with pytest.raises(LeaseLost):
        await jobs.open_drawing(a_drawing("c", fox))
    with pytest.raises(LeaseLost):
        await jobs.renew(FOX, fox.attempt, LEASE)
    assert [drawing.state for drawing in await jobs.drawings(FOX)] == [DrawingState.DRAWN, DrawingState.UNKNOWN]
    stopped = await jobs.claim(FOX, LEASE)
    assert stopped is not None
    assert (stopped.is_stopped, stopped.ending, stopped.lapses) == (True, cancelled_once_drawn(2, 3), 0)
    await jobs.keep(FOX, stopped.attempt, some_pictures(FOX))
    counted = await quota_status(ledger, ann)
    assert counted == (0, len(some_pictures(FOX)))
    assert await jobs.cancel(FOX, CANCELLED, once_paid=_counted, once_drawn=once_drawn) is None
    await jobs.close_drawing(replace(out, state=DrawingState.FAILED))
    await jobs.finish(FOX, stopped.attempt, Ending(JobState.DONE))
    assert await quota_status(ledger, ann) == counted
    done = await jobs.get(FOX)
    assert done is not None
    assert (done.state, done.is_stopped) == (JobState.DONE, False)


async def test_a_stopped_job_can_be_ended_and_given_back(jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
    """Its author was banned meanwhile."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, 3))
    fox = await jobs.claim(FOX, LEASE)
    assert fox is not None
    await jobs.open_drawing(a_drawing("a", fox, asked=2))
    await jobs.close_drawing(a_drawing("a", fox, state=DrawingState.DRAWN, asked=2, files=TWO_FILES))
    await jobs.cancel(FOX, CANCELLED, once_drawn=partial(cancelled_once_drawn, asked=3))
    assert await jobs.cancel(FOX, CANCELLED, is_refunded=True) == CANCELLED
    assert await quota_status(ledger, ann) == (0, 0)
