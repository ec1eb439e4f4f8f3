"""`/budget`: what is spent on pictures here, and what may be."""

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands.formatting import moment_text, one_line
from bot.commands.rule_changes import LONGEST_REASON, RuleChanges
from bot.commands.spec import Command, CommandAudience
from bot.domain.allowances import Budget, Period, Spending
from bot.domain.chat import Post
from bot.domain.money import dollars
from bot.domain.options import Choice, Dollars, Text
from bot.domain.people import HOUSE, CommunityId
from bot.domain.rules import AuditEntry, RuleKey, RuleKind
from bot.ports.accounts import Ledger
from bot.ports.rules import Rulebook
from bot.ports.surfaces import Call
from bot.services.budget_alerts import newest_entry
from bot.services.quotas import EffectiveLimits, Quotas


@dataclass(frozen=True, slots=True)
class DollarsOrOff(Dollars):
    """An amount of money in dollars, or `off`, which is 0."""

    def parse(self, name: str, typed: object) -> int:
        """Return the micro-dollars."""
        return 0 if str(typed).strip().lower() == "off" else Dollars.parse(self, name, typed)


@dataclass(frozen=True, slots=True)
class BudgetShowArgs:
    """`/budget show` takes nothing."""


def budget_show(quotas: Quotas, *, ledger: Ledger, rulebook: Rulebook) -> Command[BudgetShowArgs]:
    """Build `/budget show`."""

    async def run(call: Call, args: BudgetShowArgs) -> None:  # noqa: ARG001 - every command is called alike
        effective_limits = await quotas.effective_limits(call.person, call.place)
        spending = [
            await _spending_lines(scope, effective_limits, ledger) for scope in dict.fromkeys((effective_limits.community, HOUSE))
        ]
        set_by = [await _set_by_text(period, effective_limits, rulebook) for period in Period]
        await call.whisper(Post("\n".join(["What pictures cost:", *spending, *(line for line in set_by if line)])))

    return Command(
        "budget show",
        "See what pictures cost here today and this month, and what they may cost",
        BudgetShowArgs,
        run,
        audience=CommandAudience.ADMINS,
    )


@dataclass(frozen=True, slots=True)
class BudgetSetArgs:
    """What `/budget set` takes."""

    period: Annotated[Period, Choice("What the budget is for", Period)]
    amount: Annotated[int, DollarsOrOff("How many dollars may be spent, or off for no budget")]
    why: Annotated[str, Text("Why, for the record", longest=LONGEST_REASON)] = ""


def budget_set(rule_changes: RuleChanges) -> Command[BudgetSetArgs]:
    """Build `/budget set`."""

    async def run(call: Call, args: BudgetSetArgs) -> None:
        key = RuleKey(RuleKind.BUDGET, args.period)
        note = "What is spent already counts; when it is used up, new requests are refused." if args.amount else ""
        await rule_changes.change(call, key, str(args.amount) if args.amount else None, why=args.why, note=note)

    return Command(
        "budget set",
        "Set what pictures may cost here a day or a month",
        BudgetSetArgs,
        run,
        example="/budget set --period month --amount 50",
        audience=CommandAudience.ADMINS,
    )


async def _spending_lines(scope: CommunityId, effective_limits: EffectiveLimits, ledger: Ledger) -> str:
    """Return a line for each period of one scope."""
    day = effective_limits.allowance.day
    whose = "Here" if scope == effective_limits.community else "The whole bot"
    lines = []
    for period in Period:
        limits = [
            budget.limit for budget in effective_limits.of_community.budgets if (budget.scope, budget.period) == (scope, period)
        ]
        budget = Budget(scope, period, min(limits, default=0))
        first = budget.first_day(day)
        since = f"since {first.day} {first:%B}"
        lines.append(
            f"{whose}, {_period_text(period)} ({since}): "
            f"{_spending_text(await ledger.spending(budget, day), bool(limits), budget)}"
        )
    return "\n".join(lines)


def _period_text(period: Period) -> str:
    return "today" if period is Period.DAY else "this month"


def _spending_text(spending: Spending, is_limited: bool, budget: Budget) -> str:
    """Return what is spent and set aside, and how much of the budget that is, if there is one."""
    held = f" and {dollars(spending.held)} set aside for what is being drawn" if spending.held else ""
    spent = f"{dollars(spending.spent)} spent{held}"
    if not is_limited:
        return f"{spent}; no budget."
    share = 100 * (spending.held + spending.spent) // max(1, budget.limit)
    return f"{spent}, which is {share} % of the budget of {dollars(budget.limit)}."


async def _set_by_text(period: Period, effective_limits: EffectiveLimits, rulebook: Rulebook) -> str:
    """Return who has set the budget of a period, and when, if admins have."""
    key = RuleKey(RuleKind.BUDGET, period)
    if not any(rule.key == key for rule in effective_limits.of_community.rules):
        return ""
    entry = await newest_entry(rulebook, effective_limits.community, key)
    return _set_line(entry, period, effective_limits.of_community.settings.zone) if entry else ""


def _set_line(entry: AuditEntry, period: Period, zone: ZoneInfo) -> str:
    why = f": {entry.why}" if entry.why else ""
    return f"The budget for a {period} was set by {one_line(entry.by.name)} on {moment_text(entry.at, zone)} ({zone.key}){why}."
