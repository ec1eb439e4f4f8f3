"""Finding one's pictures again by the words that were asked for."""

from typing import Protocol

from bot.domain.people import AccountId
from bot.domain.picture_search import PictureQuery
from bot.domain.pictures import Picture, PictureId


class PictureSearch(Protocol):
    """Finds pictures that an account may see. May raise `StorageFailed`.

    Words are those of the wish, whatever their case and accents. Words that
    were erased are not found, nor is a picture that is out of sight.
    """

    async def find(
        self, account: AccountId, query: PictureQuery, *, most: int, before: PictureId | None = None
    ) -> tuple[Picture, ...]:
        """Return up to `most` pictures of an account, newest first: those that come after `before` in that order."""
        ...
