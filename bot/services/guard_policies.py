"""What communities' rules set for the guard."""

from bot.domain.limits import CommunityLimits, DeploymentLimits, GuardPolicy
from bot.domain.people import CommunityId
from bot.domain.rules import EVERYBODY
from bot.ports.rules import Rulebook


class GuardPolicies:
    """Reads the guard's policies from the rules. `deployment` is what holds where nothing is set."""

    def __init__(self, rulebook: Rulebook, deployment: DeploymentLimits) -> None:
        self._rulebook = rulebook
        self._deployment = deployment

    async def of(self, community: CommunityId) -> GuardPolicy:
        """Return what holds in a community now; it may raise `StorageFailed`."""
        rules = await self._rulebook.rules(community, EVERYBODY)
        return CommunityLimits.of(community, self._deployment, rules).guard_policy
