"""Reports of pictures by people."""

from typing import Protocol

from bot.domain.images import PictureId
from bot.domain.people import AccountId


class Reports(Protocol):
    """Writes down who reported which picture, and when. May raise `StorageFailed`."""

    async def add(self, picture: PictureId, reporter: AccountId) -> bool:
        """Write a report down; the same person's second one of the same picture changes nothing and gives False."""
        ...

    async def of(self, picture: PictureId) -> tuple[AccountId, ...]:
        """Return who reported the picture, first reporter first."""
        ...
