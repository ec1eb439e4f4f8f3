"""Asks of every implementation of `Statistics`: do its lines add up to what was kept and what was paid?"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.allowances import Allowance, DescriptionCost
from bot.domain.jobs import DrawingState, Job, PreparedPrompt
from bot.domain.money import Cost
from bot.domain.people import HOUSE, REGISTERED, AccountId, CommunityId, Identity, Person
from bot.ports.accounts import Accounts, Ledger
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from bot.ports.statistics import Statistics, UsageLine
from storage.sql.statistics import SqlStatistics
from tests.contract.conftest import MEMORY
from tests.contract.examples import (
    ANN,
    CANCELLED,
    DONE,
    FAILED,
    LEASE,
    SECOND,
    TODAY,
    WEB,
    a_drawing,
    a_hold,
    a_job,
    some_pictures,
)
from tests.fakes.clock import NOON
from tests.fakes.statistics import MemoryStatistics

DAY = timedelta(days=1)
TOMORROW = Allowance(limit=10, day=TODAY.day + DAY, refills_at=TODAY.refills_at + DAY)


@pytest.fixture
def statistics(engine_name: str, jobs: Jobs, request: pytest.FixtureRequest) -> Statistics:
    """Return the statistics over the jobs of the test."""
    memory: Any = jobs
    return MemoryStatistics(memory) if engine_name == MEMORY else SqlStatistics(request.getfixturevalue("database"))


@pytest.fixture
async def bob(accounts: Accounts) -> AccountId:
    """Return somebody else's account."""
    return (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id


def a_line(account: AccountId, **changes: Any) -> UsageLine:
    """Return a line of ann's with crayons."""
    return replace(UsageLine(day=TODAY.day, account=account, name="Ann", model="crayons", pictures=0, microusd=0), **changes)


class Drawer:
    """Has jobs drawn and paid for."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def begin(self, job: Job, allowance: Allowance = TODAY, words: int = 0) -> Job:
        """Accept a job, take it, and pay for its words."""
        await self._jobs.accept(job, replace(a_hold(job.account, 4, allowance), community=job.community))
        claimed = await self._jobs.claim(job.id, LEASE)
        assert claimed is not None
        if words:
            await self._jobs.record_prompt(job.id, 1, PreparedPrompt("a fox", Cost(words)))
        return claimed

    async def pay(self, job: Job, microusd: int, model: str = "crayons", state: DrawingState = DrawingState.DRAWN) -> None:
        """Have a provider try."""
        number = len(await self._jobs.drawings(job.id))
        drawing = a_drawing(f"{job.id} {number}", job, model=model, started_at=NOON + number * SECOND)
        await self._jobs.open_drawing(drawing)
        await self._jobs.close_drawing(replace(drawing, state=state, cost=Cost(microusd)))

    async def draw(self, job: Job, pictures: int, microusd: int, allowance: Allowance = TODAY) -> None:
        """Have a job drawn and finished."""
        begun = await self.begin(job, allowance)
        await self.pay(begun, microusd)
        await self._jobs.keep(job.id, 1, some_pictures(job.id, pictures))
        await self._jobs.finish(job.id, 1, DONE)


@pytest.fixture
def drawer(jobs: Jobs) -> Drawer:
    """Return somebody who draws."""
    return Drawer(jobs)


async def test_nothing_is_added_up_to_nothing(statistics: Statistics) -> None:
    """Before the first job."""
    assert await statistics.usage(HOUSE, TODAY.day, TODAY.day) == ()


async def test_jobs_of_one_day_account_and_model_are_one_line(statistics: Statistics, drawer: Drawer, ann: AccountId) -> None:
    """Pictures and money of both."""
    await drawer.draw(a_job("fox", ann), 2, 300)
    await drawer.draw(a_job("owl", ann), 1, 40)
    assert await statistics.usage(HOUSE, TODAY.day, TODAY.day) == (a_line(ann, pictures=3, microusd=340),)


async def test_each_day_account_and_model_has_its_line(
    statistics: Statistics, drawer: Drawer, jobs: Jobs, ann: AccountId, bob: AccountId
) -> None:
    """By day first, then by account and by model."""
    await drawer.draw(a_job("bobs", bob, author=Person(Identity(WEB, "", "bob"), "Bob")), 1, 6)
    other = await drawer.begin(a_job("oil", ann))
    await drawer.pay(other, 7, "oil")
    await jobs.keep(other.id, 1, some_pictures(other.id))
    await drawer.draw(a_job("fox", ann), 1, 8)
    await drawer.draw(a_job("later", ann), 1, 5, TOMORROW)
    assert await statistics.usage(HOUSE, TODAY.day, TOMORROW.day) == (
        a_line(ann, pictures=1, microusd=8),
        a_line(ann, model="oil", pictures=1, microusd=7),
        a_line(bob, name="Bob", pictures=1, microusd=6),
        a_line(ann, day=TOMORROW.day, pictures=1, microusd=5),
    )


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (TODAY.day, TODAY.day, [TODAY.day]),
        (TOMORROW.day, TOMORROW.day, [TOMORROW.day]),
        (TODAY.day, TOMORROW.day, [TODAY.day, TOMORROW.day]),
        (TODAY.day - DAY, TODAY.day - DAY, []),
        (TOMORROW.day, TODAY.day, []),
    ],
)
async def test_both_ends_are_included_and_nothing_beyond(
    statistics: Statistics, drawer: Drawer, ann: AccountId, first: date, last: date, found: list[date]
) -> None:
    """The day is the one that the job was counted on, whenever it was drawn."""
    await drawer.draw(a_job("fox", ann), 1, 5)
    await drawer.draw(a_job("owl", ann), 1, 5, TOMORROW)
    assert [line.day for line in await statistics.usage(HOUSE, first, last)] == found


async def test_other_communities_are_added_up_by_themselves(statistics: Statistics, drawer: Drawer, ann: AccountId) -> None:
    """The same person may draw in several."""
    town = CommunityId("loom:town")
    await drawer.draw(a_job("fox", ann), 1, 5)
    await drawer.draw(a_job("owl", ann, community=town), 2, 6)
    assert await statistics.usage(town, TODAY.day, TODAY.day) == (a_line(ann, pictures=2, microusd=6),)


async def test_what_failed_costs_and_counts_no_picture(
    statistics: Statistics, drawer: Drawer, jobs: Jobs, ann: AccountId
) -> None:
    """The provider may have charged for it."""
    job = await drawer.begin(a_job("fox", ann), words=20)
    await drawer.pay(job, 300, state=DrawingState.FAILED)
    await jobs.finish(job.id, 1, FAILED)
    assert await statistics.usage(HOUSE, TODAY.day, TODAY.day) == (a_line(ann, microusd=320),)


async def test_each_model_has_what_it_was_paid_and_the_one_that_drew_has_the_rest(
    statistics: Statistics, drawer: Drawer, jobs: Jobs, ann: AccountId
) -> None:
    """The pictures, and the words."""
    job = await drawer.begin(a_job("fox", ann), words=20)
    await drawer.pay(job, 300, "oil", DrawingState.FAILED)
    await drawer.pay(job, 40, "crayons")
    await drawer.pay(job, 7, "pencil", DrawingState.UNKNOWN)
    await jobs.keep(job.id, 1, some_pictures(job.id, 3))
    assert await statistics.usage(HOUSE, TODAY.day, TODAY.day) == (
        a_line(ann, pictures=3, microusd=60),
        a_line(ann, model="oil", microusd=300),
        a_line(ann, model="pencil", microusd=7),
    )


async def test_words_without_a_drawing_are_of_no_model(
    statistics: Statistics, drawer: Drawer, jobs: Jobs, ann: AccountId
) -> None:
    """They were refused, say, and were paid for all the same."""
    job = await drawer.begin(a_job("fox", ann), words=20)
    await jobs.finish(job.id, 1, FAILED)
    assert await statistics.usage(HOUSE, TODAY.day, TODAY.day) == (a_line(ann, model="", microusd=20),)


async def test_what_is_an_estimate_is_marked_so(statistics: Statistics, drawer: Drawer, jobs: Jobs, ann: AccountId) -> None:
    """Of calls whose end nobody saw, and of words whose bill never came; the rest is no less exact for it."""
    job = await drawer.begin(a_job("fox", ann))
    await jobs.record_prompt(job.id, 1, PreparedPrompt("a fox", Cost(20, is_estimate=True)))
    await drawer.pay(job, 300)
    await jobs.open_drawing(a_drawing("never seen again", job, cost=Cost(40, is_estimate=True), started_at=NOON - SECOND))
    await jobs.finish(job.id, 1, FAILED)
    assert await statistics.usage(HOUSE, TODAY.day, TODAY.day) == (a_line(ann, microusd=360, estimated=60),)


async def test_what_cost_nothing_and_gave_nothing_is_left_out(
    statistics: Statistics, drawer: Drawer, jobs: Jobs, ann: AccountId
) -> None:
    """A job that waits, and one that was taken back."""
    await drawer.begin(a_job("fox", ann))
    await jobs.accept(a_job("owl", ann), a_hold(ann))
    await jobs.cancel(a_job("owl", ann).id, CANCELLED)
    assert await statistics.usage(HOUSE, TODAY.day, TODAY.day) == ()


async def test_pictures_that_were_deleted_since_were_drawn_all_the_same(
    statistics: Statistics, drawer: Drawer, pictures: Pictures, ann: AccountId
) -> None:
    """Hidden, and even removed for good."""
    await drawer.draw(a_job("fox", ann), 2, 5)
    await pictures.hide(a_job("fox", ann).id, NOON)
    [picture, *_] = some_pictures(a_job("fox", ann).id)
    await pictures.begin_removal(picture.id)
    await pictures.remove(picture.id)
    assert await statistics.usage(HOUSE, TODAY.day, TODAY.day) == (a_line(ann, pictures=2, microusd=5),)


async def test_the_name_is_the_one_they_went_by_last(statistics: Statistics, drawer: Drawer, ann: AccountId) -> None:
    """Even where the days that are asked for are older."""
    await drawer.draw(a_job("fox", ann), 1, 5)
    renamed = Person(ANN, "Ann of the Hill")
    await drawer.draw(a_job("owl", ann, author=renamed, created_at=NOON + DAY), 1, 5, TOMORROW)
    [line] = await statistics.usage(HOUSE, TODAY.day, TODAY.day)
    assert line.name == "Ann of the Hill"


async def test_a_program_has_no_name_and_takes_none_away(statistics: Statistics, drawer: Drawer, ann: AccountId) -> None:
    """The person goes by what they were called before; one that only programs ask for has no name."""
    nameless = Person(ANN, "")
    await drawer.draw(a_job("by program", ann, author=nameless), 1, 5)
    [line] = await statistics.usage(HOUSE, TODAY.day, TODAY.day)
    assert line.name == ""
    await drawer.draw(a_job("fox", ann, created_at=NOON + SECOND), 1, 5)
    await drawer.draw(a_job("by program again", ann, author=nameless, created_at=NOON + 2 * SECOND), 1, 5)
    [line] = await statistics.usage(HOUSE, TODAY.day, TODAY.day)
    assert line.name == "Ann"


async def test_the_lines_add_up_to_what_the_jobs_cost(statistics: Statistics, drawer: Drawer, jobs: Jobs, ann: AccountId) -> None:
    """To the micro-dollar, whatever came of them."""
    costs = [(0, 3), (17, 0), (5, 11), (0, 0), (2**40, 1)]
    names = [f"job {number}" for number in range(len(costs))]
    for name, (words, drawn) in zip(names, costs, strict=True):
        job = await drawer.begin(a_job(name, ann), replace(TODAY, limit=100), words=words)
        await drawer.pay(job, drawn, f"model {drawn % 2}", DrawingState.FAILED if words else DrawingState.DRAWN)
        await jobs.finish(job.id, 1, FAILED if words else DONE)
    lines = await statistics.usage(HOUSE, TODAY.day, TODAY.day)
    total = sum([(await jobs.cost(a_job(name, ann).id)).microusd for name in names])
    assert sum(line.microusd for line in lines) == total > 2**40


async def test_a_joined_accounts_jobs_are_the_other_ones(
    statistics: Statistics, drawer: Drawer, accounts: Accounts, ann: AccountId, bob: AccountId
) -> None:
    """One person, one line."""
    await drawer.draw(a_job("fox", ann), 1, 5)
    await drawer.draw(a_job("owl", bob), 1, 6)
    await accounts.join(ann, bob)
    assert await statistics.usage(HOUSE, TODAY.day, TODAY.day) == (a_line(ann, pictures=2, microusd=11),)


async def test_descriptions_are_words_without_a_picture(
    statistics: Statistics, drawer: Drawer, ledger: Ledger, ann: AccountId
) -> None:
    """On the line of what was paid for words alone, beside what was drawn; of this community and these days."""
    await drawer.draw(a_job("fox", ann), 1, 300)
    said = DescriptionCost(id="d1", community=HOUSE, account=ann, day=TODAY.day, cost=Cost(40))
    for one in (said, replace(said, id="d2", cost=Cost(2, is_estimate=True)), replace(said, id="d3", day=TOMORROW.day)):
        await ledger.book_description(one)
    await ledger.book_description(replace(said, id="d4", community=CommunityId("town")))
    assert await statistics.usage(HOUSE, TODAY.day, TODAY.day) == (
        a_line(ann, model="", microusd=42, estimated=2),
        a_line(ann, pictures=1, microusd=300),
    )
