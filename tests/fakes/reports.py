"""Reports, in memory."""

from bot.domain.images import PictureId
from bot.domain.people import AccountId


class MemoryReports:
    """Keeps the reporters of each picture in the order they came."""

    def __init__(self) -> None:
        self.by_picture: dict[PictureId, list[AccountId]] = {}

    async def add(self, picture: PictureId, reporter: AccountId) -> bool:
        """Note a reporter once."""
        reporters = self.by_picture.setdefault(picture, [])
        if reporter in reporters:
            return False
        reporters.append(reporter)
        return True

    async def of(self, picture: PictureId) -> tuple[AccountId, ...]:
        """Return the reporters."""
        return tuple(self.by_picture.get(picture, ()))
