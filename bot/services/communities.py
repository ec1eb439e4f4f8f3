"""Which tenants are one community, and so share limits, budgets and admins' settings."""

from collections.abc import Collection, Mapping, Sequence

from bot.domain.chat import Place
from bot.domain.people import HOUSE, CommunityId, Platform


class Communities:
    """Finds the community of a place. `joined` names tenants, as `platform:tenant`, that are one.

    A tenant of the platforms in `named` is the name of a community itself.
    Unless the deployment separates its tenants, it is one community. Else each
    tenant that is not joined to others is one of its own, and a place without
    tenant (direct messages, the page) belongs to the deployment's.
    """

    def __init__(self, *, parts_tenants: bool, joined: Mapping[str, Sequence[str]], named: Collection[Platform] = ()) -> None:
        self._parts_tenants = parts_tenants
        self._named = frozenset(named)
        self._by_tenant = {tenant: CommunityId(name) for name, tenants in joined.items() for tenant in tenants}

    def of(self, place: Place) -> CommunityId:
        """Return the community of a place."""
        if not self._parts_tenants or not place.tenant:
            return HOUSE
        if place.platform in self._named:
            return CommunityId(place.tenant)
        tenant = f"{place.platform}:{place.tenant}"
        return self._by_tenant.get(tenant, CommunityId(tenant))

    def are_joined(self, one: Place, other: Place) -> bool:
        """Return whether two places belong to one tenant, or to tenants that the settings join."""
        if other.is_at(one.platform, one.tenant):
            return True
        tenants = {f"{place.platform}:{place.tenant}" for place in (one, other)}
        names = {self._by_tenant.get(tenant) for tenant in tenants}
        return len(names) == 1 and None not in names
