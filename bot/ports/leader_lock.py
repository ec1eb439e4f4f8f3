"""Which of all processes does the chores that one is enough for."""

from typing import Protocol


class LeaderLock(Protocol):
    """Lets one process at a time do what one is enough for. A while after it died, another may.

    It spares work and guards nothing: while nobody can tell who leads, all of
    them do. So what a leader does must do no harm when several do it at once.
    """

    async def lead(self) -> bool:
        """Return whether this process leads: it still does, or from now on because nobody did."""
        ...
