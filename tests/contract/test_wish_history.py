"""Asks of every implementation of `WishHistory`: is all there that somebody asked for, whatever came of it, and nothing else?"""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.jobs import DrawingState, JobId
from bot.domain.money import FREE, Cost
from bot.domain.people import HOUSE, REGISTERED, AccountId, Identity
from bot.domain.picture_search import search_words
from bot.domain.wish_history import PastWish, WishQuery, WishStatus
from bot.domain.wishes import Wish
from bot.ports.accounts import Accounts
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from bot.ports.wish_history import WishHistory
from storage.sql.database import Database
from storage.sql.old_records import SqlOldRecords
from tests.contract.conftest import ON_DISK
from tests.contract.examples import (
    CANCELLED,
    DONE,
    FAILED,
    LEASE,
    REFUSED,
    SECOND,
    WEB,
    a_drawing,
    a_hold,
    a_job,
    some_pictures,
)
from tests.fakes.clock import NOON, StoppedClock


async def wish(jobs: Jobs, name: str, account: AccountId, prompt: str = "a fox in the snow", count: int = 1) -> None:
    """Have a wish accepted, each a second after the one before."""
    second = int(name[-1]) * SECOND
    await jobs.accept(a_job(name, account, wish=Wish(prompt=prompt), created_at=NOON + second), a_hold(account, count))


async def draw(jobs: Jobs, name: str, cost: Cost = FREE) -> None:
    """Have it drawn, at that cost."""
    job = await jobs.claim(JobId(name), LEASE)
    assert job is not None
    drawing = a_drawing(f"drawing of {name}", job)
    await jobs.open_drawing(drawing)
    await jobs.close_drawing(replace(drawing, state=DrawingState.DRAWN, cost=cost))
    await jobs.keep(JobId(name), 1, some_pictures(JobId(name)))
    await jobs.finish(JobId(name), 1, DONE)
    await jobs.mark_notified(JobId(name))


async def every_end(jobs: Jobs, account: AccountId) -> None:
    """Have a wish come to each end that there is."""
    for name in ("waits1", "runs2", "drawn3", "failed4", "refused5", "cancelled6"):
        await wish(jobs, name, account)
    await jobs.claim(JobId("runs2"), LEASE)
    await draw(jobs, "drawn3")
    for name, ending in (("failed4", FAILED), ("refused5", REFUSED)):
        await jobs.claim(JobId(name), LEASE)
        await jobs.finish(JobId(name), 1, ending)
    await jobs.cancel(JobId("cancelled6"), CANCELLED)


async def found(history: WishHistory, account: AccountId, typed: str = "", **changes: Any) -> list[str]:
    """Return the ids of what is found."""
    query = replace(WishQuery(words=search_words(typed)), **changes)
    return [one.job.id for one in await history.find(account, query, most=10)]


async def only(history: WishHistory, account: AccountId) -> PastWish:
    """Return the one wish that there is."""
    [one] = await history.find(account, WishQuery(), most=10)
    return one


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (WishStatus.ALL, ["cancelled6", "refused5", "failed4", "drawn3", "runs2", "waits1"]),
        (WishStatus.WAITING, ["runs2", "waits1"]),
        (WishStatus.FAILED, ["cancelled6", "refused5", "failed4"]),
    ],
)
async def test_wishes_are_found_by_what_came_of_them_newest_first(
    wish_history: WishHistory, jobs: Jobs, ann: AccountId, status: WishStatus, expected: list[str]
) -> None:
    """Also those that there is no picture of."""
    await every_end(jobs, ann)
    assert await found(wish_history, ann, status=status) == expected
    assert await found(wish_history, ann, "FOX", status=status) == expected
    assert await found(wish_history, ann, "elk", status=status) == []


async def test_pages_of_wishes_follow_each_other(wish_history: WishHistory, jobs: Jobs, ann: AccountId) -> None:
    """A page ends where the next one begins; of what is not known nobody can say that."""
    await every_end(jobs, ann)
    for status in WishStatus:
        query, ids, last = WishQuery(status=status), [], None
        while page := await wish_history.find(ann, query, most=2, before=last):
            ids += [one.job.id for one in page]
            last = page[-1].job.id
        assert ids == await found(wish_history, ann, status=status)
    assert await wish_history.find(ann, WishQuery(), most=9, before=JobId("nobody's")) == ()


async def test_only_wishes_since_then_are_found(wish_history: WishHistory, jobs: Jobs, ann: AccountId) -> None:
    """That moment is part of it."""
    await wish(jobs, "old1", ann)
    await wish(jobs, "new2", ann)
    assert await found(wish_history, ann, since=NOON + 2 * SECOND) == ["new2"]
    assert await found(wish_history, ann, "fox", since=NOON + SECOND) == ["new2", "old1"]


async def test_a_wish_tells_what_it_counts_for_and_what_it_cost(
    wish_history: WishHistory, pictures: Pictures, jobs: Jobs, ann: AccountId
) -> None:
    """What is set aside until it is drawn; an estimate stays one."""
    await wish(jobs, "fox1", ann, count=3)
    waiting = await only(wish_history, ann)
    assert (waiting.counted, waiting.cost, waiting.visible) == (3, FREE, 0)
    await draw(jobs, "fox1", Cost(40_000, is_estimate=True))
    drawn = await only(wish_history, ann)
    assert (drawn.counted, drawn.cost, drawn.visible) == (1, Cost(40_000, is_estimate=True), 1)
    assert drawn.job == await jobs.get(JobId("fox1"))
    await pictures.hide(JobId("fox1"), NOON)
    assert (await only(wish_history, ann)).visible == 0


async def test_what_was_given_back_counts_for_nothing(wish_history: WishHistory, jobs: Jobs, ann: AccountId) -> None:
    """And its end says why it came to nothing."""
    await wish(jobs, "fox1", ann, count=3)
    await jobs.cancel(JobId("fox1"), CANCELLED)
    one = await only(wish_history, ann)
    assert (one.counted, one.cost, one.job.ending) == (0, FREE, CANCELLED)


async def test_wishes_of_linked_accounts_are_one_history(
    wish_history: WishHistory, jobs: Jobs, accounts: Accounts, ann: AccountId
) -> None:
    """Nobody finds anything of somebody else's until both are one account."""
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    await wish(jobs, "hers1", ann)
    await wish(jobs, "his2", bob)
    assert await found(wish_history, ann) == await found(wish_history, ann, "fox") == ["hers1"]
    await accounts.join(ann, bob)
    both = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    assert await found(wish_history, both) == ["his2", "hers1"]


@ON_DISK
async def test_erased_words_of_wishes_find_nothing(
    database: Database, wish_history: WishHistory, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """The wish itself is still told of."""
    await wish(jobs, "fox1", ann)
    await draw(jobs, "fox1")
    await SqlOldRecords(database).erase_prompts(HOUSE, NOON + SECOND, most=9, now=clock.now())
    assert await found(wish_history, ann, "fox") == []
    assert (await only(wish_history, ann)).job.erased_at == NOON
