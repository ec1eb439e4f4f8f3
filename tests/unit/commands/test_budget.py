"""Asks whether admins see what pictures cost, and whether what they set holds from the next wish on."""

import pytest

from bot.domain.allowances import Budget, Period
from bot.domain.money import MILLION
from bot.domain.people import HOUSE
from bot.errors import BudgetExceeded
from tests.fakes.images import PRICE
from tests.fakes.surfaces import SQUARE
from tests.unit.commands.admin_console import ANN, BOB, OWNER
from tests.unit.commands.budget_console import BudgetConsole


@pytest.fixture
def console() -> BudgetConsole:
    """Return what commands are typed into."""
    return BudgetConsole()


async def budgets(console: BudgetConsole) -> tuple[Budget, ...]:
    """Return what holds."""
    return (await console.quotas.effective_limits(BOB, SQUARE)).of_community.budgets


async def test_what_was_set_is_confirmed_with_both_values_and_can_be_undone(console: BudgetConsole) -> None:
    """And holds at once."""
    [post] = await console.type("/budget set too dear --period day --amount 12.50")
    assert post.text == (
        "The budget for a day is now $12.50; it was not set.\n"
        "What is spent already counts; when it is used up, new requests are refused."
    )
    assert await budgets(console) == (Budget(HOUSE, Period.DAY, 12_500_000),)
    assert console.entries[-1].why == "too dear"
    [button] = post.buttons
    [undone] = await console.press(button)
    assert undone.text.startswith("Undone: the budget for a day is now not set; it was $12.50.")
    assert await budgets(console) == ()


@pytest.mark.parametrize("nothing", ["0", "off", "OFF", "$0.00"])
async def test_no_budget_is_no_limit(console: BudgetConsole, nothing: str) -> None:
    """However it is said; saying it again changes nothing."""
    await console.say("/budget set --period month --amount 50")
    assert await console.say(f"/budget set --period month --amount {nothing}") == (
        "The budget for a month is now not set; it was $50.00."
    )
    assert await budgets(console) == ()
    assert await console.say(f"/budget set --period month --amount {nothing}") == "It is so already; nothing was changed."


@pytest.mark.parametrize("amount", ["-1", "1e9", "0.001", "2000000", "lots", "NaN", ""])
async def test_amounts_that_are_none_are_refused(console: BudgetConsole, amount: str) -> None:
    """With what would be one."""
    said = await console.say(f'/budget set --period day --amount="{amount}"')
    assert "amount is an amount in dollars" in said
    assert console.entries == []


async def test_only_admins_and_owners_see_and_set_it(console: BudgetConsole) -> None:
    """Others hear whose business it is."""
    for line in ("/budget set --period day --amount 1", "/budget show", "/budget"):
        assert "for admins only" in await console.say(line, BOB)
    assert console.entries == []
    assert (await console.say("/budget set --period day --amount 1", OWNER)).startswith("The budget for a day is now $1.00")


async def test_a_wish_beyond_the_budget_is_refused(console: BudgetConsole) -> None:
    """With a sentence that blames nobody."""
    await console.say(f"/budget set --period day --amount {2 * PRICE.microusd / MILLION:.2f}")
    await console.bench.draw(key="call-1", count=2)
    with pytest.raises(BudgetExceeded) as refused:
        await console.bench.imagine(key="call-2")
    assert "so nothing was drawn or counted" in refused.value.user_text


async def test_admins_see_what_was_spent_since_when_and_by_whom_it_was_limited(console: BudgetConsole) -> None:
    """With what is set aside for what is being drawn."""
    await console.say("/budget set for the summer --period month --amount 0.20")
    await console.bench.draw(key="call-1")
    await console.bench.imagine(key="call-2", count=2)
    assert await console.say("/budget show") == (
        "What pictures cost:\n"
        "Here, today (since 14 March): $0.04 spent and $0.08 set aside for what is being drawn; no budget.\n"
        "Here, this month (since 1 March): $0.04 spent and $0.08 set aside for what is being drawn, "
        "which is 60 % of the budget of $0.20.\n"
        "The budget for a month was set by Ann on 14 March 2026, 12:00 (UTC): for the summer."
    )


async def test_a_community_among_others_sees_the_whole_house_too() -> None:
    """What it spends itself, and what all do."""
    console = BudgetConsole(parts_tenants=True)
    said = await console.say("/budget show", ANN)
    assert said.splitlines() == [
        "What pictures cost:",
        "Here, today (since 14 March): $0.00 spent; no budget.",
        "Here, this month (since 1 March): $0.00 spent; no budget.",
        "The whole bot, today (since 14 March): $0.00 spent; no budget.",
        "The whole bot, this month (since 1 March): $0.00 spent; no budget.",
    ]
