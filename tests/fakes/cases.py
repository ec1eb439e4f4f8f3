"""Cases, in memory."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from bot.domain.cases import UNDO_WINDOW, Case, CaseDecision, CaseId, CaseNote, CaseState, NewCase
from bot.domain.chat import MessageRef, Place
from bot.domain.moderation_log import ModerationAction, NewLogEntry
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import PictureId
from bot.domain.rules import EVERYBODY, Actor
from bot.ports.cases import OpenedCase
from bot.ports.clock import Clock, Ids
from tests.fakes.moderation_log import MemoryModerationLog
from tests.fakes.scripted_failures import ScriptedFailures


@dataclass
class CaseRow:
    """What is known of a case."""

    case: Case
    is_enforced: bool = True
    shown_revision: int = 0
    message: MessageRef | None = None
    notes: list[CaseNote] = field(default_factory=list)


class MemoryCases:
    """Keeps cases in a dictionary. Where `is_taken`, somebody else is always faster, and takes it back."""

    def __init__(self, clock: Clock, ids: Ids, log: MemoryModerationLog) -> None:
        self._clock = clock
        self._ids = ids
        self._log = log
        self.rows: dict[CaseId, CaseRow] = {}
        self.failures = ScriptedFailures()
        self.is_taken = False

    async def open(self, new: NewCase) -> OpenedCase:
        """Look for one that is in its way, and else add it."""
        self.failures.raise_next("open")
        known = self._find_known(new)
        if known is not None:
            return OpenedCase(self._change(known, scores=new.scores or known.case.scores), is_new=False)
        values = {field.name: getattr(new, field.name) for field in fields(NewCase)}
        case = Case(**values, id=CaseId(self._ids.new()), opened_at=self._clock.now())
        self.rows[case.id] = CaseRow(case)
        self._enter(case, ModerationAction.OPENED, new.by, new.kind)
        return OpenedCase(case, is_new=True)

    async def get(self, case: CaseId) -> Case | None:
        """Look it up."""
        self.failures.raise_next("get")
        row = self.rows.get(case)
        return None if row is None else row.case

    async def of_picture(self, picture: PictureId) -> tuple[Case, ...]:
        """Look through all."""
        return tuple(case for case in reversed(self._sorted()) if case.picture == picture)

    async def about(self, community: CommunityId, account: AccountId, *, most: int) -> tuple[Case, ...]:
        """Look through all."""
        found = [case for case in reversed(self._sorted()) if (case.community, case.account) == (community, account)]
        return tuple(found[:most])

    async def page(
        self,
        community: CommunityId | None,
        *,
        state: CaseState,
        most: int,
        after: CaseId | None = None,
        at: Place | None = None,
    ) -> tuple[Case, ...]:
        """Walk on behind the last one."""
        order = self._sorted() if state is CaseState.OPEN else self._sorted()[::-1]
        if after is not None:
            order = order[[case.id for case in order].index(after) + 1 :]
        found = [case for case in order if case.state is state and community in {None, case.community}]
        return tuple([case for case in found if at is None or at.is_at(case.platform, case.tenant)][:most])

    async def count_open(self, community: CommunityId | None, *, at: Place | None = None) -> int:
        """Count them."""
        return len(await self.page(community, state=CaseState.OPEN, most=len(self.rows), at=at))

    async def decide(self, case: CaseId, decision: CaseDecision, by: Actor) -> bool:
        """Change it if it is open."""
        self.failures.raise_next("decide")
        row = self.rows.get(case)
        if row is None or row.case.state is not CaseState.OPEN or self.is_taken:
            return False
        changed = {"state": CaseState.DECIDED, "decision": decision, "decided_by": by, "decided_at": self._clock.now()}
        row.is_enforced = False
        return self._enter(self._change(row, **changed, rounds=row.case.rounds + 1), ModerationAction.DECIDED, by, decision)

    async def undo(self, case: CaseId, by: Actor) -> bool:
        """Change it back if it can be."""
        row = self.rows.get(case)
        if row is None or row.case.closed_at is not None or row.case.decided_at is None:
            return False
        is_late = row.case.decided_at <= self._clock.now() - UNDO_WINDOW
        if is_late or any(self._is_open_about(other, row.case.about) for other in self.rows.values()):
            return False
        row.is_enforced = False
        changed = self._change(row, state=CaseState.OPEN, decision=None, decided_by=None, decided_at=None)
        return self._enter(changed, ModerationAction.UNDONE, by)

    async def assign(self, case: CaseId, to: Actor | None, by: Actor) -> bool:
        """Write the name down."""
        row = self.rows.get(case)
        if row is None or row.case.state is not CaseState.OPEN:
            return False
        return self._enter(self._change(row, assignee=to), ModerationAction.ASSIGNED, by)

    async def add_note(self, case: CaseId, text: str, by: Actor) -> bool:
        """Add it."""
        row = self.rows.get(case)
        if row is None:
            return False
        row.notes.append(CaseNote(self._clock.now(), by, text))
        return self._enter(self._change(row), ModerationAction.NOTED, by)

    async def show_anew(self, case: CaseId) -> None:
        """Change nothing but the revision."""
        if case in self.rows:
            self._change(self.rows[case])

    def show_picture_anew(self, picture: PictureId) -> None:
        """Raise the revision of what is open about it."""
        for row in self.rows.values():
            if row.case.picture == picture and row.case.state is CaseState.OPEN:
                self._change(row)

    async def notes(self, case: CaseId) -> tuple[CaseNote, ...]:
        """Return them."""
        return tuple(self.rows[case].notes) if case in self.rows else ()

    async def last_decider_but(self, community: CommunityId, *accounts: AccountId, since: datetime) -> Actor | None:
        """Look for the latest."""
        decided = [
            (case.decided_at, case.decided_by)
            for case in self._sorted()
            if case.community == community and case.decided_at is not None and case.decided_by is not None
        ]
        others = [(at, by) for at, by in decided if at > since and by.account not in {EVERYBODY, *accounts}]
        return max(others, key=lambda one: one[0])[1] if others else None

    async def close_due(self, *, most: int) -> tuple[Case, ...]:
        """Close those that are due."""
        now = self._clock.now()
        due = [
            row
            for row in self.rows.values()
            if row.case.closed_at is None and row.case.decided_at is not None and row.case.decided_at <= now - UNDO_WINDOW
        ]
        due.sort(key=lambda row: row.case.decided_at or now)
        closed = []
        for row in due[:most]:
            row.is_enforced = False
            closed.append(self._change(row, closed_at=now))
            self._enter(row.case, ModerationAction.CLOSED, None)
        return tuple(closed)

    async def to_enforce(self, *, most: int, skip: int = 0) -> tuple[Case, ...]:
        """Look for them."""
        return tuple([case for case in self._sorted() if not self.rows[case.id].is_enforced][skip : skip + most])

    async def note_enforced(self, case: Case) -> bool:
        """Note it if it is as it was."""
        row = self.rows[case.id]
        if row.case.revision != case.revision:
            return False
        row.is_enforced = True
        return True

    async def to_show(self, *, most: int, skip: int = 0) -> tuple[Case, ...]:
        """Look for them."""
        self.failures.raise_next("to_show")
        return tuple([case for case in self._sorted() if self.rows[case.id].shown_revision < case.revision][skip : skip + most])

    async def message(self, case: CaseId) -> MessageRef | None:
        """Return it."""
        row = self.rows.get(case)
        return None if row is None else row.message

    async def note_shown(self, case: Case, message: MessageRef | None) -> None:
        """Note it, unless something newer is."""
        row = self.rows[case.id]
        if row.shown_revision <= case.revision:
            row.shown_revision, row.message = case.revision, message

    def _find_known(self, new: NewCase) -> CaseRow | None:
        rows = self.rows.values()
        appealed = (row for row in rows if new.appeals is not None and row.case.appeals == new.appeals)
        return next(appealed, None) or next((row for row in rows if self._is_open_about(row, new.about)), None)

    def _is_open_about(self, row: CaseRow, about: str) -> bool:
        return row.case.state is CaseState.OPEN and row.case.about == about

    def _sorted(self) -> list[Case]:
        return sorted((row.case for row in self.rows.values()), key=lambda case: (case.opened_at, case.id))

    def _change(self, row: CaseRow, **changes: Any) -> Case:
        row.case = replace(row.case, revision=row.case.revision + 1, **changes)
        return row.case

    def _enter(self, case: Case, action: ModerationAction, by: Actor | None, detail: str = "") -> bool:
        return self._log.add(
            NewLogEntry(
                community=case.community,
                action=action,
                by=by,
                subject=case.account,
                picture=case.picture,
                job=case.job,
                case=case.id,
                detail=detail,
            )
        )
