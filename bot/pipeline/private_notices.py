"""Sends people private messages, on whichever of their platforms accepts them."""

from collections.abc import Mapping

from bot.domain.chat import Post
from bot.domain.people import AccountId, CommunityId, Identity, Platform
from bot.errors import MessageGone
from bot.ports.accounts import Accounts
from bot.ports.surfaces import Surface


class PrivateNotices:
    """Sends direct messages to accounts."""

    def __init__(self, accounts: Accounts, surfaces: Mapping[Platform, Surface]) -> None:
        self._accounts = accounts
        self._surfaces = surfaces

    async def tell(self, account: AccountId, post: Post, *, key: str, about: CommunityId) -> bool:
        """Send somebody a message once, first on the platform of the community that it is about.

        Return True where they got it, or accept no private messages anywhere; False
        where another process may reach them, on a platform that this one does not serve.

        Raises:
            SurfaceFailed: A platform does not accept it now.
        """
        identities = sorted(await self._accounts.identities(account), key=lambda one: _is_elsewhere(one, about))
        for identity in identities:
            surface = self._surfaces.get(identity.platform)
            if surface is None:
                continue
            try:
                place = await surface.direct(identity)
                await surface.post(place, post, key=key)
            except MessageGone:
                continue
            return True
        return all(identity.platform in self._surfaces for identity in identities)


def _is_elsewhere(identity: Identity, community: CommunityId) -> bool:
    return not community.startswith(f"{identity.platform}:")
