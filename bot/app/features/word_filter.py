"""The words that a community does not want drawn."""

from bot.app.services import FeatureServices
from bot.commands.spec import AnyCommand
from bot.commands.word_filter import filter_add, filter_list, filter_remove, filter_test
from bot.commands.word_filter_exchange import filter_export, filter_import


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/filter`."""
    base, quotas, rulebook = services.base, services.quotas, services.base.records.rulebook
    return (
        filter_add(services.rule_changes, quotas, rulebook),
        filter_remove(services.rule_changes, quotas, rulebook),
        filter_list(quotas, rulebook),
        filter_test(quotas, rulebook, base.word_filter),
        filter_export(quotas, rulebook),
        filter_import(services.rule_changes, services.people, quotas, rulebook),
    )
