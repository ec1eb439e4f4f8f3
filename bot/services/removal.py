"""Decisions that take pictures out of sight, of moderators, operators and reports; their steps follow in `bot.pipeline`."""

import asyncio
from datetime import timedelta

import structlog

from bot.domain.cases import UNDO_WINDOW
from bot.domain.pictures import PictureId
from bot.domain.removals import RemovalOrder, RemovalReason
from bot.ports.clock import Clock
from bot.ports.removals import PictureRemovals

log = structlog.get_logger(__name__)

UNDO = UNDO_WINDOW + timedelta(seconds=30)
"""How long the bytes of a picture stay that a case removed: until the decision cannot be undone, even by a slow moment."""


class Removals:
    """Decides about pictures. When a method returns, the picture's links have changed; `changed` is set for the other steps.

    Each method returns False where it changes nothing, and may be called again.
    All may raise `StorageFailed`. `by` is an account, or a word for a program.
    """

    def __init__(self, removals: PictureRemovals, clock: Clock) -> None:
        self.changed = asyncio.Event()
        self._removals = removals
        self._clock = clock

    async def hide(self, picture: PictureId, reason: RemovalReason, by: str, case: str | None = None) -> bool:
        """Hide a picture until somebody has decided about it. Its author cannot restore it."""
        order = RemovalOrder(reason=reason, by=by, case=case, tells_author=False)
        return self._note("picture.hidden", picture, order, is_news=await self._removals.hide(picture, order))

    async def remove(
        self, picture: PictureId, reason: RemovalReason, by: str, case: str | None = None, *, tells_author: bool = True
    ) -> bool:
        """Remove a picture everywhere, and block it from coming back.

        What the law demands is deleted at once, and so is what no case is about.
        A decision of a case can be undone, so the bytes stay for `UNDO`.
        """
        order = RemovalOrder(reason=reason, by=by, case=case, tells_author=tells_author and not reason.is_the_authors)
        now = self._clock.now()
        erase_at = now + UNDO if case is not None and reason is not RemovalReason.LEGAL else now
        is_news = await self._removals.remove(picture, order, erase_at=erase_at)
        return self._note("picture.removed_by_decision", picture, order, is_news=is_news)

    async def restore(self, picture: PictureId, by: str, case: str | None = None, *, revision: int | None = None) -> bool:
        """Show a picture again that was hidden or removed; False where nothing is to be restored, or its bytes are gone.

        With a `revision`, only where nothing has been decided about it since that one.
        """
        before = await self._removals.get(picture)
        if before is None:
            return False
        order = RemovalOrder(reason=before.order.reason, by=by, case=case, tells_author=before.order.tells_author)
        is_news = await self._removals.restore(picture, order, revision=revision)
        return self._note("picture.restored", picture, order, is_news=is_news)

    def _note(self, event: str, picture: PictureId, order: RemovalOrder, *, is_news: bool) -> bool:
        if is_news:
            log.info(event, picture=picture, by=order.by, case=order.case, reason=order.reason)
            self.changed.set()
        return is_news
