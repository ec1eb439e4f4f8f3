"""The table of jobs: one atomic, repeatable act per method."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.allowances import Hold
from bot.domain.chat import MessageRef
from bot.domain.images import DrawingId
from bot.domain.jobs import Drawing, Ending, Job, JobId, PreparedPrompt, QueuePosition
from bot.domain.money import Cost
from bot.domain.people import AccountId, Platform, Tier
from bot.domain.pictures import Picture
from bot.domain.tickets import Ticket


@dataclass(frozen=True, slots=True)
class AcceptedJob:
    """The job a wish became; not new when the same call had made it before."""

    job: Job
    is_new: bool


class Jobs(Protocol):
    """Keeps jobs, their drawings, pictures and holds in step.

    Every method may be called again and then changes nothing. Those that take
    an `attempt` are fenced: they raise `LeaseLost` when the job has been
    claimed again since, or is final. All may raise `StorageFailed`, and then
    nothing has changed.
    """

    async def accept(self, job: Job, hold: Hold) -> AcceptedJob:
        """Write the job and its inputs, and set its pictures aside, in one transaction; for a known `job.key` return its job.

        Raises:
            QuotaExceeded: Fewer pictures are left than the hold wants, in the day and in credits together.
            LimitTooLow: It wants more than a whole day has, and all credits.
            TenantQuotaExceeded: The server or workspace has not so many left for all.
            BudgetExceeded: There is not so much money left.
            BadInput: The account has become part of another one.
            Sanctioned: It is muted or banned in the hold's community.
        """
        ...

    async def get(self, job: JobId) -> Job | None:
        """Return the job as it stands."""
        ...

    async def get_several(self, jobs: Sequence[JobId]) -> tuple[Job, ...]:
        """Return those of the jobs that there are, in no order."""
        ...

    async def by_key(self, key: str) -> Job | None:
        """Return the job that a call made, if it made one."""
        ...

    async def by_message(self, platform: Platform, channel: str, message: str) -> Job | None:
        """Return the job of a message of ours, by the platform's ids."""
        ...

    async def attach(self, job: JobId, message: MessageRef) -> None:
        """Record which message is the job's."""
        ...

    async def claim(self, job: JobId, lease: timedelta, *, most_running: int | None = None) -> Job | None:
        """Take the job for `lease` and raise its attempt; None when it is final, unknown, or another lease still runs.

        None too, and nothing has changed, when `most_running` jobs of its account
        go before it: those that are `RUNNING` under a lease, and older ones of
        the same platform that wait and are due. What is `KEPT` waits for nobody.

        `QUEUED` becomes `RUNNING`; `KEPT` stays `KEPT`. `started_at` is set the first time.
        A claim of a job that was not released raises its `lapses` too.
        """
        ...

    async def startable(self, job: JobId, platforms: frozenset[Platform], *, most_running: int) -> tuple[tuple[JobId, Tier], ...]:
        """Return the jobs of this job's account that wait, are due and have no pictures, on these platforms, oldest first.

        Only as many as may be claimed beside those that are `RUNNING` under a lease, or wait for a provider (`CallQueue`).
        """
        ...

    async def renew(self, job: JobId, attempt: int, lease: timedelta) -> None:
        """Make the lease last `lease` from now; one that was released is lost."""
        ...

    async def release(self, job: JobId, attempt: int, not_before: datetime) -> None:
        """Release the lease, so that anyone may claim the job from `not_before` on."""
        ...

    async def record_prompt_estimate(self, job: JobId, attempt: int, cost: Cost) -> None:
        """Record what preparing the prompt probably costs, before it is asked for; `record_prompt` replaces that."""
        ...

    async def record_prompt(self, job: JobId, attempt: int, prompt: PreparedPrompt) -> None:
        """Record the prepared prompt, which need not be paid for again."""
        ...

    async def open_drawing(self, drawing: Drawing) -> None:
        """Write a paid call down before it goes out (fenced by `drawing.attempt`)."""
        ...

    async def record_ticket(self, drawing: DrawingId, ticket: Ticket) -> None:
        """Record the ticket by which a paid call is collected, and its cost where the ticket says so.

        Not fenced: what was paid counts, whoever has the job now. A call that was
        closed as unknown meanwhile stays so and gets its ticket, so that it can be
        cancelled; the budgets are corrected as by `close_drawing`. Where more is
        known of the call nothing changes.
        """
        ...

    async def close_drawing(self, drawing: Drawing) -> None:
        """Record how the call ended: state, cost, request id, files when `DRAWN`.

        Not fenced: what was paid counts, whoever has the job now. A less certain
        report (`DrawingState.certainty`) changes nothing. The budgets of a job that
        is final already are corrected by the difference, and a cancelled one gets
        back what it spent for pictures that were not drawn; its end says so.
        """
        ...

    async def record_missing(self, job: JobId, attempt: int) -> datetime:
        """Record that the job's pictures are on a machine that is away, unless that is known; return since when."""
        ...

    async def drawings(self, job: JobId) -> tuple[Drawing, ...]:
        """Return the job's drawings, oldest first."""
        ...

    async def keep(self, job: JobId, attempt: int, pictures: tuple[Picture, ...], *, counted: int | None = None) -> None:
        """Make the job `KEPT`: record its pictures, which are in the store, spend that much of the hold, and refund the rest.

        They count for `counted`, or the hold's percent of it, where that is less than they were held for.
        """
        ...

    async def finish(self, job: JobId, attempt: int, ending: Ending) -> None:
        """Make the job final. A hold that is still held is refunded in the same transaction.

        Drawings that are still `OPEN` become `UNKNOWN` in it, and what they probably cost is booked.
        """
        ...

    async def cancel(
        self,
        job: JobId,
        ending: Ending,
        *,
        once_paid: Callable[[int], Ending] | None = None,
        once_drawn: Callable[[int], Ending] | None = None,
        is_refunded: bool = False,
    ) -> Ending | None:
        """End a job that has no kept pictures yet, also a running one; return the end that it has, None when it was too late.

        Where a paid call is out or was answered with pictures, as many as it
        was asked for or gave are spent, unless it `is_refunded`, and the job ends as `once_paid`
        says of what these count for (else as `ending`). The rest of its hold is
        refunded, and `OPEN` drawings are closed as in `finish`.

        With `once_drawn`, a job of which pictures are drawn is not ended but
        stopped, once: it is as `once_drawn` says of how many they are, keeps its
        hold, and waits to be claimed. Its attempt rises, so that its worker
        makes no more calls; its `OPEN` drawings become `UNKNOWN`.
        """
        ...

    async def list_unconfirmed(self, *, ended_since: datetime, most: int) -> tuple[JobId, ...]:
        """Return jobs that ended since then, and of whose calls one is `UNKNOWN` and has a ticket that has not expired.

        They are of up to `most` such calls, those first whose tickets expire first.
        """
        ...

    async def mark_notified(self, job: JobId) -> None:
        """Note that people have seen how the job ended; finishing as `DONE` implies it."""
        ...

    async def list_unnotified(self, platforms: frozenset[Platform], *, most: int, after: JobId | None = None) -> tuple[Job, ...]:
        """Return up to `most` final jobs of these platforms whose end nobody has seen, oldest first; only those after `after`."""
        ...

    async def claimable(
        self, platforms: frozenset[Platform], *, accepted_by: datetime, most: int, after: JobId | None = None
    ) -> tuple[tuple[JobId, Tier], ...]:
        """Return up to `most` open jobs of these platforms that nobody has a lease on, oldest first; only those after `after`.

        Their `not_before` has come, and they were accepted by `accepted_by`
        or claimed before: a younger job is still being published by the process
        that accepted it. Those that wait for a provider are the `CallQueue`'s.
        """
        ...

    async def open_in_tenant(self, platform: Platform, tenant: str) -> tuple[Job, ...]:
        """Return the jobs of a guild or workspace that are not final, oldest first."""
        ...

    async def of_account(self, account: AccountId, most: int, before: JobId | None = None) -> tuple[Job, ...]:
        """Return up to `most` jobs of an account, newest first: those accepted before `before`, none where that is unknown."""
        ...

    async def count_open(self, account: AccountId) -> int:
        """Count the account's jobs that wait or run: those that are not final and have no pictures yet."""
        ...

    async def queue_position(self, job: Job) -> QueuePosition:
        """Return how many open jobs without pictures are older than this one, and the median time of recent ones like it."""
        ...

    async def cost(self, job: JobId) -> Cost:
        """Return what the job's words and drawings cost so far."""
        ...
