"""All wishes of a person, however they ended."""

from typing import Protocol

from bot.domain.jobs import JobId
from bot.domain.people import AccountId
from bot.domain.wish_history import PastWish, WishQuery


class WishHistory(Protocol):
    """Finds an account's wishes that were accepted. May raise `StorageFailed`.

    Words are those of the wish, as for `PictureSearch`. Words that were
    erased are not found.
    """

    async def find(self, account: AccountId, query: WishQuery, *, most: int, before: JobId | None = None) -> tuple[PastWish, ...]:
        """Return up to `most` wishes of an account, newest first: those accepted before `before`, none where that is unknown."""
        ...
