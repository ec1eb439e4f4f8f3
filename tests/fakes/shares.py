"""The record of share pages, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.pictures import PictureId
from bot.domain.shares import Share, ShareId


class MemoryShares:
    """Keeps shares by their ids."""

    def __init__(self) -> None:
        self._rows: dict[ShareId, Share] = {}

    async def add(self, share: Share) -> Share:
        """Keep it unless there is one."""
        for there in self._shared([share.picture]):
            return there
        self._rows[share.id] = share
        return share

    async def get(self, share: ShareId) -> Share | None:
        """Look it up."""
        return self._rows.get(share)

    async def of_picture(self, picture: PictureId) -> Share | None:
        """Look it up."""
        return next(iter(self._shared([picture])), None)

    async def show_words(self, pictures: Sequence[PictureId], *, shown: bool) -> None:
        """Change those that are not revoked."""
        for share in self._shared(pictures):
            self._rows[share.id] = replace(share, shows_words=shown)

    async def revoke(self, pictures: Sequence[PictureId], now: datetime) -> int:
        """Note when."""
        shared = self._shared(pictures)
        for share in shared:
            self._rows[share.id] = replace(share, revoked_at=now)
        return len(shared)

    def _shared(self, pictures: Sequence[PictureId]) -> list[Share]:
        return [share for share in self._rows.values() if share.picture in pictures and share.revoked_at is None]
