"""Asks whether the right people are told once that a budget is nearly used up, and whether that ever stands in a wish's way."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.allowances import Budget, Period
from bot.domain.chat import Place, Post
from bot.domain.people import HOUSE, Identity
from bot.domain.rules import Actor, Change, RuleKey, RuleKind
from bot.errors import BudgetExceeded, MessageGone, StorageFailed, SurfaceFailed
from bot.services.budget_alerts import BudgetAlerts, DeploymentBudgets, newest_entry
from storage.limits.local import LocalLocks
from tests.fakes.bench import Bench
from tests.fakes.images import PRICE
from tests.fakes.surfaces import LOOM, SQUARE, person
from tests.fakes.waiting import until

OF_HOUSE = Budget(HOUSE, Period.MONTH, 10 * PRICE.microusd)
AWAY = SurfaceFailed("loom", "500")
GONE = MessageGone("loom", "404")
AMY_ALONE = Place(LOOM, "", "amy alone")
ROOM = Place(LOOM, "town", "back-room")


@pytest.fixture
async def bench() -> Bench:
    """Set up a house where Amy has set a budget for ten pictures a day."""
    bench = Bench()
    await set_by(bench, "amy", RuleKey(RuleKind.BUDGET, Period.DAY), str(10 * PRICE.microusd))
    return bench


async def set_by(bench: Bench, user: str, key: RuleKey, value: str) -> None:
    """Have somebody set something."""
    account = await bench.quotas.account(person(user))
    await bench.rulebook.change(Change(community=HOUSE, key=key, value=value, by=Actor(account.id, user)))


async def spend(bench: Bench, *counts: int, keys: str = "call") -> None:
    """Wish for so many pictures each, and let the notices come."""
    for number, count in enumerate(counts):
        await bench.imagine(key=f"{keys}-{number}", count=count)
        await bench.budget_alerts.check_queued()


def budget_alerts(bench: Bench) -> list[tuple[Place, str]]:
    """Return who was told what."""
    return [(place, post.text) for place, post, key in bench.surface.posted if key.startswith("budget:")]


async def test_whoever_set_the_budget_is_told_once_when_it_is_nearly_used_up(bench: Bench) -> None:
    """From four fifths on, with what is set aside for what is being drawn."""
    await spend(bench, 4, 3)
    assert budget_alerts(bench) == []
    await spend(bench, 1, 1, 1, keys="later")
    assert budget_alerts(bench) == [
        (
            AMY_ALONE,
            (
                "The budget for pictures today is 80 % used: $0.32 of $0.40 are spent or set aside. "
                "When it is used up, nothing is drawn until tomorrow; /budget set raises it."
            ),
        )
    ]


async def test_whoever_changed_it_last_is_told_and_the_next_day_again(bench: Bench) -> None:
    """A new budget is a new matter too."""
    await set_by(bench, "bea", RuleKey(RuleKind.BUDGET, Period.DAY), str(5 * PRICE.microusd))
    await spend(bench, 4)
    await set_by(bench, "bea", RuleKey(RuleKind.BUDGET, Period.DAY), str(6 * PRICE.microusd))
    await spend(bench, 1, keys="more")
    bench.clock.move(timedelta(days=1))
    await spend(bench, 4, 1, keys="tomorrow")
    assert [place.channel for place, _ in budget_alerts(bench)] == ["bea alone"] * 3


async def test_where_there_is_a_review_channel_it_is_told_there(bench: Bench) -> None:
    """And nowhere else."""
    await set_by(bench, "amy", RuleKey(RuleKind.SETTING, "review_channel"), "loom:town:back-room")
    await spend(bench, 4, 4)
    assert [place for place, _ in budget_alerts(bench)] == [ROOM]


async def test_where_that_channel_is_gone_whoever_set_the_budget_is_told(bench: Bench) -> None:
    """Somebody has to know."""
    await set_by(bench, "amy", RuleKey(RuleKind.SETTING, "review_channel"), "loom:town:back-room")
    await spend(bench, 4, 3)
    await bench.imagine(key="last")
    bench.surface.failures.fail_next("post", GONE)
    await bench.budget_alerts.check_queued()
    assert [place for place, _ in budget_alerts(bench)] == [AMY_ALONE]


async def test_a_notice_that_cannot_be_said_now_is_said_at_the_next_wish(bench: Bench) -> None:
    """Nothing is lost by it, and nothing is said twice."""
    bench.surface.failures.fail_next("direct", AWAY)
    await spend(bench, 4, 4)
    assert budget_alerts(bench) == []
    await spend(bench, 1, 1, keys="later")
    assert [place for place, _ in budget_alerts(bench)] == [AMY_ALONE]


@pytest.mark.parametrize("error", [StorageFailed("sqlite", "locked"), RuntimeError("broken")], ids=repr)
async def test_a_notice_that_breaks_is_in_nobodys_way(bench: Bench, error: Exception) -> None:
    """Wishes go on, and the next one brings it."""
    bench.seen_keys.failures.fail_next("is_seen", error)
    await spend(bench, 4, 4)
    assert len(bench.jobs.rows) == 2
    await spend(bench, 1, keys="later")
    assert [place for place, _ in budget_alerts(bench)] == [AMY_ALONE]


async def test_what_is_told_is_noted_afterwards(bench: Bench) -> None:
    """A process that dies in between leaves no note, so that the next one tells it; nobody is left untold."""
    bench.surface.failures.fail_next("direct", asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await spend(bench, 4, 4)
    assert bench.seen_keys.happened == set()
    await spend(bench, 1, keys="later")
    assert [place for place, _ in budget_alerts(bench)] == [AMY_ALONE]
    assert len(bench.seen_keys.happened) == 1


async def test_what_was_told_is_not_told_again_where_it_could_not_be_noted(bench: Bench) -> None:
    """By this process; another one may tell it once more."""
    bench.seen_keys.failures.fail_next("add_if_new", StorageFailed("database", "unreachable"))
    await spend(bench, 4, 4, 1)
    assert [place for place, _ in budget_alerts(bench)] == [AMY_ALONE]


async def test_nobody_to_tell_is_a_warning_in_the_log(bench: Bench) -> None:
    """Once too."""
    bench.surface.failures.fail_always("direct", GONE)
    with capture_logs() as logs:
        await spend(bench, 4, 4, 1)
    assert [line["log_level"] for line in logs if line["event"] == "budget.nearly_spent"] == ["warning"]


async def test_a_wish_that_is_refused_for_it_brings_the_notice_too(bench: Bench) -> None:
    """If nobody could be told before."""
    bench.surface.failures.fail_next("direct", AWAY)
    await spend(bench, 4, 4)
    with pytest.raises(BudgetExceeded):
        await bench.imagine(key="too-much", count=3)
    await bench.budget_alerts.check_queued()
    assert [place for place, _ in budget_alerts(bench)] == [AMY_ALONE]


async def test_another_process_may_have_told_already(bench: Bench) -> None:
    """They share what has happened."""
    day = bench.clock.now().date()
    await bench.seen_keys.add_if_new(f"budget:house:day:{day}:{10 * PRICE.microusd}")
    await spend(bench, 4, 4)
    assert budget_alerts(bench) == []


class TestOfTheHouse:
    """The budgets in the settings are the owners' business."""

    def look(self, bench: Bench, *owners: Identity) -> BudgetAlerts:
        """Watch the house's budget."""
        return BudgetAlerts(
            ledger=bench.ledger,
            seen_keys=bench.seen_keys,
            locks=LocalLocks(),
            rulebook=bench.rulebook,
            accounts=bench.accounts,
            surfaces={LOOM: bench.surface},
            deployment=DeploymentBudgets((OF_HOUSE,), owners),
        )

    async def considered(self, bench: Bench, budget_alerts: BudgetAlerts) -> None:
        """Have it look at a wish of nine pictures."""
        for number, count in enumerate((4, 4, 1)):
            await bench.imagine(key=f"call-{number}", count=count)
        effective_limits = await bench.quotas.effective_limits(person(), SQUARE)
        budget_alerts.check_soon(
            replace(effective_limits, of_community=replace(effective_limits.of_community, budgets=(OF_HOUSE,)))
        )
        await budget_alerts.check_queued()

    async def test_all_owners_are_told(self, bench: Bench) -> None:
        """Those who can be reached; it is not an admin's to raise."""
        owners = (Identity.parse("loom:olga"), Identity.parse("moon:olaf"), Identity.parse("loom:otto"))
        await self.considered(bench, self.look(bench, *owners))
        assert [place.channel for place, _ in budget_alerts(bench)] == ["olga alone", "otto alone"]
        assert budget_alerts(bench)[0][1] == (
            "The whole bot's budget for pictures this month is 90 % used: $0.36 of $0.40 are spent or set aside. "
            "When it is used up, nothing is drawn until next month; [budget] month in the settings raises it."
        )

    async def test_one_who_cannot_be_told_now_does_not_keep_the_others_waiting(self, bench: Bench) -> None:
        """Whoever was told is not told again."""
        bench.surface.failures.fail_next("direct", AWAY)
        await self.considered(bench, self.look(bench, Identity.parse("loom:olga"), Identity.parse("loom:otto")))
        assert [place.channel for place, _ in budget_alerts(bench)] == ["otto alone"]

    async def test_without_owners_the_log_says_it(self, bench: Bench) -> None:
        """At warning."""
        with capture_logs() as logs:
            await self.considered(bench, self.look(bench))
        [line] = [line for line in logs if line["event"] == "budget.nearly_spent"]
        assert (line["log_level"], line["scope"], line["period"], line["limit"]) == (
            "warning",
            HOUSE,
            Period.MONTH,
            OF_HOUSE.limit,
        )


async def test_a_flood_of_wishes_takes_no_room(bench: Bench) -> None:
    """What does not fit is not looked at; the next wish will be."""
    effective_limits = await bench.quotas.effective_limits(person(), SQUARE)
    for _ in range(1000):
        bench.budget_alerts.check_soon(effective_limits)
    assert bench.budget_alerts._queue.qsize() == 100
    await bench.budget_alerts.check_queued()
    assert bench.budget_alerts._queue.empty()


async def test_the_newest_entry_is_found_however_long_the_record_is(bench: Bench) -> None:
    """Page by page."""
    for number in range(250):
        await set_by(bench, "bea", RuleKey(RuleKind.SETTING, "retention"), str(number))
    await spend(bench, 4, 4)
    assert [place for place, _ in budget_alerts(bench)] == [AMY_ALONE]


async def test_what_waits_is_looked_at_until_cancelled(bench: Bench) -> None:
    """Beside the work."""
    running = asyncio.create_task(bench.budget_alerts.run())
    await bench.imagine(key="call-1", count=4)
    await bench.imagine(key="call-2", count=4)
    await until(lambda: budget_alerts(bench) != [])
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_review_channel_of_a_platform_that_is_not_open_here_is_passed_over(bench: Bench) -> None:
    """Whoever set the budget is told."""
    await set_by(bench, "amy", RuleKey(RuleKind.SETTING, "review_channel"), "moon:town:back-room")
    await spend(bench, 4, 4)
    assert [place for place, _ in budget_alerts(bench)] == [AMY_ALONE]


async def test_budgets_that_were_told_are_forgotten_before_they_fill_the_memory(bench: Bench) -> None:
    """What was told is remembered elsewhere too, so nobody is told twice."""
    await spend(bench, 4, 4)
    bench.budget_alerts._known.update(f"budget {number}" for number in range(1000))
    await set_by(bench, "amy", RuleKey(RuleKind.BUDGET, Period.DAY), str(9 * PRICE.microusd))
    await spend(bench, 1, keys="more")
    assert len(bench.budget_alerts._known) == 1
    await set_by(bench, "amy", RuleKey(RuleKind.BUDGET, Period.DAY), str(10 * PRICE.microusd))
    await spend(bench, 1, keys="last")
    assert [place for place, _ in budget_alerts(bench)] == [AMY_ALONE] * 2


async def test_an_entry_that_is_not_there_is_not_found(bench: Bench) -> None:
    """However many others there are."""
    for number in range(3):
        await set_by(bench, "bea", RuleKey(RuleKind.SETTING, "retention"), str(number))
    assert await newest_entry(bench.rulebook, HOUSE, RuleKey(RuleKind.SETTING, "zone")) is None


class TestNoticesToOwners:
    """What the house's owners hear in private."""

    @pytest.fixture
    def alerts(self, bench: Bench) -> BudgetAlerts:
        """Return the notices of a house that Olga owns."""
        return BudgetAlerts(
            ledger=bench.ledger,
            seen_keys=bench.seen_keys,
            locks=LocalLocks(),
            rulebook=bench.rulebook,
            accounts=bench.accounts,
            surfaces={LOOM: bench.surface},
            deployment=DeploymentBudgets((), (Identity.parse("loom:olga"),)),
        )

    async def test_a_notice_is_told_once(self, bench: Bench, alerts: BudgetAlerts) -> None:
        """By its key."""
        for _ in range(2):
            await alerts.notify_owners(Post("The disk is full."), key="disk")
        assert [place.channel for place, _, _ in bench.surface.posted] == ["olga alone"]

    async def test_what_cannot_be_told_now_is_logged_and_told_with_the_next_try(self, bench: Bench, alerts: BudgetAlerts) -> None:
        """Nobody else hears of the failure."""
        bench.surface.failures.fail_next("direct", AWAY)
        with capture_logs() as logs:
            await alerts.notify_owners(Post("The disk is full."), key="disk")
        assert [line["event"] for line in logs] == ["notice.failed"]
        await alerts.notify_owners(Post("The disk is full."), key="disk")
        assert [post.text for _, post, _ in bench.surface.posted] == ["The disk is full."]

    async def test_what_is_to_be_told_soon_is_told_beside_the_work(self, bench: Bench, alerts: BudgetAlerts) -> None:
        """Whoever has it to tell does not wait, and one that breaks keeps no other one waiting."""
        bench.surface.failures.fail_next("direct", RuntimeError("broken"))
        alerts.notify_owners_soon(Post("The key is wrong."), "key")
        alerts.notify_owners_soon(Post("The disk is full."), "disk")
        assert bench.surface.posted == []
        with capture_logs() as logs:
            await alerts.check_queued()
        assert [line["event"] for line in logs] == ["notice.broke"]
        assert [post.text for _, post, _ in bench.surface.posted] == ["The disk is full."]

    async def test_where_too_much_waits_whoever_has_the_same_to_tell_next_tells_it(
        self, bench: Bench, alerts: BudgetAlerts
    ) -> None:
        """Nothing grows without bounds."""
        for number in range(101):
            alerts.notify_owners_soon(Post("The key is wrong."), f"{number}")
        await alerts.check_queued()
        assert len(bench.surface.posted) == 100
