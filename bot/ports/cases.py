"""Cases, and what follows from their decisions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.cases import Case, CaseDecision, CaseId, CaseNote, CaseState, NewCase
from bot.domain.chat import MessageRef, Place
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import PictureId
from bot.domain.rules import Actor


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """The case that is open now, and whether it was opened by this."""

    case: Case
    is_new: bool


class Cases(Protocol):
    """Keeps cases. Each change writes its line into the moderation log in the same transaction.

    All methods may raise `StorageFailed`. Those that change a case and give
    False have changed nothing: it does not stand as they need it.
    """

    async def open(self, new: NewCase) -> OpenedCase:
        """Open a case, unless one is open about the same, or the same was appealed before: then that one is returned.

        One that is open already takes on the scores, where there are new ones.
        """
        ...

    async def get(self, case: CaseId) -> Case | None:
        """Return the case with this id."""
        ...

    async def of_picture(self, picture: PictureId) -> tuple[Case, ...]:
        """Return all cases about a picture, newest first."""
        ...

    async def about(self, community: CommunityId, account: AccountId, *, most: int) -> tuple[Case, ...]:
        """Return the newest cases about what an account did in a community, newest first."""
        ...

    async def page(
        self,
        community: CommunityId | None,
        *,
        state: CaseState,
        most: int,
        after: CaseId | None = None,
        at: Place | None = None,
    ) -> tuple[Case, ...]:
        """Return cases of one community, or of all: open ones oldest first, decided ones by their opening, newest first.

        Only those that come after `after` in that order, and those of the server or workspace of `at`, where they are given.
        """
        ...

    async def count_open(self, community: CommunityId | None, *, at: Place | None = None) -> int:
        """Return how many are open, of the server or workspace of `at` where it is given."""
        ...

    async def decide(self, case: CaseId, decision: CaseDecision, by: Actor) -> bool:
        """Decide an open case: of two moderators who decide at once, one does."""
        ...

    async def undo(self, case: CaseId, by: Actor) -> bool:
        """Open a decided case again; only within `UNDO_WINDOW`, and while no other case is open about the same."""
        ...

    async def assign(self, case: CaseId, to: Actor | None, by: Actor) -> bool:
        """Note who takes care of an open case."""
        ...

    async def add_note(self, case: CaseId, text: str, by: Actor) -> bool:
        """Write a note on a case, however it stands."""
        ...

    async def show_anew(self, case: CaseId) -> None:
        """Have a case shown once more, as what belongs to it has changed: its reports, or whether its picture is seen."""
        ...

    async def notes(self, case: CaseId) -> tuple[CaseNote, ...]:
        """Return the notes, oldest first."""
        ...

    async def last_decider_but(self, community: CommunityId, *accounts: AccountId, since: datetime) -> Actor | None:
        """Return which person other than these has decided a case of the community since then, the latest of them."""
        ...

    async def close_due(self, *, most: int) -> tuple[Case, ...]:
        """Close decided cases whose undo window has ended, the earliest first, and return them."""
        ...

    async def to_enforce(self, *, most: int, skip: int = 0) -> tuple[Case, ...]:
        """Return cases that were decided, undone or closed, and for which nobody has noted since that it was enforced.

        The first `skip` are left out: they have just been tried.
        """
        ...

    async def note_enforced(self, case: Case) -> bool:
        """Note that what follows from a case as it stood has happened; False where it stands otherwise by now."""
        ...

    async def to_show(self, *, most: int, skip: int = 0) -> tuple[Case, ...]:
        """Return cases that have changed since their message in the review channel was shown, the longest unshown first.

        The first `skip` are left out: they have just been tried.
        """
        ...

    async def message(self, case: CaseId) -> MessageRef | None:
        """Return the message in the review channel."""
        ...

    async def note_shown(self, case: Case, message: MessageRef | None) -> None:
        """Note that people see a case as it stood then, and in which message; None where there is no place to show it."""
        ...


class CaseEffect(Protocol):
    """Makes things as a case says: pictures, sanctions, lists.

    It is called with the case as it stands after each decision, each undo and
    when nothing can be undone any more (`closed_at`), again after a failure or
    a crash, and perhaps without a call for an earlier decision.
    So it compares what it did for this case (`id`, `rounds`) with what the case
    says now, and does what is missing: nothing of an open case is in force.
    """

    async def enforce(self, case: Case) -> None:
        """Make it so; after any error it is called again."""
        ...
