"""A console that also has the commands of budgets and settings."""

from datetime import timedelta

from bot.commands.budget import budget_set, budget_show
from bot.commands.dispatcher import Dispatcher
from bot.commands.rule_changes import RuleChanges, undo
from bot.commands.settings import settings_set, settings_show
from bot.domain.limits import CommunitySettings
from bot.domain.people import Person
from tests.fakes.bench import FAULT
from tests.fakes.surfaces import SQUARE, person
from tests.unit.commands.admin_console import AdminConsole

GRACE = timedelta(minutes=10)


class BudgetConsole(AdminConsole):
    """A console with other commands."""

    def open(self, *, premium: str = "", policy: str = "") -> Dispatcher:
        """Build the commands."""
        rule_changes = RuleChanges(
            rulebook=self.bench.rulebook, quotas=self.quotas, people=self.people, deployment=self.house, clock=self.bench.clock
        )
        settings = self.house.settings
        commands = (
            budget_show(self.quotas, ledger=self.bench.ledger, rulebook=self.bench.rulebook),
            budget_set(rule_changes),
            settings_show(self.quotas, settings),
            settings_set(rule_changes, self.quotas, deployment=settings, clock=self.bench.clock, grace=GRACE),
            undo(rule_changes),
        )
        self._dispatcher = Dispatcher(commands, lambda: FAULT, self.owns)
        return self._dispatcher

    async def settings(self, someone: Person | None = None) -> CommunitySettings:
        """Return what holds at the square."""
        return (await self.quotas.effective_limits(someone or person(), SQUARE)).of_community.settings
