"""Asks of every implementation of `Jobs` and `Ledger`: is every micro-dollar counted, and no budget overshot?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.allowances import Budget, DescriptionCost, Hold, Period, QuotaStatus, Spending
from bot.domain.jobs import DrawingState, Ending, Job, JobId, PreparedPrompt
from bot.domain.money import Cost
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.errors import BudgetExceeded
from bot.ports.accounts import Ledger
from bot.ports.jobs import Jobs
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from storage.sql.spending import reserve_money
from tests.contract.conftest import ENGINES, ON_DISK
from tests.contract.examples import CANCELLED, DONE, FAILED, LEASE, REFUSED, TODAY, a_drawing, a_hold, a_job, some_pictures
from tests.contract.tables import patient_database
from tests.fakes.clock import StoppedClock
from tests.fakes.postgres import PostgresServer

PARK = CommunityId("park")
FOX = JobId("fox")
PLENTY = replace(TODAY, limit=1000)
DAILY = Budget(PARK, Period.DAY, 1000)
MONTHLY = Budget(PARK, Period.MONTH, 1000)
HOUSE_DAILY = Budget(HOUSE, Period.DAY, 1000)
HOUSE_MONTHLY = Budget(HOUSE, Period.MONTH, 1000)
DAY = timedelta(days=1)
WAITING_FOR_A_LOCK = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def a_dear_hold(account: AccountId, estimate: int, *budgets: Budget, days: int = 0) -> Hold:
    """Return a hold on the park's money."""
    then = replace(PLENTY, day=TODAY.day + days * DAY)
    return Hold(PARK, account, 1, then, estimate=estimate, budgets=budgets)


async def accept(jobs: Jobs, hold: Hold, name: str = "fox") -> Job:
    """Have a job of that community accepted and claimed."""
    await jobs.accept(a_job(name, hold.account, community=hold.community), hold)
    claimed = await jobs.claim(JobId(name), LEASE)
    assert claimed is not None
    return claimed


async def today(ledger: Ledger, budget: Budget = DAILY) -> tuple[int, int]:
    """Return what is held and spent."""
    found = await ledger.spending(budget, TODAY.day)
    return found.held, found.spent


class TestEstimates:
    """Held when a job is accepted, and replaced by what it cost in the end."""

    @pytest.mark.parametrize("budget", [DAILY, MONTHLY, HOUSE_DAILY, HOUSE_MONTHLY], ids=str)
    async def test_an_estimate_is_held_for_community_and_house(
        self, jobs: Jobs, ledger: Ledger, ann: AccountId, budget: Budget
    ) -> None:
        """Whether or not they have budgets."""
        assert await today(ledger, budget) == (0, 0)
        await accept(jobs, a_dear_hold(ann, 300))
        assert await today(ledger, budget) == (300, 0)

    async def test_the_houses_own_community_is_counted_once(self, jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
        """It is both."""
        await accept(jobs, replace(a_hold(ann), estimate=300))
        assert await today(ledger, HOUSE_DAILY) == (300, 0)

    async def test_a_job_is_billed_what_it_cost(self, jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
        """Its words and all its drawings, once, whatever was estimated."""
        fox = await accept(jobs, a_dear_hold(ann, 300))
        await jobs.record_prompt_estimate(fox.id, 1, Cost(5, is_estimate=True))
        await jobs.record_prompt(fox.id, 1, PreparedPrompt("a fox", Cost(7)))
        for number, state in enumerate([DrawingState.FAILED, DrawingState.DRAWN]):
            drawing = a_drawing(f"drawing {number}", fox)
            await jobs.open_drawing(drawing)
            await jobs.close_drawing(replace(drawing, state=state, cost=Cost(100 + number)))
        await jobs.keep(fox.id, 1, some_pictures(fox.id))
        for _ in range(2):
            await jobs.finish(fox.id, 1, DONE)
            assert await today(ledger) == await today(ledger, HOUSE_DAILY) == (0, 208)

    async def test_a_job_that_cost_nothing_spends_nothing(self, jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
        """Its estimate is free again."""
        await accept(jobs, a_dear_hold(ann, 300))
        for _ in range(2):
            await jobs.finish(FOX, 1, FAILED)
            assert await today(ledger) == (0, 0)

    async def test_a_job_without_an_estimate_is_billed_too(self, jobs: Jobs, ledger: Ledger, ann: AccountId) -> None:
        """Money is money."""
        fox = await accept(jobs, a_dear_hold(ann, 0))
        await jobs.close_drawing(a_drawing("a", fox, state=DrawingState.DRAWN, cost=Cost(50)))
        await jobs.finish(fox.id, 1, FAILED)
        assert await today(ledger) == (0, 50)

    async def test_money_is_counted_on_the_day_of_the_hold(
        self, jobs: Jobs, ledger: Ledger, ann: AccountId, clock: StoppedClock
    ) -> None:
        """Over midnight too."""
        fox = await accept(jobs, a_dear_hold(ann, 300))
        await jobs.close_drawing(a_drawing("a", fox, state=DrawingState.DRAWN, cost=Cost(50)))
        clock.move(DAY)
        await jobs.finish(fox.id, 1, FAILED)
        assert await today(ledger) == (0, 50)
        assert await ledger.spending(DAILY, TODAY.day + DAY) == Spending()


class TestLate:
    """What turns out when the job is over is counted all the same."""

    @pytest.fixture
    async def fox(self, jobs: Jobs, ann: AccountId) -> Job:
        """Cancel a job while it is drawn."""
        fox = await accept(jobs, a_dear_hold(ann, 300))
        await jobs.open_drawing(a_drawing("a", fox))
        await jobs.cancel(fox.id, CANCELLED)
        return fox

    async def test_a_late_cost_is_counted_once(self, jobs: Jobs, ledger: Ledger, fox: Job) -> None:
        """However often it is told."""
        for _ in range(2):
            await jobs.close_drawing(a_drawing("a", fox, state=DrawingState.DRAWN, cost=Cost(90)))
            assert await today(ledger) == await today(ledger, HOUSE_DAILY) == (0, 90)

    async def test_a_better_known_cost_replaces_an_estimate(self, jobs: Jobs, ledger: Ledger, fox: Job) -> None:
        """Be it more or less."""
        for microusd in (90, 120, 60):
            await jobs.close_drawing(a_drawing("a", fox, state=DrawingState.DRAWN, cost=Cost(microusd)))
            assert await today(ledger) == (0, microusd)
            assert await jobs.cost(fox.id) == Cost(microusd)

    async def test_who_saw_pictures_is_right_about_the_cost(self, jobs: Jobs, ledger: Ledger, fox: Job) -> None:
        """Whoever knows less changes nothing, and bills nothing."""
        await jobs.close_drawing(a_drawing("a", fox, state=DrawingState.DRAWN, cost=Cost(90)))
        await jobs.close_drawing(a_drawing("a", fox, state=DrawingState.UNKNOWN, cost=Cost(200)))
        assert await today(ledger) == (0, 90)

    async def test_a_drawing_nobody_wrote_down_is_counted(self, jobs: Jobs, ledger: Ledger, fox: Job) -> None:
        """It was paid."""
        await jobs.close_drawing(a_drawing("lost", fox, state=DrawingState.DRAWN, cost=Cost(5)))
        assert await today(ledger) == (0, 5)

    async def test_many_reports_at_once_are_one_cost(self, jobs: Jobs, ledger: Ledger, fox: Job) -> None:
        """Two workers may have seen the same answer."""
        drawing = a_drawing("a", fox, state=DrawingState.DRAWN, cost=Cost(90))
        await asyncio.gather(*(jobs.close_drawing(drawing) for _ in range(5)))
        assert await today(ledger) == (0, 90)


class TestUnseen:
    """A paid call whose end nobody saw costs what it probably did, until somebody knows better."""

    @pytest.fixture
    async def fox(self, jobs: Jobs, ann: AccountId) -> Job:
        """Return a job of which a paid call is out."""
        fox = await accept(jobs, a_dear_hold(ann, 300))
        await jobs.open_drawing(a_drawing("a", fox, cost=Cost(300, is_estimate=True)))
        return fox

    @pytest.mark.parametrize("ending", [FAILED, REFUSED, CANCELLED], ids=lambda ending: ending.state)
    async def test_no_end_leaves_a_call_open(self, jobs: Jobs, ledger: Ledger, fox: Job, ending: Ending) -> None:
        """It is unknown then, and billed once, whatever ended the job."""
        for _ in range(2):
            await (jobs.cancel(fox.id, ending) if ending is CANCELLED else jobs.finish(fox.id, 1, ending))
            [drawing] = await jobs.drawings(fox.id)
            assert (drawing.state, drawing.cost) == (DrawingState.UNKNOWN, Cost(300, is_estimate=True))
            assert await today(ledger) == await today(ledger, HOUSE_DAILY) == (0, 300)

    async def test_a_second_call_left_open_is_billed_with_the_one_that_drew(self, jobs: Jobs, ledger: Ledger, fox: Job) -> None:
        """As when a worker lost its lease."""
        await jobs.close_drawing(a_drawing("b", fox, state=DrawingState.DRAWN, cost=Cost(50)))
        await jobs.keep(fox.id, 1, some_pictures(fox.id))
        await jobs.finish(fox.id, 1, DONE)
        assert [drawing.state for drawing in await jobs.drawings(fox.id)] == [DrawingState.UNKNOWN, DrawingState.DRAWN]
        assert await today(ledger) == (0, 350)

    @pytest.mark.parametrize(
        ("state", "microusd"), [(DrawingState.DRAWN, 280), (DrawingState.FAILED, 0), (DrawingState.REFUSED, 0)]
    )
    async def test_an_answer_after_the_end_corrects_the_bill_once(
        self, jobs: Jobs, ledger: Ledger, fox: Job, state: DrawingState, microusd: int
    ) -> None:
        """And nobody who knows less takes that back."""
        await jobs.cancel(fox.id, CANCELLED)
        for _ in range(2):
            await jobs.close_drawing(a_drawing("a", fox, state=state, cost=Cost(microusd)))
            await jobs.close_drawing(a_drawing("a", fox, state=DrawingState.UNKNOWN, cost=Cost(300, is_estimate=True)))
            [drawing] = await jobs.drawings(fox.id)
            assert (drawing.state, drawing.cost) == (state, Cost(microusd))
            assert await today(ledger) == (0, microusd)

    async def test_a_cut_that_was_noted_before_the_end_is_billed_once(self, jobs: Jobs, ledger: Ledger, fox: Job) -> None:
        """The usual way of a connection that breaks."""
        cut = a_drawing("a", fox, state=DrawingState.UNKNOWN, cost=Cost(300, is_estimate=True))
        await jobs.close_drawing(cut)
        await jobs.finish(fox.id, 1, FAILED)
        await jobs.close_drawing(cut)
        assert await today(ledger) == (0, 300)

    @pytest.mark.parametrize("ending", [FAILED, REFUSED, CANCELLED], ids=lambda ending: ending.state)
    async def test_words_that_never_came_are_billed(self, jobs: Jobs, ledger: Ledger, ann: AccountId, ending: Ending) -> None:
        """Once, whatever ended the job."""
        fox = await accept(jobs, a_dear_hold(ann, 300))
        await jobs.record_prompt_estimate(fox.id, 1, Cost(7, is_estimate=True))
        for _ in range(2):
            await (jobs.cancel(fox.id, ending) if ending is CANCELLED else jobs.finish(fox.id, 1, ending))
            assert await today(ledger) == await today(ledger, HOUSE_DAILY) == (0, 7)
        assert await jobs.cost(fox.id) == Cost(7, is_estimate=True)

    @pytest.mark.parametrize("is_pressed", [True, False], ids=["cancelled", "cut"])
    async def test_no_number_of_unseen_ends_outspends_a_budget(
        self, jobs: Jobs, ledger: Ledger, ann: AccountId, *, is_pressed: bool
    ) -> None:
        """Three calls are paid for, and the fourth is not made, whoever is to blame."""
        for number in range(3):
            fox = await accept(jobs, a_dear_hold(ann, 300, DAILY), f"fox {number}")
            await jobs.open_drawing(a_drawing(f"of {number}", fox, cost=Cost(300, is_estimate=True)))
            await (jobs.cancel(fox.id, CANCELLED) if is_pressed else jobs.finish(fox.id, 1, FAILED))
        with pytest.raises(BudgetExceeded):
            await accept(jobs, a_dear_hold(ann, 300, DAILY), "owl")
        assert await today(ledger) == (0, 900)


class TestBudgets:
    """At their end, new wishes are refused."""

    @pytest.mark.parametrize("budget", [DAILY, MONTHLY, HOUSE_DAILY, HOUSE_MONTHLY], ids=str)
    async def test_a_budget_can_be_used_up_and_no_more(self, jobs: Jobs, ledger: Ledger, ann: AccountId, budget: Budget) -> None:
        """Nothing is held by a wish that is refused."""
        await accept(jobs, a_dear_hold(ann, 600, budget))
        with pytest.raises(BudgetExceeded, match=f"scope={budget.scope} period={budget.period} limit=1000"):
            await accept(jobs, a_dear_hold(ann, 401, budget), "owl")
        assert await today(ledger, budget) == (600, 0)
        assert await ledger.quota_status(PARK, ann, TODAY.day, 10) == QuotaStatus(10, 1, 0)
        await accept(jobs, a_dear_hold(ann, 400, budget), "owl")

    async def test_each_of_several_budgets_counts(self, jobs: Jobs, ann: AccountId) -> None:
        """The tightest refuses."""
        tight = replace(MONTHLY, limit=100)
        with pytest.raises(BudgetExceeded, match="period=month limit=100"):
            await accept(jobs, a_dear_hold(ann, 101, DAILY, tight, HOUSE_DAILY))

    async def test_what_was_spent_counts_too(self, jobs: Jobs, ann: AccountId) -> None:
        """Real cost, not the estimate."""
        fox = await accept(jobs, a_dear_hold(ann, 10, DAILY))
        await jobs.close_drawing(a_drawing("a", fox, state=DrawingState.DRAWN, cost=Cost(1200)))
        await jobs.finish(fox.id, 1, FAILED)
        for estimate in (1, 0):
            with pytest.raises(BudgetExceeded):
                await accept(jobs, a_dear_hold(ann, estimate, DAILY), "owl")

    async def test_a_free_wish_needs_no_money(self, jobs: Jobs, ann: AccountId) -> None:
        """As long as no more is spent than may be."""
        await accept(jobs, a_dear_hold(ann, 1000, DAILY))
        await accept(jobs, a_dear_hold(ann, 0, DAILY), "owl")

    @pytest.mark.parametrize("days", [-13, -1, 1, 17])
    async def test_a_months_budget_counts_all_its_days(self, jobs: Jobs, ann: AccountId, days: int) -> None:
        """Also tomorrow, where another community has it already."""
        await accept(jobs, a_dear_hold(ann, 600, days=days))
        other = replace(a_dear_hold(ann, 600, HOUSE_MONTHLY), community=CommunityId("harbour"))
        with pytest.raises(BudgetExceeded):
            await accept(jobs, other, "owl")

    @pytest.mark.parametrize("days", [-14, 18])
    async def test_other_months_do_not_count(self, jobs: Jobs, ledger: Ledger, ann: AccountId, days: int) -> None:
        """A new month has its whole budget."""
        await accept(jobs, a_dear_hold(ann, 600, MONTHLY, days=days))
        await accept(jobs, a_dear_hold(ann, 600, MONTHLY), "owl")
        assert await today(ledger, MONTHLY) == (600, 0)

    async def test_other_communities_do_not_count(self, jobs: Jobs, ann: AccountId) -> None:
        """But for the house, for which all do."""
        await accept(jobs, a_dear_hold(ann, 600, DAILY, HOUSE_DAILY))
        harbour = CommunityId("harbour")
        other = replace(a_dear_hold(ann, 600, Budget(harbour, Period.DAY, 1000)), community=harbour)
        await accept(jobs, other, "owl")
        with pytest.raises(BudgetExceeded, match=f"scope={HOUSE}"):
            await accept(jobs, replace(other, budgets=(HOUSE_DAILY,)), "bear")

    @pytest.mark.parametrize("engine_name", ENGINES[1:], indirect=True)
    @pytest.mark.parametrize("budget", [MONTHLY, HOUSE_MONTHLY], ids=str)
    async def test_two_jobs_at_once_on_different_days_cannot_both_have_the_rest_of_a_month(
        self, jobs: Jobs, ledger: Ledger, ann: AccountId, database: Database, postgres: PostgresServer, budget: Budget
    ) -> None:
        """The second waits for the first, whose estimate it would not see."""
        tomorrow = a_dear_hold(ann, 600, budget, days=1)
        async with database.write_transaction() as connection:
            await reserve_money(connection, a_dear_hold(ann, 600, budget), TODAY.day)
            second = asyncio.create_task(jobs.accept(a_job("owl", ann, community=PARK), tomorrow))
            waiting = asyncio.create_task(postgres.until(WAITING_FOR_A_LOCK, 1))
            await asyncio.wait({second, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
        with pytest.raises(BudgetExceeded):
            await second
        assert await today(ledger, budget) == (600, 0)

    @ON_DISK
    async def test_of_fifty_jobs_at_once_no_more_run_than_the_budget_pays(
        self, jobs: Jobs, ledger: Ledger, ann: AccountId, records_url: str, clock: StoppedClock
    ) -> None:
        """In two houses on one database."""
        second = patient_database(records_url)
        await second.open()
        houses = [jobs, SqlJobs(second, clock)] * 25
        hold = a_dear_hold(ann, 150, DAILY, HOUSE_MONTHLY)
        wishes = (house.accept(a_job(f"fox {n}", ann, community=PARK), hold) for n, house in enumerate(houses))
        answers = await asyncio.gather(*wishes, return_exceptions=True)
        await second.close()
        assert sum(isinstance(answer, BudgetExceeded) for answer in answers) == 44
        assert await today(ledger) == await today(ledger, HOUSE_MONTHLY) == (900, 0)


class TestDescriptions:
    """What describing pictures costs, for which there is no job."""

    async def test_one_is_counted_once_for_community_and_house(self, ledger: Ledger, ann: AccountId) -> None:
        """Whoever says it again changes nothing."""
        said = DescriptionCost(id="d1", community=PARK, account=ann, day=TODAY.day, cost=Cost(300))
        await asyncio.gather(*(ledger.book_description(said) for _ in range(5)))
        await ledger.book_description(replace(said, id="d2", cost=Cost(0, is_estimate=True)))
        assert [await today(ledger, budget) for budget in (DAILY, MONTHLY, HOUSE_DAILY)] == [(0, 300)] * 3
        await ledger.book_description(replace(said, id="d3", community=HOUSE))
        assert [await today(ledger, budget) for budget in (DAILY, HOUSE_DAILY)] == [(0, 300), (0, 600)]

    @pytest.mark.parametrize("cost", [Cost(120), Cost(900), Cost(0)])
    async def test_what_it_did_cost_takes_the_estimates_place(self, ledger: Ledger, ann: AccountId, cost: Cost) -> None:
        """Once, however often it is said."""
        asked = DescriptionCost(id="d1", community=PARK, account=ann, day=TODAY.day, cost=Cost(300, is_estimate=True))
        await ledger.book_description(asked)
        await asyncio.gather(*(ledger.book_description(replace(asked, cost=cost)) for _ in range(3)))
        assert [await today(ledger, budget) for budget in (DAILY, HOUSE_MONTHLY)] == [(0, cost.microusd)] * 2
