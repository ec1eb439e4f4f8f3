"""What the decisions of moderators do to pictures and to people."""

from datetime import timedelta

import structlog

from bot.domain.cases import Case, CaseDecision, CaseId, CaseKind, CaseState
from bot.domain.pictures import PictureId
from bot.domain.removals import RemovalReason, RemovalState
from bot.domain.rules import EVERYBODY, Actor
from bot.errors import BadInput, NotAllowed
from bot.ports.cases import Cases
from bot.ports.removals import PictureRemovals
from bot.ports.sanctions import SanctionBook
from bot.services.removal import Removals
from bot.services.sanctions import Sanctions

log = structlog.get_logger(__name__)

MUTE_LASTS = timedelta(days=1)

_EASEL = Actor(EVERYBODY, "easel, as a case was decided anew")


class PictureEffect:
    """Removes the picture of a case, or shows it again; see `CaseEffect`.

    Its bytes are deleted when nothing can be undone any more.
    """

    def __init__(self, removals: Removals, removal_records: PictureRemovals, cases: Cases) -> None:
        self._removals = removals
        self._removal_records = removal_records
        self._cases = cases

    async def enforce(self, case: Case) -> None:
        """Remove or show the picture as the case says, also after an undo."""
        if case.picture is None:
            return
        if case.kind is CaseKind.APPEAL:
            await self._enforce_appeal(case, case.picture)
            return
        if case.decision is not None and case.decision.removes_picture:
            if not await self._is_appealed(case, case.picture):
                await self._remove(case, case.picture)
        elif await self._is_to_be_restored(case, case.picture):
            await self._removals.restore(case.picture, _decider(case), case=case.id)

    async def _enforce_appeal(self, appeal: Case, picture: PictureId) -> None:
        """Show the picture that the appealed case removed; remove it again where the appeal is not granted any more."""
        removal = await self._removal_records.get(picture)
        if removal is None:
            return
        if appeal.decision is CaseDecision.RESTORE:
            if removal.is_active and removal.order.case == appeal.appeals:
                await self._removals.restore(picture, _decider(appeal), case=appeal.id)
        elif not removal.is_active and removal.order.case == appeal.id:
            appealed = None if appeal.appeals is None else await self._cases.get(CaseId(appeal.appeals))
            if appealed is not None and appealed.decision is not None and appealed.decision.removes_picture:
                await self._remove(appealed, picture)

    async def _remove(self, case: Case, picture: PictureId) -> None:
        reason = RemovalReason.LEGAL if case.kind is CaseKind.TAKEDOWN else RemovalReason.RULES
        await self._removals.remove(picture, reason, _decider(case), case=case.id)

    async def _is_appealed(self, case: Case, picture: PictureId) -> bool:
        """Whether an appeal against the case was granted: then the picture stays."""
        others = await self._cases.of_picture(picture)
        return any(one.appeals == case.id and one.decision is CaseDecision.RESTORE for one in others)

    async def _is_to_be_restored(self, case: Case, picture: PictureId) -> bool:
        """Whether the case undoes what was done to its picture. What the law demands only the same case undoes."""
        removal = await self._removal_records.get(picture)
        if removal is None or not removal.is_active:
            return False
        if removal.order.case == case.id and removal.state is RemovalState.REMOVED:
            return True
        if removal.order.reason is RemovalReason.LEGAL or case.state is CaseState.OPEN:
            return False
        is_kept = case.decision is CaseDecision.KEEP and removal.state is RemovalState.HIDDEN
        # What was hidden since is what a later case is about.
        return is_kept and case.decided_at is not None and removal.decided_at <= case.decided_at


def _decider(case: Case) -> str:
    return case.decided_by.account if case.decided_by is not None else EVERYBODY


class SanctionEffect:
    """Warns, mutes or bans the author of a case, and lifts what the case imposed before; see `CaseEffect`."""

    def __init__(self, sanctions: Sanctions, book: SanctionBook) -> None:
        self._sanctions = sanctions
        self._book = book

    async def enforce(self, case: Case) -> None:
        """Impose or lift sanctions as the case says. An owner, and a mute whose time is over, are left alone."""
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
            case CaseDecision.WARN:
                await self._sanctions.warn(account, community, by=by, reason=case.reason, case=case.id, key=key)
            case CaseDecision.MUTE:
                until = case.decided_at + MUTE_LASTS
                await self._sanctions.mute(account, community, by=by, until=until, reason=case.reason, case=case.id, key=key)
            case CaseDecision.BAN:
                await self._sanctions.ban(account, community, by=by, reason=case.reason, case=case.id, key=key)
