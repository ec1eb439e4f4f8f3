"""Pictures beyond the daily limit."""

from bot.app.services import FeatureServices
from bot.commands.credits import credits_give, credits_grant, credits_history, credits_take
from bot.commands.spec import AnyCommand
from storage.sql.credits import SqlCredits


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/credits`."""
    base, people, quotas, rule_changes = services.base, services.people, services.quotas, services.rule_changes
    book = SqlCredits(base.database, base.clock, base.ids)
    return (
        credits_history(book, people, quotas, is_owner=services.is_owner),
        credits_give(book, people, quotas),
        credits_grant(book, people, quotas, rule_changes=rule_changes),
        credits_take(book, people, quotas, rule_changes=rule_changes),
    )
