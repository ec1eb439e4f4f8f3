"""What admins changed, and taking it back."""

from bot.app.services import FeatureServices
from bot.commands.rule_changes import audit, older, undo
from bot.commands.spec import AnyCommand


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/audit`, and the buttons under changes."""
    return (audit(services.rule_changes), older(services.rule_changes), undo(services.rule_changes))
