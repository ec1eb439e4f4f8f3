"""Hides pictures that are older than their community keeps them."""

from datetime import datetime, timedelta

import structlog

from bot.domain.people import CommunityId
from bot.domain.rules import RuleKind
from bot.ports.clock import Clock
from bot.ports.pictures import Pictures
from bot.ports.rules import Rulebook

log = structlog.get_logger(__name__)


class Retention:
    """Hides pictures that are older than their community keeps them; the gallery then removes them.

    A number of days counts once it has stood for `grace`, so that a typing
    mistake can be undone before it has cost anything. One transaction takes
    `most_at_once` pictures, so that no other writer waits long.
    """

    def __init__(
        self, rulebook: Rulebook, pictures: Pictures, clock: Clock, *, grace: timedelta, most_at_once: int = 500
    ) -> None:
        self._rulebook = rulebook
        self._pictures = pictures
        self._clock = clock
        self._grace = grace
        self._most_at_once = most_at_once
        self._since: dict[tuple[CommunityId, str], datetime] = {}

    async def sweep(self) -> None:
        """Hide pictures that are too old, in every community that has set an age."""
        now = self._clock.now()
        found = await self._rulebook.everywhere(RuleKind.SETTING, "retention")
        self._since = {said: self._since.get(said, now) for said in found.items()}
        for (community, days), since in self._since.items():
            if int(days) and now - since >= self._grace:
                await self._hide(community, now - timedelta(days=int(days)), now)

    async def _hide(self, community: CommunityId, before: datetime, now: datetime) -> None:
        hidden = most = self._most_at_once
        while hidden == most:
            hidden = await self._pictures.hide_older(community, before, remove_at=now, most=most)
            if hidden:
                log.info("retention.hidden", community=community, pictures=hidden)
