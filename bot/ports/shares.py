"""The record of share pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.pictures import PictureId
from bot.domain.shares import Share, ShareId


class Shares(Protocol):
    """Keeps what is shared. `Pictures` alone decides whether a picture may still be seen. May raise `StorageFailed`."""

    async def add(self, share: Share) -> Share:
        """Write a share down and return it; where its picture is shared already, return that share, and change nothing."""
        ...

    async def get(self, share: ShareId) -> Share | None:
        """Return the share, also if it was revoked."""
        ...

    async def of_picture(self, picture: PictureId) -> Share | None:
        """Return the share of a picture that is not revoked."""
        ...

    async def show_words(self, pictures: Sequence[PictureId], *, shown: bool) -> None:
        """Have the pages of pictures show what was asked for, or hide it."""
        ...

    async def revoke(self, pictures: Sequence[PictureId], now: datetime) -> int:
        """End the shares of pictures, and return how many there were."""
        ...
