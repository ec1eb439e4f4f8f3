"""The table of jobs in memory, with the same promises as the real one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from bot.domain.allowances import Hold
from bot.domain.chat import MessageRef
from bot.domain.images import DrawingId, Lane
from bot.domain.jobs import (
    CANCELLED,
    LONGEST_COUNTED_QUEUE,
    Drawing,
    DrawingState,
    Ending,
    Job,
    JobId,
    JobState,
    PreparedPrompt,
    QueuePosition,
    cancelled_once_paid,
)
from bot.domain.money import FREE, Cost
from bot.domain.people import AccountId, Identity, Platform, Tier
from bot.domain.pictures import Picture, PictureId
from bot.domain.tickets import Ticket
from bot.errors import LeaseLost
from bot.ports.clock import Clock
from bot.ports.jobs import AcceptedJob
from tests.fakes.bookkeeping import Bookkeeping
from tests.fakes.scripted_failures import ScriptedFailures

if TYPE_CHECKING:
    from bot.domain.removals import Removal

_RECENT = 20


@dataclass
class Row:
    """What the table knows of a job. On `day` it has `held` pictures set aside and `spent` some, `from_credits` included."""

    job: Job
    hold: Hold
    held: int
    day: date
    from_credits: int = 0
    spent: int = 0
    rounding: int = 0
    prompt_cost: Cost = FREE
    is_cost_booked: bool = False
    is_held: bool = True
    is_notified: bool = False
    lease_until: datetime | None = None
    not_before: datetime | None = None
    missing_since: datetime | None = None
    waits_for: str | None = None
    drawings: dict[DrawingId, Drawing] = field(default_factory=dict)

    @property
    def order(self) -> tuple[datetime, str]:
        """What "oldest first" goes by."""
        return self.job.created_at, self.job.id


@dataclass
class Kept:
    """What the table knows of a picture."""

    picture: Picture
    account: AccountId
    kept_at: datetime
    remove_at: datetime | None = None


class MemoryJobs:
    """Keeps jobs in memory. `trouble` makes its methods fail before they change anything.

    What they hold is counted in `books`, which it shares with the other fakes of a house.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.books = Bookkeeping()
        self.stands = self.books.quota_status
        self.failures = ScriptedFailures()
        self.rows: dict[JobId, Row] = {}
        self.kept: dict[PictureId, Kept] = {}
        self.removals: dict[PictureId, Removal] = {}
        self.sent_messages: dict[JobId, list[MessageRef]] = {}
        self.turned: dict[tuple[Platform, str, str], JobId] = {}

    async def accept(self, job: Job, hold: Hold) -> AcceptedJob:
        """Write the job down, once per key, if its pictures are left."""
        self.failures.raise_next("accept")
        known = self._by_key(job.key)
        if known is not None:
            return AcceptedJob(known, is_new=False)
        hold, rounding = hold.round_with(self._rounded(hold))
        day, from_credits = self.books.reserve(job.id, hold, self.clock.now())
        row = self.rows[job.id] = Row(job, hold, held=hold.pictures, day=day, from_credits=from_credits, rounding=rounding)
        row.prompt_cost = job.prepared_prompt.cost if job.prepared_prompt else FREE
        return AcceptedJob(job, is_new=True)

    async def get(self, job: JobId) -> Job | None:
        """Look the job up."""
        self.failures.raise_next("get")
        row = self.rows.get(job)
        return None if row is None else row.job

    async def get_several(self, jobs: Sequence[JobId]) -> tuple[Job, ...]:
        """Look them up."""
        return tuple(self.rows[job].job for job in dict.fromkeys(jobs) if job in self.rows)

    async def by_key(self, key: str) -> Job | None:
        """Look for the call."""
        self.failures.raise_next("by_key")
        return self._by_key(key)

    async def by_message(self, platform: Platform, channel: str, message: str) -> Job | None:
        """Look for the message."""
        self.failures.raise_next("by_message")
        wanted = (platform, channel, message)
        said = {row.job.id: row.job.message for row in self.rows.values()}
        found = (job for job, ref in said.items() if ref and (ref.place.platform, ref.place.channel, ref.id) == wanted)
        return next((self.rows[job].job for job in found), None)

    async def attach(self, job: JobId, message: MessageRef) -> None:
        """Note the message."""
        self.failures.raise_next("attach")
        if job in self.rows:
            before = self.rows[job].job.message
            if before is not None and before.is_posted and before.id != message.id:
                self.note_sent(job, before)
            self.change(self.rows[job], message=message)

    def note_sent(self, job: JobId, message: MessageRef) -> None:
        """Note a message that shows a job's pictures beside its own."""
        sent = self.sent_messages.setdefault(job, [])
        if message not in sent:
            sent.append(message)

    async def claim(self, job: JobId, lease: timedelta, *, most_running: int | None = None) -> Job | None:
        """Take the job if nobody has it, and its account has room."""
        self.failures.raise_next("claim")
        row, now = self.rows.get(job), self.clock.now()
        if row is None or row.job.state.is_final or is_leased(row, now):
            return None
        if most_running is not None and row.job.state is not JobState.KEPT and self._count_before(row, now) >= most_running:
            return None
        lapses = row.job.lapses + (row.lease_until is not None)
        row.lease_until, row.not_before = now + lease, None
        return self.change(
            row,
            attempt=row.job.attempt + 1,
            lapses=lapses,
            state=JobState.RUNNING if row.job.state is JobState.QUEUED else row.job.state,
            started_at=row.job.started_at or now,
        )

    async def startable(self, job: JobId, platforms: frozenset[Platform], *, most_running: int) -> tuple[tuple[JobId, Tier], ...]:
        """List what the account has room for."""
        self.failures.raise_next("startable")
        row, now = self.rows.get(job), self.clock.now()
        if row is None:
            return ()
        of_account = [one for one in self.of(platforms) if one.job.account == row.job.account]
        others = [one for one in self.rows.values() if one.job.account == row.job.account]
        room = most_running - sum(_is_running(one, now) or is_in_line(one) for one in others)
        due = [one.job for one in of_account if _is_waiting(one, now) and not is_in_line(one)]
        return tuple((job.id, job.tier) for job in due)[: max(0, room)]

    async def renew(self, job: JobId, attempt: int, lease: timedelta) -> None:
        """Move the end of the lease."""
        self.failures.raise_next("renew")
        row = self.fenced(job, attempt)
        if row.lease_until is None:
            raise LeaseLost(job, attempt)
        row.lease_until = self.clock.now() + lease

    async def release(self, job: JobId, attempt: int, not_before: datetime) -> None:
        """Clear the lease."""
        self.failures.raise_next("hand_back")
        row = self.fenced(job, attempt)
        row.lease_until, row.not_before, row.waits_for = None, not_before, None

    async def record_prompt_estimate(self, job: JobId, attempt: int, cost: Cost) -> None:
        """Note the cost."""
        self.failures.raise_next("note_words_cost")
        self.fenced(job, attempt).prompt_cost = cost

    async def record_prompt(self, job: JobId, attempt: int, prompt: PreparedPrompt) -> None:
        """Note the words."""
        self.failures.raise_next("record_words")
        row = self.fenced(job, attempt)
        row.prompt_cost = prompt.cost
        self.change(row, prepared_prompt=prompt)

    async def open_drawing(self, drawing: Drawing) -> None:
        """Note the drawing, once."""
        self.failures.raise_next("open_drawing")
        row = self.fenced(drawing.job, drawing.attempt)
        row.waits_for = None
        row.drawings.setdefault(drawing.id, drawing)

    async def record_ticket(self, drawing: DrawingId, ticket: Ticket) -> None:
        """Note the ticket, and what it says of the cost."""
        self.failures.raise_next("record_ticket")
        row = next(row for row in self.rows.values() if drawing in row.drawings)
        known = row.drawings[drawing]
        if not known.state.is_certain:
            noted = row.drawings[drawing] = replace(known, ticket=ticket, cost=ticket.cost or known.cost)
            if row.is_cost_booked:
                self.books.spend(row.hold.scopes, row.day, held=0, spent=noted.cost.microusd - known.cost.microusd)

    async def close_drawing(self, drawing: Drawing) -> None:
        """Note how it ended; whoever knows most is right."""
        self.failures.raise_next("close_drawing")
        row = self.rows[drawing.job]
        known = row.drawings.get(drawing.id)
        if known is None or known.state.certainty <= drawing.state.certainty:
            row.drawings[drawing.id] = drawing
            more = drawing.cost.microusd - (known.cost.microusd if known else 0)
            if row.is_cost_booked:
                self.books.spend(row.hold.scopes, row.day, held=0, spent=more)
            given = sum(one.may_have_given for one in row.drawings.values()) * row.hold.each
            drawn = min(row.spent, row.hold.spent_for(given))
            if row.job.state is JobState.CANCELLED:
                row.rounding = row.hold.rounding(drawn, given) if given else 0
            if row.job.state is JobState.CANCELLED and row.spent > drawn:
                now, from_credits = self.clock.now(), row.from_credits
                self.books.give_back(
                    row.job.id, row.hold, day=row.day, from_credits=from_credits, spent=row.spent, left=drawn, now=now
                )
                if row.job.ending is not None and row.job.ending.kind == CANCELLED.kind:
                    row.job = replace(row.job, ending=cancelled_once_paid(drawn) if drawn else CANCELLED)
                row.spent = drawn

    async def record_missing(self, job: JobId, attempt: int) -> datetime:
        """Keep the first time."""
        self.failures.raise_next("record_missing")
        row = self.fenced(job, attempt)
        row.missing_since = row.missing_since or self.clock.now()
        return row.missing_since

    async def drawings(self, job: JobId) -> tuple[Drawing, ...]:
        """List the drawings."""
        self.failures.raise_next("drawings")
        row = self.rows.get(job)
        found = row.drawings.values() if row else ()
        return tuple(sorted(found, key=lambda drawing: (drawing.started_at, drawing.id)))

    async def keep(self, job: JobId, attempt: int, pictures: tuple[Picture, ...], *, counted: int | None = None) -> None:
        """Note the pictures and settle the hold, once."""
        self.failures.raise_next("keep")
        row = self.rows.get(job)
        if row is not None and self._has_kept(row, attempt, pictures):
            return
        row = self.fenced(job, attempt)
        if row.job.state is JobState.KEPT:
            raise LeaseLost(job, attempt)
        now = self.clock.now()
        self.kept |= {picture.id: Kept(picture, row.job.account, now) for picture in pictures}
        self._let_go(row, given=len(pictures), most=counted)
        self.change(row, state=JobState.KEPT, kept_at=self.clock.now())

    async def finish(self, job: JobId, attempt: int, ending: Ending) -> None:
        """End the job, once."""
        self.failures.raise_next("finish")
        row = self.rows.get(job)
        if row is not None and (row.job.attempt, row.job.state) == (attempt, ending.state):
            return
        self._end(self.fenced(job, attempt), ending)

    async def cancel(
        self,
        job: JobId,
        ending: Ending,
        *,
        once_paid: Callable[[int], Ending] | None = None,
        once_drawn: Callable[[int], Ending] | None = None,
        is_refunded: bool = False,
    ) -> Ending | None:
        """End the job, whoever has it, unless it has pictures."""
        self.failures.raise_next("cancel")
        row = self.rows.get(job)
        if row is not None and row.job.state in {JobState.QUEUED, JobState.RUNNING}:
            drawn = sum(len(one.files) for one in row.drawings.values() if one.state is DrawingState.DRAWN)
            if once_drawn is not None and (drawn or row.job.ending):
                return row.job.ending or self._stop(row, once_drawn(drawn))
            paid = [one.may_have_given for one in row.drawings.values() if one.state.is_paid_for]
            if paid and not is_refunded:
                self._let_go(row, given=sum(paid))
                ending = once_paid(row.spent) if once_paid else ending
            self._end(row, ending)
        return row.job.ending if row is not None and row.job.state is ending.state else None

    async def list_unconfirmed(self, *, ended_since: datetime, most: int) -> tuple[JobId, ...]:
        """Look at every call."""
        self.failures.raise_next("list_unconfirmed")
        ended = [row for row in self.rows.values() if row.job.finished_at and row.job.finished_at > ended_since]
        unknown = [one for row in ended for one in row.drawings.values() if one.state is DrawingState.UNKNOWN and one.ticket]
        tickets = sorted((one.ticket.expires_at, one.job) for one in unknown if one.ticket)
        return tuple(dict.fromkeys([job for expires_at, job in tickets if expires_at > self.clock.now()][:most]))

    async def mark_notified(self, job: JobId) -> None:
        """Note that people know."""
        self.failures.raise_next("mark_notified")
        row = self.rows.get(job)
        if row is not None and row.job.state.is_final:
            row.is_notified = True

    async def list_unnotified(self, platforms: frozenset[Platform], *, most: int, after: JobId | None = None) -> tuple[Job, ...]:
        """List what people do not know."""
        self.failures.raise_next("list_unnotified")
        return tuple(row.job for row in self.of(platforms, after) if row.job.state.is_final and not row.is_notified)[:most]

    async def claimable(
        self, platforms: frozenset[Platform], *, accepted_by: datetime, most: int, after: JobId | None = None
    ) -> tuple[tuple[JobId, Tier], ...]:
        """List what waits."""
        self.failures.raise_next("claimable")
        now = self.clock.now()
        waiting = [row for row in self.of(platforms, after) if not row.job.state.is_final and not is_leased(row, now)]
        due = [row.job for row in waiting if not is_in_line(row) and (row.not_before is None or row.not_before <= now)]
        return tuple((job.id, job.tier) for job in due if job.created_at <= accepted_by or job.attempt)[:most]

    async def open_in_tenant(self, platform: Platform, tenant: str) -> tuple[Job, ...]:
        """List them."""
        self.failures.raise_next("open_at")
        found = [row.job for row in self.of(frozenset({platform})) if not row.job.state.is_final]
        return tuple(job for job in found if job.place.tenant == tenant)

    async def of_account(self, account: AccountId, most: int, before: JobId | None = None) -> tuple[Job, ...]:
        """List them."""
        self.failures.raise_next("of_account")
        last = self.rows.get(before) if before is not None else None
        if before is not None and last is None:
            return ()
        found = [row for row in self.rows.values() if row.job.account == account and (last is None or row.order < last.order)]
        return tuple(row.job for row in sorted(found, key=lambda row: row.order, reverse=True)[:most])

    async def count_open(self, account: AccountId) -> int:
        """Count what is not ended and has no pictures."""
        self.failures.raise_next("open_of")
        waiting = {JobState.QUEUED, JobState.RUNNING}
        fast = [row.job for row in self.rows.values() if row.job.wish.lane is Lane.FAST]
        return sum(job.account == account and job.state in waiting for job in fast)

    async def queue_position(self, job: Job) -> QueuePosition:
        """Count those before, and look back at the last ones."""
        self.failures.raise_next("line")
        order = self.rows[job.id].order
        fast = [row for row in self.rows.values() if row.job.wish.lane is Lane.FAST]
        ahead = sum(row.job.state in {JobState.QUEUED, JobState.RUNNING} for row in fast if row.order < order)
        done = [row.job for row in fast if row.job.state is JobState.DONE]
        alike = [
            (one.finished_at, (one.kept_at - one.started_at).total_seconds())
            for one in done
            if one.wish.quality is job.wish.quality and one.finished_at and one.kept_at and one.started_at
        ]
        newest = [seconds for _, seconds in sorted(alike)[-_RECENT:]]
        return QueuePosition(min(ahead, LONGEST_COUNTED_QUEUE), median(newest) if newest else None)

    async def cost(self, job: JobId) -> Cost:
        """Add up."""
        self.failures.raise_next("cost")
        return _cost(self.rows[job]) if job in self.rows else FREE

    def join(self, survivor: AccountId, gone: AccountId) -> None:
        """Make all that is one account's another's."""
        self.books.join(survivor, gone, self.clock.now())
        for row in self.rows.values():
            row.hold = replace(row.hold, account=self.books.now_of(row.hold.account))
            self.change(row, account=self.books.now_of(row.job.account))
        for kept in self.kept.values():
            kept.account = self.books.now_of(kept.account)

    def part(self, identity: Identity, old: AccountId, new: AccountId, day: date) -> None:
        """Give an identity's jobs and pictures to a new account. Its holds stay with who holds them."""
        for row in self.rows.values():
            if (row.job.account, row.job.author.identity) == (old, identity):
                self.change(row, account=new)
                for kept in self.kept.values():
                    kept.account = new if kept.picture.job == row.job.id else kept.account
        self.books.part(old, new, day)

    def _by_key(self, key: str) -> Job | None:
        return next((row.job for row in self.rows.values() if row.job.key == key), None)

    def of(self, platforms: frozenset[Platform], after: JobId | None = None) -> list[Row]:
        """List the jobs of these platforms, oldest first: those after a job."""
        since = self.rows.get(after) if after is not None else None
        found = [row for row in self.rows.values() if row.job.place.platform in platforms]
        found = [row for row in found if since is None or row.order > since.order]
        return sorted(found, key=lambda row: row.order)

    def _count_before(self, row: Row, now: datetime) -> int:
        """Count the others of its account that run, and on its platform those that wait and are older."""
        others = [one for one in self.rows.values() if one.job.account == row.job.account and one is not row]
        older = [one for one in others if one.order < row.order and one.job.place.platform == row.job.place.platform]
        return sum(_is_running(one, now) for one in others) + sum(_is_waiting(one, now) for one in older)

    def fenced(self, job: JobId, attempt: int) -> Row:
        """Return the row of a job that is this attempt's and open."""
        row = self.rows.get(job)
        if row is None or row.job.attempt != attempt or row.job.state.is_final:
            raise LeaseLost(job, attempt)
        return row

    def _has_kept(self, row: Row, attempt: int, pictures: tuple[Picture, ...]) -> bool:
        noted = {kept.picture.id for kept in self.kept.values() if kept.picture.job == row.job.id}
        has_pictures = row.job.state in {JobState.KEPT, JobState.DONE}
        return has_pictures and row.job.attempt == attempt and noted == {picture.id for picture in pictures}

    def _stop(self, row: Row, ending: Ending) -> Ending:
        self._give_up_drawings(row)
        row.lease_until = row.not_before = row.waits_for = None
        self.change(row, state=ending.state, ending=ending, attempt=row.job.attempt + 1)
        return ending

    def _give_up_drawings(self, row: Row) -> None:
        for drawing in row.drawings.values():
            if drawing.state is DrawingState.OPEN:
                row.drawings[drawing.id] = replace(drawing, state=DrawingState.UNKNOWN)

    def _end(self, row: Row, ending: Ending) -> None:
        if row.is_held:
            self._let_go(row, given=0)
        self._give_up_drawings(row)
        self.books.spend(row.hold.scopes, row.day, held=-row.hold.estimate, spent=_cost(row).microusd)
        row.is_cost_booked = True
        row.lease_until = row.not_before = None
        row.is_notified = row.is_notified or ending.state is JobState.DONE
        self.change(row, state=ending.state, ending=ending, finished_at=self.clock.now())

    def _let_go(self, row: Row, *, given: int, most: int | None = None) -> None:
        counts = given * row.hold.each
        counts = counts if most is None else min(counts, most)
        spent = min(row.held, row.hold.spent_for(counts))
        self.books.let_go(row.job.id, row.hold, day=row.day, from_credits=row.from_credits, spent=spent, now=self.clock.now())
        row.held, row.spent, row.is_held = 0, spent, False
        row.rounding = row.hold.rounding(spent, counts)

    def _rounded(self, hold: Hold) -> int:
        """Return by how many hundredths what the account asked for on that day was rounded up."""
        day = self.books.counted_day(hold.community, hold.account, hold.allowance.day)
        whose = (hold.community, hold.account, day)
        return sum(row.rounding for row in self.rows.values() if (row.hold.community, row.hold.account, row.day) == whose)

    def change(self, row: Row, **changes: object) -> Job:
        """Change fields of the job."""
        row.job = replace(row.job, **changes)  # type: ignore[arg-type]  # each caller names fields of its own
        return row.job


def _cost(row: Row) -> Cost:
    return sum((drawing.cost for drawing in row.drawings.values()), row.prompt_cost)


def _is_running(row: Row, now: datetime) -> bool:
    return row.job.state is JobState.RUNNING and is_leased(row, now)


def _is_waiting(row: Row, now: datetime) -> bool:
    is_due = row.not_before is None or row.not_before <= now
    return row.job.state in {JobState.QUEUED, JobState.RUNNING} and is_due and not is_leased(row, now)


def is_in_line(row: Row) -> bool:
    """Whether the job waits for a provider, and nobody has taken it up since."""
    return row.waits_for is not None and row.lease_until is None and not row.job.state.is_final


def is_leased(row: Row, now: datetime) -> bool:
    """Whether somebody has the job."""
    return row.lease_until is not None and row.lease_until > now
