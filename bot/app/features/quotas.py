"""How much somebody may draw, and registering for more."""

from bot.app.services import FeatureServices
from bot.commands.quota import quota_reset, quota_set, quota_show
from bot.commands.register import accept_policy, register
from bot.commands.spec import AnyCommand
from bot.config import Settings
from bot.domain.people import AccountId


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/quota` and `/register`."""
    base, quotas, people = services.base, services.quotas, services.people
    ledger, rulebook, policy = base.records.ledger, base.records.rulebook, base.settings.quotas.policy
    return (
        quota_show(
            quotas,
            people,
            ledger=ledger,
            clock=base.clock,
            is_owner=services.is_owner,
            premium=lambda account: _premium_offer(base.settings, account),
        ),
        quota_set(services.rule_changes, people, quotas),
        quota_reset(services.rule_changes, people, quotas, ledger=ledger),
        register(quotas, policy),
        accept_policy(quotas, people, rulebook, policy),
    )


def _premium_offer(settings: Settings, account: AccountId) -> str:
    """Return how one becomes a member; the address tells the shop whose membership it is."""
    page = settings.membership.checkout_url
    return f"For {settings.membership.tier}, become a member: {page}?client_reference_id={account}" if page else ""
