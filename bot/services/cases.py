"""Opens cases, decides them, and makes sure that decisions are enforced, over failures and crashes."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.domain.cases import Case, CaseDecision, CaseId, CaseKind, NewCase
from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor
from bot.domain.sanctions import SanctionId
from bot.errors import BadInput, Conflict, EaselError, NotAllowed
from bot.ports.cases import CaseEffect, Cases, OpenedCase
from bot.ports.clock import Clock
from bot.ports.sanctions import SanctionBook

log = structlog.get_logger(__name__)

_PAGE = 20
_ACTIVE = timedelta(days=90)
"""Who has decided a case so recently is a moderator whom an appeal can go to."""

_FOR_OTHERS = timedelta(days=1)
"""How long an appeal is for others than who decided before: somebody may moderate here who has not decided anything yet."""


class CaseReview:
    """The cases of all communities. The caller has checked that whoever decides is a moderator.

    `community` is the one that they moderate: a case of another one counts as
    missing. None stands for the operator of this bot. `changed` is set when a
    case is to be shown anew.
    """

    def __init__(
        self,
        cases: Cases,
        sanctions: SanctionBook,
        effects: Sequence[CaseEffect],
        clock: Clock,
        changed: asyncio.Event | None = None,
    ) -> None:
        self.changed = changed or asyncio.Event()
        self._cases = cases
        self._sanctions = sanctions
        self._effects = effects
        self._clock = clock

    async def open(self, new: NewCase) -> OpenedCase:
        """Open a case, or return the one that is open about the same, or that was opened by the same appeal."""
        opened = await self._cases.open(new)
        self.changed.set()
        if opened.is_new:
            log.info("case.opened", case=opened.case.id, kind=new.kind, reason=new.reason)
        return opened

    async def find(self, case: CaseId, community: CommunityId | None) -> Case:
        """Return a case.

        Raises:
            BadInput: There is no such case in the community.
        """
        found = await self._cases.get(case)
        if found is None or community not in {None, found.community}:
            raise BadInput("There is no such case here; /cases list shows those that are open.")
        return found

    async def decide(self, case: CaseId, decision: CaseDecision, by: Actor, community: CommunityId | None) -> Case:
        """Decide a case, and return it as it stands then. The decision is enforced at once, or tried again until it is.

        Raises:
            BadInput: There is no such case, or it cannot be decided so.
            Conflict: It is decided already; the sentence says by whom.
            NotAllowed: It is about the moderator, or it is an appeal against
                their own decision, and there is another moderator, or may be one.
        """
        found = await self.find(case, community)
        if decision not in found.decisions:
            raise BadInput("This case cannot be decided so; nothing was changed.")
        if community is not None:
            await self._check_impartial(found, by)
        if not await self._cases.decide(case, decision, by):
            raise _build_conflict(await self.find(case, community))
        self.changed.set()
        log.info("case.decided", case=case, decision=decision)
        return await self._enforce_or_leave(await self.find(case, community))

    async def undo(self, case: CaseId, by: Actor, community: CommunityId | None) -> Case:
        """Open a decided case again, and take back what followed.

        Raises:
            BadInput: There is no such case.
            Conflict: It is too late, or it is open already.
            NotAllowed: Who may not decide it may not undo that either.
        """
        found = await self.find(case, community)
        if community is not None:
            await self._check_impartial(found, by)
        if not await self._cases.undo(case, by):
            raise Conflict(
                "Only a decision of the last ten minutes can be undone, and only while no newer case is open about the same; "
                "nothing was changed."
            )
        self.changed.set()
        log.info("case.undone", case=case, decision=found.decision)
        return await self._enforce_or_leave(await self.find(case, community))

    async def assign(self, case: CaseId, to: Actor | None, by: Actor, community: CommunityId | None) -> Case:
        """Note who takes care of an open case; None for nobody.

        Raises:
            BadInput: There is no such case.
            Conflict: It is decided already.
        """
        await self.find(case, community)
        if not await self._cases.assign(case, to, by):
            raise _build_conflict(await self.find(case, community))
        self.changed.set()
        return await self.find(case, community)

    async def add_note(self, case: CaseId, text: str, by: Actor, community: CommunityId | None) -> Case:
        """Write a note on a case for the other moderators.

        Raises:
            BadInput: There is no such case.
        """
        await self.find(case, community)
        await self._cases.add_note(case, text, by)
        self.changed.set()
        return await self.find(case, community)

    async def show_anew(self, case: CaseId) -> None:
        """Have a case shown as it stands, after what belongs to it has changed."""
        await self._cases.show_anew(case)
        self.changed.set()

    async def carry_on(self) -> None:
        """Close decisions that can no longer be undone, and enforce those that are not enforced yet."""
        await self._cases.close_due(most=_PAGE)
        failed, is_last = 0, False
        while not is_last:
            found = await self._cases.to_enforce(most=_PAGE, skip=failed)
            is_last = len(found) < _PAGE
            for case in found:
                failed += not await self._is_enforced(case)

    async def _check_impartial(self, case: Case, by: Actor) -> None:
        if case.kind is CaseKind.APPEAL:
            await self._check_appeal(case, by)
        elif case.account == by.account:
            raise NotAllowed("This case is about you, so another moderator has to decide it; nothing was changed.")

    async def _check_appeal(self, appeal: Case, by: Actor) -> None:
        if appeal.account == by.account:
            raise NotAllowed("This is your own appeal, so another moderator has to decide it; nothing was changed.")
        if await self._appealed_decider(appeal) != by.account:
            return
        now = self._clock.now()
        other = await self._cases.last_decider_but(appeal.community, by.account, appeal.account, since=now - _ACTIVE)
        if other is not None:
            raise NotAllowed(
                f"This appeal is against your own decision, so another moderator decides it, such as {other.name}; "
                "nothing was changed."
            )
        if now < appeal.opened_at + _FOR_OTHERS:
            raise NotAllowed(
                "This appeal is against your own decision, so others have a day to decide it; after that you can. "
                "Nothing was changed."
            )

    async def _appealed_decider(self, appeal: Case) -> AccountId | None:
        """Return who has decided what the appeal is against: a sanction, or a case."""
        if appeal.appeals is None:
            return None
        sanction = await self._sanctions.find(SanctionId(appeal.appeals))
        if sanction is not None:
            return sanction.by.account
        appealed = await self._cases.get(CaseId(appeal.appeals))
        return None if appealed is None or appealed.decided_by is None else appealed.decided_by.account

    async def _is_enforced(self, case: Case) -> bool:
        """Enforce a case, and return whether that worked. A boundary: one that breaks keeps no other waiting."""
        try:
            await self._enforce(case)
        except EaselError:
            return False
        except Exception:
            log.exception("case.not_enforced", case=case.id)
            return False
        return True

    async def _enforce_or_leave(self, case: Case) -> Case:
        """Enforce a case, and return it as it stands then; a failure is left for `carry_on`."""
        try:
            return await self._enforce(case)
        except EaselError:
            return case

    async def _enforce(self, case: Case) -> Case:
        """Enforce a case, and again if it has changed meanwhile; return it as it stands then."""
        while True:
            for effect in self._effects:
                try:
                    await effect.enforce(case)
                except EaselError as error:
                    log.warning("case.not_enforced", case=case.id, effect=type(effect).__name__, reason=str(error))
                    raise
            if await self._cases.note_enforced(case):
                return case
            case = await self.find(case.id, None)


def _build_conflict(case: Case) -> Conflict:
    if case.decided_by is None or case.decision is None:
        return Conflict("Somebody else has changed this case just now; nothing was changed, please look at it again.")
    return Conflict(f"{case.decided_by.name} decided this case already: {case.decision.outcome}. Nothing was changed.")
