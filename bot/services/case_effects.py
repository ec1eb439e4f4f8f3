"""What the decisions of moderators do to pictures and to people."""

from datetime import timedelta

import structlog

from bot.domain.cases import Case, CaseKind, CaseState, Decision
from bot.domain.removals import RemovalReason, RemovalState
from bot.domain.rules import EVERYBODY, Actor
from bot.errors import BadInput, NotAllowed
from bot.ports.removals import PictureRemovals
from bot.ports.sanctions import SanctionBook
from bot.services.removal import Removals
from bot.services.sanctions import Sanctions

log = structlog.get_logger(__name__)

MUTE_LASTS = timedelta(days=1)

_EASEL = Actor(EVERYBODY, "easel, as a case was decided anew")


class PictureEffect:
    """Removes the picture of a case, or shows it again; see `CaseEffect`. The bytes go when nothing can be undone any more."""

    def __init__(self, removals: Removals, record: PictureRemovals) -> None:
        self._removals = removals
        self._record = record

    async def enforce(self, case: Case) -> None:
        """Do what the case says; what it has done before it takes back."""
        if case.picture is None:
            return
        by = case.decided_by.account if case.decided_by is not None else EVERYBODY
        if case.decision is not None and case.decision.removes_picture:
            reason = RemovalReason.LEGAL if case.kind is CaseKind.TAKEDOWN else RemovalReason.RULES
            await self._removals.remove(case.picture, reason, by, case=case.id)
        elif await self._is_to_be_restored(case):
            await self._removals.restore(case.picture, by, case=case.id)

    async def _is_to_be_restored(self, case: Case) -> bool:
        """Whether the case undoes what was done to its picture. What the law demands only the same case undoes."""
        removal = None if case.picture is None else await self._record.get(case.picture)
        if removal is None or not removal.is_active:
            return False
        if removal.order.case == case.id and removal.state is RemovalState.REMOVED:
            return True
        if removal.order.reason is RemovalReason.LEGAL or case.state is CaseState.OPEN:
            return False
        is_hidden = removal.state is RemovalState.HIDDEN
        return case.decision is Decision.RESTORE or (case.decision is Decision.KEEP and is_hidden)


class SanctionEffect:
    """Warns, mutes or bans the author of a case, and lifts what the case imposed before; see `CaseEffect`."""

    def __init__(self, sanctions: Sanctions, book: SanctionBook) -> None:
        self._sanctions = sanctions
        self._book = book

    async def enforce(self, case: Case) -> None:
        """Do what the case says. An owner, and a mute whose day is over, are left alone."""
        key = f"case:{case.id}:{case.rounds}"
        for sanction in await self._book.of(case.account):
            is_of_earlier_round = sanction.case == case.id and (case.decision is None or sanction.key != key)
            if is_of_earlier_round and sanction.lifted_at is None:
                await self._sanctions.lift(sanction.id, _EASEL)
        try:
            await self._impose(case, key)
        except (BadInput, NotAllowed) as error:
            log.warning("case.not_sanctioned", case=case.id, reason=error.user_text)

    async def _impose(self, case: Case, key: str) -> None:
        if case.decided_by is None or case.decided_at is None:
            return
        account, community, by = case.account, case.community, case.decided_by
        match case.decision:
            case Decision.WARN:
                await self._sanctions.warn(account, community, by=by, reason=case.reason, case=case.id, key=key)
            case Decision.MUTE:
                until = case.decided_at + MUTE_LASTS
                await self._sanctions.mute(account, community, by=by, until=until, reason=case.reason, case=case.id, key=key)
            case Decision.BAN:
                await self._sanctions.ban(account, community, by=by, reason=case.reason, case=case.id, key=key)
