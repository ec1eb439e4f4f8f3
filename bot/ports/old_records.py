"""What is removed from the record once it is older than its community keeps it."""

from datetime import datetime
from typing import Protocol

from bot.domain.jobs import Job, JobId
from bot.domain.people import CommunityId


class OldRecords(Protocol):
    """Removes what is old, up to `most` rows in a transaction, and returns how many there were: fewer than `most` is all.

    Only final jobs whose end people were told of are touched. All methods may
    be called again, and may raise `StorageFailed`.
    """

    async def communities(self) -> tuple[CommunityId, ...]:
        """Return every community that has records."""
        ...

    async def erase_prompts(self, community: CommunityId, before: datetime, *, most: int, now: datetime) -> int:
        """Erase the words of jobs that ended before then, and note that they were; what was drawn and what it cost stays."""
        ...

    async def with_message(self, community: CommunityId, before: datetime, *, most: int, after: Job | None) -> tuple[Job, ...]:
        """Return jobs that ended before then and whose message is known, the oldest first: only those after `after`."""
        ...

    async def detach(self, job: JobId) -> None:
        """Clear the reference to a job's message, which is gone."""
        ...

    async def delete_jobs(self, community: CommunityId, before: datetime, *, most: int) -> int:
        """Delete jobs that ended before then, with their drawings, holds, inputs and pictures.

        One stays that has a picture or an input whose bytes are not removed
        (inputs are to be removed then), that the
        ledger still needs (its hold is open or its cost is not booked, or
        credits were moved for it), or of which a drawing is still out.
        """
        ...

    async def delete_records(self, community: CommunityId, before: datetime, *, most: int) -> int:
        """Delete entries of the record, daily counts on which nothing is held, and revoked keys, that are older."""
        ...

    async def delete_forgotten(self, before: datetime, *, most: int) -> int:
        """Delete the hashes of people who were forgotten before then, and old requests of anybody.

        A hash stays while its account has a sanction, a rule of its own,
        credits, or anything that was bought.
        """
        ...

    async def delete_tombstones(self, before: datetime, *, most: int) -> int:
        """Delete the rows of page messages that were deleted before then; by then no open page has to catch up with them."""
        ...
