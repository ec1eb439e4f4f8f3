"""A machine that asks for pictures and works on them, in two worlds at once; `test_ledger_machine` makes its life harder."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule

from bot.domain.allowances import Allowance, Budget, DayExtension, Hold, Period, TenantQuota, allowance
from bot.domain.images import DrawingId
from bot.domain.jobs import Drawing, DrawingState, Ending, Job, JobId, JobState, PreparedPrompt
from bot.domain.money import Cost
from bot.domain.people import HOUSE, AccountId, CommunityId, Identity, Person
from tests.contract.examples import CANCELLED, LEASE, WEB, a_drawing, a_job, some_pictures
from tests.contract.tables import SqliteTables, Tables
from tests.contract.worlds import World, Worlds
from tests.fakes.clock import StoppedClock

NAMES = ("ann", "bob", "cid")
PEOPLE = st.sampled_from(NAMES)
PARK = CommunityId("park")
LIMIT = 5
CAP = 2
TENANT = TenantQuota("web:park", 9)
BUDGETS = (Budget(PARK, Period.DAY, 2000), Budget(HOUSE, Period.MONTH, 9000))
ENDINGS = [Ending(state) for state in (JobState.DONE, JobState.FAILED, JobState.REFUSED)]
BEGIN = datetime(2026, 10, 23, 12, tzinfo=UTC)
"""Two days before the clocks change in Berlin, and nine before they do in New York."""

MAYBE_CRASHING = st.none() | st.integers(0, 12)

performed: Counter[str] = Counter()


class WorkMachine(RuleBasedStateMachine):
    """Asks for pictures, works, comes late, crashes and repeats itself."""

    names = Bundle("names")
    tables: ClassVar[Callable[[], Tables]] = SqliteTables

    @initialize()
    def open(self) -> None:
        """Open two houses that know three people."""
        self.worlds = Worlds(StoppedClock(BEGIN), type(self).tables())
        self.zone = ZoneInfo("UTC")
        self.day_extension: DayExtension | None = None
        self.latest: tuple[datetime, date] = (BEGIN, BEGIN.date())
        self.calls = 0
        self.may_have_more: set[str] = set()
        for name in NAMES:
            for world in (self.worlds.sql, self.worlds.memory):
                self.worlds.wait(world.account(name))

    def teardown(self) -> None:
        """Close them."""
        if hasattr(self, "worlds"):
            self.worlds.close()

    @rule(
        target=names,
        name=PEOPLE,
        count=st.integers(1, 3),
        each=st.sampled_from([1, 1, 2, 3]),
        tenant_quota=st.sampled_from([None, None, TENANT]),
        estimate=st.sampled_from([0, 300, 700]),
        crash_at=MAYBE_CRASHING,
    )
    def ask(
        self, name: str, *, count: int, each: int, tenant_quota: TenantQuota | None, estimate: int, crash_at: int | None
    ) -> object:
        """Ask for something new."""
        job, allowance_now = JobId(f"job {self.number()}"), self.allowance_now()

        async def act(world: World) -> bool:
            account = await world.account(name)
            hold = Hold(
                PARK,
                account,
                count * each,
                allowance_now,
                each=each,
                tenant_quota=tenant_quota,
                estimate=estimate,
                budgets=BUDGETS,
            )
            return (await world.jobs.accept(_a_job(job, account, name), hold)).is_new

        if self.do("ask", act, crash_at) is not True:
            return multiple()
        self._limits_were_kept(job)
        return job

    @rule(name=PEOPLE)
    def ask_too_late(self, name: str) -> None:
        """Ask in the name of accounts that are parts of others now."""
        allowance_now = self.allowance_now()

        async def act(world: World) -> int:
            for account in world.gone:
                await world.jobs.accept(_a_job(JobId(f"late of {account}"), account, name), Hold(PARK, account, 1, allowance_now))
            return len(world.gone)

        assert self.do("ask too late", act, None) is not True

    @rule(job=names, name=PEOPLE, pictures=st.integers(1, 20))
    def ask_again(self, job: JobId, name: str, pictures: int) -> None:
        """Deliver a call once more, whoever and whatever it would be for now."""
        allowance_now = self.allowance_now()

        async def act(world: World) -> bool:
            account = await world.account(name)
            return (await world.jobs.accept(_a_job(job, account, name), Hold(PARK, account, pictures, allowance_now))).is_new

        assert self.do("ask again", act, None) is False

    @rule(job=names, is_late=st.booleans(), crash_at=MAYBE_CRASHING)
    def claim(self, job: JobId, *, is_late: bool, crash_at: int | None) -> None:
        """Let a worker have it, perhaps after the lease of the last one, if its account has room."""
        if is_late:
            self.worlds.clock.move(LEASE)

        async def act(world: World) -> tuple[int, JobState] | None:
            claimed = await world.jobs.claim(job, LEASE, most_running=CAP)
            return None if claimed is None else (claimed.attempt, claimed.state)

        if self.do("claim", act, crash_at) is not None:
            self._cap_was_kept(job)

    @rule(job=names)
    def look_who_is_next(self, job: JobId) -> None:
        """Ask which jobs of the account may start, and see that exactly these can be claimed."""
        found: object = self.do("next", lambda world: world.jobs.startable(job, frozenset({WEB}), most_running=CAP), None)
        assert isinstance(found, tuple)
        for startable, _ in found:
            self.claim(startable, is_late=False, crash_at=None)
            assert self._job(startable).state is JobState.RUNNING

    @rule(job=names, late=st.integers(0, 1), pause=st.sampled_from([0, 10, 90]), crash_at=MAYBE_CRASHING)
    def hand_back(self, job: JobId, *, late: int, pause: int, crash_at: int | None) -> None:
        """Leave it for later, perhaps late."""
        attempt, not_before = self._job(job).attempt - late, self.worlds.clock.now() + timedelta(seconds=pause)
        self.do("hand back", lambda world: world.jobs.release(job, attempt, not_before), crash_at)

    @rule(job=names, late=st.integers(0, 1), count=st.integers(1, 4), crash_at=MAYBE_CRASHING)
    def keep(self, job: JobId, *, late: int, count: int, crash_at: int | None) -> None:
        """Keep pictures, perhaps as a worker that has lost its lease, perhaps again, perhaps too many."""
        attempt = self._job(job).attempt - late
        self.do("keep", lambda world: world.jobs.keep(job, attempt, some_pictures(job, count)), crash_at)

    @rule(job=names, late=st.integers(0, 1), ending=st.sampled_from(ENDINGS), crash_at=MAYBE_CRASHING)
    def finish(self, job: JobId, *, late: int, ending: Ending, crash_at: int | None) -> None:
        """Finish it, perhaps late, perhaps again."""
        attempt = self._job(job).attempt - late
        self.do("finish", lambda world: world.jobs.finish(job, attempt, ending), crash_at)

    @rule(job=names, crash_at=MAYBE_CRASHING)
    def cancel(self, job: JobId, crash_at: int | None) -> None:
        """Take it back, perhaps again."""
        self.do("cancel", lambda world: world.jobs.cancel(job, CANCELLED), crash_at)

    @rule(job=names, cost=st.integers(0, 900), late=st.integers(0, 1))
    def word(self, job: JobId, cost: int, late: int) -> None:
        """Settle the words."""
        attempt = self._job(job).attempt - late
        self.do("word", lambda world: world.jobs.record_prompt(job, attempt, PreparedPrompt("a fox", Cost(cost))), None)

    @rule(
        job=names,
        drawing=st.integers(0, 1),
        cost=st.integers(0, 900),
        state=st.sampled_from(DrawingState),
        came=st.integers(1, 3),
        crash_at=MAYBE_CRASHING,
    )
    def draw(self, job: JobId, *, drawing: int, cost: int, state: DrawingState, came: int, crash_at: int | None) -> None:
        """Tell what a drawing cost and gave, perhaps again, perhaps long after its job."""
        files = tuple(picture.file for picture in some_pictures(job, came)) if state is DrawingState.DRAWN else ()
        closed = replace(_a_drawing(self._job(job), drawing, cost, state), asked=1 + 2 * drawing, files=files)
        self.do("draw", lambda world: world.jobs.close_drawing(closed), crash_at)

    def do(self, what: str, act: Any, crash_at: int | None) -> object:
        """Do it in both worlds, and count along."""
        performed[what] += 1
        done: object = self.worlds.do(act, crash_at=crash_at)
        return done

    def number(self) -> int:
        """Number what is new."""
        self.calls += 1
        return self.calls

    def _job(self, job: JobId) -> Job:
        return self.worlds.memory_jobs.rows[job].job

    def allowance_now(self) -> Allowance:
        """Return the terms that hold now; days never go back by themselves, so that none comes twice."""
        now = self.worlds.clock.now()
        allowance_now = allowance(LIMIT, now, self.zone, self.day_extension)
        assert allowance_now.refills_at > now
        assert allowance_now.day >= self.latest[1]
        self.latest = (now, allowance_now.day)
        return allowance_now

    def _cap_was_kept(self, job: JobId) -> None:
        """See that no more of the account run than may; one that has its pictures already is not among them."""
        running = """
            SELECT id FROM jobs WHERE state = 'running' AND lease_until > :now
            AND account = (SELECT account FROM jobs WHERE id = :job)
        """
        now = (self.worlds.clock.now() - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        found = self.worlds.rows(running, job=job, now=now)
        assert (job,) not in found or len(found) <= CAP

    def _limits_were_kept(self, job: JobId) -> None:
        """See that what was just granted was left, and that credits were taken only for what was not."""
        counted = """
            SELECT holds.n - from_credits, from_credits, usage.held + usage.spent FROM holds
            JOIN usage USING (community, account, day) WHERE job = :job
        """
        [(of_day, from_credits, total)] = self.worlds.rows(counted, job=job)
        assert not of_day or total <= LIMIT
        assert not from_credits or total >= LIMIT


def _a_job(job: JobId, account: AccountId, name: str) -> Job:
    return a_job(job, account, community=PARK, author=Person(Identity(WEB, "", name), name))


def _a_drawing(job: Job, number: int, cost: int, state: DrawingState) -> Drawing:
    drawing = a_drawing(f"{job.id} drawing {number}", job, state=state, cost=Cost(cost))
    return replace(drawing, id=DrawingId(drawing.id), attempt=0)
