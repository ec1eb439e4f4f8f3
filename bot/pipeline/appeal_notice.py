"""Notifies people of how their appeals were decided."""

from datetime import timedelta

import structlog

from bot.domain.cases import Case, CaseDecision, CaseKind
from bot.domain.chat import Post
from bot.domain.removals import RemovalState
from bot.errors import SurfaceFailed
from bot.pipeline.private_notices import PrivateNotices
from bot.ports.clock import Clock
from bot.ports.removals import PictureRemovals
from bot.ports.seen_keys import SeenKeys

log = structlog.get_logger(__name__)

_GIVE_UP_AFTER = timedelta(days=1)


class AppealNotice:
    """Notifies the person once for each decision of their appeal; see `bot.ports.cases.CaseEffect`."""

    def __init__(self, notices: PrivateNotices, removals: PictureRemovals, seen_keys: SeenKeys, clock: Clock) -> None:
        self._notices = notices
        self._removals = removals
        self._seen_keys = seen_keys
        self._clock = clock

    async def enforce(self, case: Case) -> None:
        """Notify the person; what no platform accepts now is tried again for a day.

        It is written down afterwards: after a crash in between they may be told twice, but never not at all.
        """
        if case.kind is not CaseKind.APPEAL or case.decision is None or case.decided_at is None:
            return
        key = f"appeal:{case.id}:{case.rounds}"
        if await self._seen_keys.is_seen(key):
            return
        try:
            await self._tell(case, key)
        except SurfaceFailed as error:
            if self._clock.now() - case.decided_at < _GIVE_UP_AFTER:
                raise
            log.info("appeal.unnotified", case=case.id, reason=str(error))
        await self._seen_keys.add_if_new(key)

    async def _tell(self, case: Case, key: str) -> None:
        if not await self._notices.tell(case.account, await self._post(case), key=key, about=case.community):
            raise SurfaceFailed(case.platform, "another process may reach them")

    async def _post(self, case: Case) -> Post:
        if case.decision is not CaseDecision.RESTORE:
            return Post("A moderator has looked at your appeal: it stays as it was decided. An appeal is decided once.")
        gone = ""
        if case.picture is not None:
            removal = await self._removals.get(case.picture)
            if removal is not None and removal.state is RemovalState.HIDDEN:
                gone = " The picture itself stays hidden until a moderator has looked at what else was said about it."
            elif removal is not None and removal.is_active:
                gone = " The picture itself is deleted for good and cannot come back."
        return Post(f"A moderator has looked at your appeal, and the decision is taken back.{gone}")
