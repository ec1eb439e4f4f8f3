"""Asks of every implementation of `CallQueue`: are no more calls out than may be, and does everybody have a turn?"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from bot.domain.call_limits import CallLimits
from bot.domain.chat import Place
from bot.domain.jobs import DrawingState, Job, JobId, JobState
from bot.domain.people import AccountId
from bot.domain.tickets import Ticket
from bot.errors import LeaseLost
from bot.ports.call_queue import CallQueue
from bot.ports.jobs import Jobs
from bot.ports.provider_states import ProviderStates
from storage.sql.call_queue import SqlCallQueue
from storage.sql.jobs import SqlJobs
from storage.sql.provider_states import SqlProviderStates
from tests.contract.conftest import ON_DISK
from tests.contract.examples import CANCELLED, DISCORD, FAILED, LEASE, SECOND, WEB, a_drawing, a_hold, a_job
from tests.contract.tables import patient_database
from tests.fakes.call_queue import MemoryCallQueue
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.jobs import MemoryJobs
from tests.fakes.provider_states import MemoryProviderStates

EVERYWHERE = frozenset({WEB, DISCORD})
TWO = CallLimits(at_once=2)
ONE = CallLimits(at_once=1)


@pytest.fixture
def states(jobs: Jobs, request: pytest.FixtureRequest, clock: StoppedClock) -> ProviderStates:
    """Have nobody heard anything of a provider."""
    if isinstance(jobs, MemoryJobs):
        return MemoryProviderStates(jobs)
    return SqlProviderStates(request.getfixturevalue("database"), clock)


@pytest.fixture
def calls(jobs: Jobs, states: ProviderStates, request: pytest.FixtureRequest, clock: StoppedClock) -> CallQueue:
    """Count by the rows of the same jobs."""
    if isinstance(jobs, MemoryJobs):
        assert isinstance(states, MemoryProviderStates)
        return MemoryCallQueue(jobs, states)
    return SqlCallQueue(request.getfixturevalue("database"), clock)


class JobsInLine:
    """Some jobs, of one account and a second apart, that somebody draws at once."""

    def __init__(self, jobs: Jobs, calls: CallQueue, clock: StoppedClock, account: AccountId) -> None:
        self.jobs, self.calls, self.clock = jobs, calls, clock
        self._account = account
        self._drawn = 0

    async def accept(self, *names: str, place: Place | None = None) -> None:
        """Have them accepted in this order."""
        for name in names:
            changes = {} if place is None else {"place": place}
            job = a_job(name, self._account, created_at=self.clock.now(), **changes)
            await self.jobs.accept(job, a_hold(self._account))
            self.clock.move(SECOND / 1000)

    async def claim(self, name: str) -> Job:
        """Take the job up."""
        job = await self.jobs.claim(JobId(name), LEASE)
        assert job is not None
        return job

    async def open(self, name: str, limits: CallLimits = TWO, *, provider: str = "offline") -> bool:
        """Take the job up and begin to draw it, if it is its turn."""
        return await self.open_claimed(await self.claim(name), limits, provider=provider)

    async def open_claimed(self, job: Job, limits: CallLimits = TWO, *, provider: str = "offline") -> bool:
        """Begin to draw a job."""
        self._drawn += 1
        drawing = a_drawing(f"drawing {self._drawn}", job, provider=provider, started_at=self.clock.now())
        return await self.calls.open_drawing(drawing, limits, EVERYWHERE, (drawing.provider,))

    async def open_beside(self, job: Job, limits: CallLimits = TWO) -> bool:
        """Begin another drawing of a job that has one out."""
        drawing = a_drawing(f"another of {job.id}", job, started_at=self.clock.now(), provider="offline")
        return await self.calls.open_drawing(drawing, limits, EVERYWHERE, (drawing.provider,), joins_line=False)

    async def end(self, name: str, state: DrawingState = DrawingState.DRAWN) -> None:
        """End what is being drawn of it."""
        [*_, drawing] = await self.jobs.drawings(JobId(name))
        await self.jobs.close_drawing(replace(drawing, state=state))

    async def due(self, limits: CallLimits = TWO, *, provider: str = "offline") -> list[str]:
        """Name those that there is room for."""
        return [one.job for one in await self.calls.due(provider, limits, EVERYWHERE, (provider,))]

    async def state(self, name: str) -> JobState:
        """Return where a job stands."""
        job = await self.jobs.get(JobId(name))
        assert job is not None
        return job.state


@pytest.fixture
def line(jobs: Jobs, calls: CallQueue, clock: StoppedClock, ann: AccountId) -> JobsInLine:
    """Have nobody wait yet."""
    return JobsInLine(jobs, calls, clock, ann)


class TestCallsAtOnce:
    """So many are out at once."""

    async def test_several_calls_of_one_job_count_each(self, line: JobsInLine) -> None:
        """One too many does not send a job back to the line while others of its calls are out."""
        await line.accept("a", "b")
        job = await line.claim("a")
        assert await line.open_claimed(job)
        assert await line.open_beside(job)
        assert not await line.open_beside(job, CallLimits(at_once=1))
        assert await line.state("a") == JobState.RUNNING
        assert not await line.open("b")
        assert len(await line.jobs.drawings(job.id)) == 2

    async def test_no_more_are_out_than_may_be(self, line: JobsInLine) -> None:
        """Whoever is one too many is queued again, as if it had not been taken up, and its pictures stay set aside."""
        await line.accept("a", "b", "c")
        assert [await line.open(name) for name in "abc"] == [True, True, False]
        waits = await line.jobs.get(JobId("c"))
        assert waits is not None
        assert (waits.state, waits.started_at, waits.attempt) == (JobState.QUEUED, None, 1)
        assert await line.jobs.drawings(JobId("c")) == ()
        assert await line.due() == []

    async def test_providers_do_not_count_for_each_other(self, line: JobsInLine) -> None:
        """Each has bounds of its own."""
        await line.accept("a", "b", "c")
        assert await line.open("a", ONE)
        assert await line.open("b", ONE, provider="another")
        assert not await line.open("c", ONE, provider="another")
        await line.end("a")
        assert (await line.due(ONE), await line.due(ONE, provider="another")) == ([], [])

    @pytest.mark.parametrize("way", ["handed back", "claimed by another", "killed"])
    async def test_a_call_with_a_ticket_is_out_though_nobody_waits_for_it(self, line: JobsInLine, way: str) -> None:
        """It goes on at the service; what nobody collects before its ticket expires makes room too."""
        await line.accept("a", "b")
        a = await line.claim("a")
        assert await line.open_claimed(a, ONE)
        [drawing] = await line.jobs.drawings(a.id)
        await line.jobs.record_ticket(drawing.id, Ticket(id="t", expires_at=line.clock.now() + 9 * LEASE))
        assert not await line.open("b", ONE)
        match way:
            case "handed back":
                await line.jobs.release(a.id, 1, NOON)
            case "claimed by another":
                line.clock.move(LEASE)
                await line.claim("a")
            case _:
                line.clock.move(LEASE)
        assert await line.due(ONE) == []
        line.clock.move(9 * LEASE)
        assert await line.due(ONE) == ["b"]

    @pytest.mark.parametrize(
        "way", ["drawn", "failed", "unknown", "ended", "cancelled", "handed back", "claimed by another", "killed"]
    )
    async def test_whatever_ends_a_call_makes_room(self, line: JobsInLine, way: str) -> None:
        """Also where nobody can say so any more: then its lease runs out."""
        await line.accept("a", "b")
        a = await line.claim("a")
        assert await line.open_claimed(a, ONE)
        assert not await line.open("b", ONE)
        match way:
            case "drawn" | "failed" | "unknown":
                await line.end("a", DrawingState(way))
            case "ended":
                await line.jobs.finish(a.id, 1, FAILED)
            case "cancelled":
                await line.jobs.cancel(a.id, CANCELLED)
            case "handed back":
                await line.jobs.release(a.id, 1, NOON)
            case "claimed by another":
                line.clock.move(LEASE)
                await line.claim("a")
            case _:
                line.clock.move(LEASE)
        assert await line.due(ONE) == ["b"]
        assert await line.open("b", ONE)

    async def test_the_same_drawing_is_opened_once(self, line: JobsInLine) -> None:
        """However often that is asked for: the first answer may have got lost."""
        await line.accept("a")
        drawing = a_drawing("one", await line.claim("a"))
        for _ in range(2):
            assert await line.calls.open_drawing(drawing, ONE, EVERYWHERE, ("offline",))
        assert len(await line.jobs.drawings(drawing.job)) == 1

    async def test_only_the_present_attempt_may_open_or_wait(self, line: JobsInLine) -> None:
        """Whoever had the job before is told that it is somebody else's."""
        await line.accept("a", "b")
        before = await line.claim("a")
        line.clock.move(LEASE)
        await line.claim("a")
        with pytest.raises(LeaseLost):
            await line.open_claimed(before, ONE)
        assert await line.open("b", ONE)
        with pytest.raises(LeaseLost):
            await line.open_claimed(before, ONE)


class TestTheLine:
    """First come, first served, and nobody is left there."""

    async def test_those_that_wait_go_in_the_order_of_their_acceptance(self, line: JobsInLine) -> None:
        """Whoever comes later waits, though there be room: it is kept for those before."""
        await line.accept("a", "b", "c", "d")
        assert [await line.open(name, ONE) for name in "acb"] == [True, False, False]
        await line.end("a")
        assert not await line.open("d", ONE)
        assert await line.due(ONE) == ["b"]
        assert await line.open("b", ONE)
        await line.end("b")
        assert await line.due(ONE) == ["c"]

    async def test_one_that_is_on_its_way_keeps_its_place(self, line: JobsInLine) -> None:
        """From its claim to its call nobody slips in, and nobody else is called for the same room."""
        await line.accept("a", "b", "c", "d")
        assert [await line.open(name, ONE) for name in "abc"] == [True, False, False]
        await line.end("a")
        b = await line.claim("b")
        assert await line.due(ONE) == []
        assert not await line.open("d", ONE)
        assert await line.open_claimed(b, ONE)

    async def test_one_whose_process_was_killed_on_its_way_keeps_nobody_waiting(self, line: JobsInLine) -> None:
        """Recovery takes it up like any other, and then it is its turn again."""
        await line.accept("a", "b", "c")
        assert [await line.open(name, ONE) for name in "abc"] == [True, False, False]
        await line.end("a")
        await line.claim("b")
        line.clock.move(LEASE)
        assert [job for job, _ in await line.jobs.claimable(EVERYWHERE, accepted_by=line.clock.now(), most=9)] == ["a", "b"]
        assert await line.due(ONE) == ["c"]
        assert await line.open("c", ONE)
        assert not await line.open("b", ONE)

    async def test_one_that_has_to_wait_for_something_else_leaves_the_line(self, line: JobsInLine) -> None:
        """It comes back in its own time."""
        await line.accept("a", "b", "c")
        assert [await line.open(name, ONE) for name in "abc"] == [True, False, False]
        await line.end("a")
        b = await line.claim("b")
        await line.jobs.release(b.id, b.attempt, NOON + timedelta(hours=1))
        assert await line.due(ONE) == ["c"]

    async def test_jobs_of_a_platform_that_nobody_serves_keep_no_others_waiting(self, line: JobsInLine) -> None:
        """They would never be taken up."""
        await line.accept("a")
        await line.accept("b", place=Place(DISCORD, "", "lobby"))
        await line.accept("c")
        assert [await line.open(name, ONE) for name in "abc"] == [True, False, False]
        await line.end("a")
        assert [one.job for one in await line.calls.due("offline", ONE, frozenset({WEB}), ("offline",))] == ["c"]
        drawing = a_drawing("of c", await line.claim("c"))
        assert await line.calls.open_drawing(drawing, ONE, frozenset({WEB}), ("offline",))

    async def test_those_that_wait_are_the_lines_business_and_not_recoverys(self, line: JobsInLine) -> None:
        """Ten thousand of them are not taken up once a minute, to wait again."""
        await line.accept("a", "b")
        assert [await line.open(name, ONE) for name in "ab"] == [True, False]
        line.clock.move(timedelta(hours=1))
        assert [job for job, _ in await line.jobs.claimable(EVERYWHERE, accepted_by=line.clock.now(), most=9)] == ["a"]

    async def test_whoever_waits_has_the_place_of_its_account(self, line: JobsInLine) -> None:
        """Two run or wait here, so that a third of the same person does not begin, and one that is called is not turned away."""
        await line.accept("a", "b", "c")
        assert [await line.open(name, ONE) for name in "ab"] == [True, False]
        assert await line.jobs.startable(JobId("a"), EVERYWHERE, most_running=2) == ()
        assert await line.jobs.claim(JobId("c"), LEASE, most_running=2) is None
        assert [job for job, _ in await line.jobs.startable(JobId("a"), EVERYWHERE, most_running=3)] == ["c"]
        assert await line.jobs.claim(JobId("b"), LEASE, most_running=2) is not None

    async def test_a_cancelled_one_waits_no_more(self, line: JobsInLine) -> None:
        """Its place is the next one's."""
        await line.accept("a", "b", "c")
        assert [await line.open(name, ONE) for name in "abc"] == [True, False, False]
        assert await line.jobs.cancel(JobId("b"), CANCELLED) == CANCELLED
        await line.end("a")
        assert await line.due(ONE) == ["c"]

    async def test_a_lease_that_was_given_up_is_not_renewed(self, line: JobsInLine) -> None:
        """Else the job would look as if somebody had it, until that runs out."""
        await line.accept("a", "b")
        assert await line.open("a", ONE)
        b = await line.claim("b")
        assert not await line.open_claimed(b, ONE)
        with pytest.raises(LeaseLost):
            await line.jobs.renew(b.id, b.attempt, LEASE)

    async def test_one_whose_provider_is_counted_no_more_leaves_the_line(self, line: JobsInLine) -> None:
        """Else recovery would pass it over for ever, should its process be killed."""
        await line.accept("a", "b")
        assert [await line.open(name, ONE) for name in "ab"] == [True, False]
        b = await line.claim("b")
        await line.jobs.open_drawing(a_drawing("uncounted", b))
        assert await line.calls.waiting(EVERYWHERE) == ()

    async def test_a_provider_is_named_as_long_as_anybody_waits_for_it(self, line: JobsInLine) -> None:
        """Nobody is forgotten because the provider's bounds, or the provider, went from the settings."""
        await line.accept("a", "b")
        assert [await line.open(name, ONE, provider="another") for name in "ab"] == [True, False]
        assert await line.calls.waiting(EVERYWHERE) == ("another",)
        await line.jobs.cancel(JobId("b"), CANCELLED)
        assert await line.calls.waiting(EVERYWHERE) == ()


class TestCallsPerMinute:
    """So many begin in any minute."""

    async def test_the_next_begins_when_the_first_is_a_minute_old(self, line: JobsInLine) -> None:
        """Whoever waits is told the moment, so that nobody has to look again and again."""
        twice = CallLimits(per_minute=2)
        await line.accept("a", "b", "c", "d", "e")
        began = line.clock.now()
        assert await line.open("a", twice)
        line.clock.move(10 * SECOND)
        assert [await line.open(name, twice) for name in "bcde"] == [True, False, False, False]
        await line.end("a")
        due = await line.calls.due("offline", twice, EVERYWHERE, ("offline",))
        assert [(one.job, one.at - began) for one in due] == [("c", 60 * SECOND), ("d", 70 * SECOND)]
        line.clock.move(50 * SECOND)
        assert await line.open("c", twice)
        assert not await line.open("d", twice)

    async def test_one_that_failed_does_not_count(self, line: JobsInLine) -> None:
        """It gave nothing, and whoever says that it was one too many says when the next one may be."""
        once = CallLimits(per_minute=1)
        await line.accept("a", "b")
        assert [await line.open(name, once) for name in "ab"] == [True, False]
        await line.end("a", DrawingState.FAILED)
        assert await line.due(once) == ["b"]
        assert await line.open("b", once)

    async def test_both_bounds_hold(self, line: JobsInLine) -> None:
        """Whichever is reached first."""
        limits = CallLimits(at_once=1, per_minute=2)
        await line.accept("a", "b", "c")
        assert [await line.open(name, limits) for name in "ab"] == [True, False]
        await line.end("a")
        assert await line.open("b", limits)
        await line.end("b")
        assert not await line.open("c", limits)
        [due] = await line.calls.due("offline", limits, EVERYWHERE, ("offline",))
        assert due.at > line.clock.now()


class TestWhatWasLearnt:
    """A service that took less than is set gets less."""

    async def test_as_many_begin_in_a_minute_as_it_took(self, line: JobsInLine, states: ProviderStates) -> None:
        """Also where nothing is set for it."""
        await line.accept("a", "b", "c")
        await states.change("offline", lambda state: replace(state, per_minute=1, slowed_at=line.clock.now()))
        began = line.clock.now()
        assert [await line.open(name, CallLimits()) for name in "abc"] == [True, False, False]
        assert [(one.job, one.at - began) for one in await line.calls.due("offline", CallLimits(), EVERYWHERE, ("offline",))] == [
            ("b", 60 * SECOND)
        ]

    async def test_nothing_goes_out_before_it_may(self, line: JobsInLine, states: ProviderStates) -> None:
        """Whoever waits is told the moment."""
        await line.accept("a", "b")
        until = line.clock.now() + 40 * SECOND
        await states.change("offline", lambda state: replace(state, blocked_until=until))
        assert not await line.open("a", TWO)
        assert [(one.job, one.at) for one in await line.calls.due("offline", TWO, EVERYWHERE, ("offline",))] == [("a", until)]
        line.clock.move(40 * SECOND)
        assert await line.open("a", TWO)


class TestAccounts:
    """Several keys of one service have bounds of their own, and one line."""

    KEYS = ("flux#1", "flux#2")

    async def open(self, line: JobsInLine, name: str, account: str, limits: CallLimits = ONE) -> bool:
        """Begin to draw a job with that key, if it is its turn."""
        job = await line.claim(name)
        drawing = a_drawing(f"drawing of {name}", job, provider=account, started_at=line.clock.now())
        return await line.calls.open_drawing(drawing, limits, EVERYWHERE, self.KEYS)

    async def due(self, line: JobsInLine, limits: CallLimits = ONE) -> list[str]:
        """Name those whom any key has room for."""
        return [one.job for one in await line.calls.due("flux", limits, EVERYWHERE, self.KEYS)]

    async def test_each_has_its_bounds_and_whoever_waits_takes_the_first_that_is_free(self, line: JobsInLine) -> None:
        """Whichever that is."""
        await line.accept("a", "b", "c", "d")
        assert await self.open(line, "a", "flux#1")
        assert not await self.open(line, "b", "flux#1")
        assert await self.due(line) == ["b"]
        assert await self.open(line, "b", "flux#2")
        assert not await self.open(line, "c", "flux#2")
        assert not await self.open(line, "d", "flux#1")
        assert await line.calls.waiting(EVERYWHERE) == ("flux",)
        assert await self.due(line) == []
        await line.end("a")
        assert await self.due(line) == ["c"]
        assert not await self.open(line, "d", "flux#1"), "it is another one's turn"

    async def test_the_next_call_goes_to_the_one_that_has_room_and_is_the_least_busy(
        self, line: JobsInLine, states: ProviderStates
    ) -> None:
        """Also where nothing is bounded; one that rests is left alone unless all do."""
        free = CallLimits()
        await line.accept("a", "b", "c")
        assert await line.calls.choose(self.KEYS, free) == "flux#1"
        assert await self.open(line, "a", "flux#1", free)
        assert await line.calls.choose(self.KEYS, free) == "flux#2"
        assert await self.open(line, "b", "flux#2", free)
        await line.end("a")
        assert await line.calls.choose(self.KEYS, free) == "flux#1"
        until = line.clock.now() + 40 * SECOND
        await states.change("flux#1", lambda state: replace(state, blocked_until=until))
        assert await line.calls.choose(self.KEYS, free) == "flux#2"
        await states.change("flux#2", lambda state: replace(state, rests_until=until))
        assert await line.calls.choose(self.KEYS, free) == "flux#1"

    async def test_what_was_learnt_of_one_key_says_nothing_of_another(self, line: JobsInLine, states: ProviderStates) -> None:
        """One that asks for time lets the other one draw."""
        until = line.clock.now() + 40 * SECOND
        await states.change("flux#1", lambda state: replace(state, blocked_until=until))
        await line.accept("a", "b", "c")
        assert not await self.open(line, "a", "flux#1")
        assert await self.due(line) == ["a"]
        assert await self.open(line, "a", "flux#2")
        assert not await self.open(line, "b", "flux#2")
        assert [one.at for one in await line.calls.due("flux", ONE, EVERYWHERE, self.KEYS)] == [until]


@ON_DISK
async def test_two_processes_never_have_more_out_together(records_url: str, line: JobsInLine) -> None:
    """They look at the same moment, over and over, in an order of their own, and everybody has a turn."""
    names = [f"job {number}" for number in range(10)]
    await line.accept(*names)
    other = patient_database(records_url)
    await other.open()
    dice, waiting, most = Random(7), set(names), 0  # noqa: S311 - a race that can be repeated
    queues = [(line.jobs, line.calls), (SqlJobs(other, line.clock), SqlCallQueue(other, line.clock))]

    async def draw(name: str) -> None:
        nonlocal most
        jobs, calls = dice.choice(queues)
        job = await jobs.claim(JobId(name), LEASE)
        if job is None:
            return
        drawing = a_drawing(f"of {name}, {job.attempt}", job)
        if await calls.open_drawing(drawing, TWO, EVERYWHERE, ("offline",)):
            most = max(most, await _count_open(line.jobs, names))
            await jobs.close_drawing(replace(drawing, state=DrawingState.DRAWN))
            await jobs.finish(job.id, job.attempt, FAILED)
            waiting.discard(name)

    async with asyncio.timeout(120):
        while waiting:
            due = await line.due() or [name for name in names if name in waiting]
            await asyncio.gather(*(draw(name) for name in dice.sample(due, len(due))))
    await other.close()
    assert most == 2


async def _count_open(jobs: Jobs, names: list[str]) -> int:
    drawings = [drawing for name in names for drawing in await jobs.drawings(JobId(name))]
    return sum(drawing.state is DrawingState.OPEN for drawing in drawings)
