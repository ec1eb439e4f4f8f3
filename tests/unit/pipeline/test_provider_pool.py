"""Asks who draws when an image service fails, rests, is tried again, or says that it gets too many requests."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.jobs import DrawingState, Job, JobState
from bot.domain.provider_state import MOST_FAULTS, ProviderState
from bot.errors import PromptRefused, StorageFailed
from bot.pipeline.drawing import WhenUnknown
from bot.ports.observer import ProviderRested, ProviderSlowed
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from tests.fakes.bench import Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.waiting import until

REFUSED = PromptRefused(rule="moderation_blocked", sentence="The image service will not draw that.")
CUT = OutcomeUnknown("painter", "cut")
LOCKED = StorageFailed("sqlite", "locked")
HALF_A_MINUTE = timedelta(seconds=30)


def failed(
    fault: ProviderFault = ProviderFault.OVERLOADED,
    *,
    retry_after: timedelta | None = None,
    per_minute: int | None = None,
    may_be_refusal: bool = False,
) -> ProviderFailed:
    """Return a failure of the painter's."""
    return ProviderFailed(
        "painter", "broken", fault=fault, retry_after=retry_after, per_minute=per_minute, may_be_refusal=may_be_refusal
    )


@pytest.fixture
def second() -> ScriptedProvider:
    """Return who draws when the painter cannot."""
    return ScriptedProvider("second")


@pytest.fixture
def bench(second: ScriptedProvider) -> Bench:
    """Have two providers."""
    return Bench(others=(second,))


async def draw(bench: Bench, key: str) -> Job:
    """Have a wish drawn by whoever can."""
    return await bench.draw(f"a fox for {key}", key=key, user=key)


async def rest(bench: Bench) -> None:
    """Have the painter fail until it rests; the other one draws."""
    bench.painter.will(*[failed()] * MOST_FAULTS)
    for number in range(MOST_FAULTS):
        assert (await draw(bench, f"before-{number}")).state is JobState.DONE


def state(bench: Bench) -> ProviderState:
    """Return what is known of the painter."""
    return bench.provider_states.states.get("painter", ProviderState())


class TestTheNextOne:
    """Who draws what the first one could not."""

    @pytest.mark.parametrize(
        ("fault", "why"),
        [
            (ProviderFault.UNREACHABLE, "could not be reached"),
            (ProviderFault.OVERLOADED, "is overloaded"),
            (ProviderFault.BAD_ANSWER, "gave no picture that can be used"),
            (ProviderFault.OUT_OF_MONEY, "cannot be used at the moment"),
        ],
    )
    async def test_it_draws_at_once_and_says_why(
        self, bench: Bench, second: ScriptedProvider, fault: ProviderFault, why: str
    ) -> None:
        """Nobody waits for a second try of a service that has just failed, and nobody reads of keys and money."""
        began = asyncio.get_running_loop().time()
        bench.painter.will(failed(fault))
        job = await draw(bench, "ann")
        assert (job.state, len(bench.painter.requests), len(second.requests)) == (JobState.DONE, 1, 1)
        assert asyncio.get_running_loop().time() == began
        assert f"drawn by second, because painter-1 {why}" in bench.message(job).footer

    @pytest.mark.parametrize("refusal", [REFUSED, failed(ProviderFault.BAD_REQUEST, may_be_refusal=True)])
    async def test_nobody_is_asked_after_a_refusal(self, bench: Bench, second: ScriptedProvider, refusal: Exception) -> None:
        """In doubt of one neither; and one that refuses works."""
        bench.painter.will(*[refusal] * (MOST_FAULTS + 1))
        for name in ["a", "b", "c", "d"]:
            await draw(bench, name)
        assert (len(bench.painter.requests), second.requests, state(bench).is_on_trial) == (4, [], False)

    async def test_nobody_is_asked_after_a_call_whose_end_was_not_seen(self, bench: Bench, second: ScriptedProvider) -> None:
        """But a service of which that is all that is seen rests like any that fails."""
        bench.painter.will(*[CUT] * MOST_FAULTS)
        for number in range(MOST_FAULTS):
            assert (await draw(bench, f"{number}")).state is JobState.FAILED
        assert second.requests == []
        assert (await draw(bench, "later")).state is JobState.DONE
        assert len(second.requests) == 1

    async def test_where_unknown_ends_are_tried_again_another_one_does(self, second: ScriptedProvider) -> None:
        """The first has just shown how it is."""
        bench = Bench(others=(second,), when_unknown=WhenUnknown.RETRY)
        bench.painter.will(CUT)
        assert (await draw(bench, "ann")).state is JobState.DONE
        assert (len(bench.painter.requests), len(second.requests)) == (1, 1)

    async def test_the_last_one_is_tried_again(self, bench: Bench, second: ScriptedProvider) -> None:
        """Nobody else is left."""
        bench.painter.will(failed())
        second.will(ProviderFailed("second", "503", fault=ProviderFault.OVERLOADED))
        assert (await draw(bench, "ann")).state is JobState.DONE
        assert (len(bench.painter.requests), len(second.requests)) == (1, 2)


class TestResting:
    """A service that fails again and again is left alone."""

    async def test_it_is_not_asked_while_it_rests(self, bench: Bench, second: ScriptedProvider) -> None:
        """And what is drawn meanwhile says why."""
        await rest(bench)
        job = await draw(bench, "ann")
        assert (len(bench.painter.requests), len(second.requests)) == (MOST_FAULTS, MOST_FAULTS + 1)
        assert "drawn by second, because painter-1 is overloaded" in bench.message(job).footer
        assert bench.observer.events.count(ProviderRested("painter", "overloaded")) == 1

    async def test_one_call_tries_it_and_ends_the_rest(self, bench: Bench, second: ScriptedProvider) -> None:
        """The others go on without it until that has ended."""
        await rest(bench)
        bench.clock.move(HALF_A_MINUTE)
        bench.painter.will_hold()
        tried = await bench.imagine("a fox", key="tried", user="tried")
        trial = bench.engine.start(bench.worker.work, tried.id)
        await until(lambda: len(bench.painter.requests) > MOST_FAULTS)
        await draw(bench, "meanwhile")
        assert len(second.requests) == MOST_FAULTS + 1
        bench.painter.release()
        with capture_logs() as lines:
            await trial
        assert "provider.works_again" in [line["event"] for line in lines]
        await draw(bench, "afterwards")
        assert (len(bench.painter.requests), state(bench)) == (MOST_FAULTS + 2, ProviderState())

    async def test_a_trial_that_fails_makes_it_rest_for_longer(self, bench: Bench, second: ScriptedProvider) -> None:
        """It is not tried a second time, and the other one draws."""
        await rest(bench)
        bench.clock.move(HALF_A_MINUTE)
        bench.painter.will(failed())
        assert (await draw(bench, "ann")).state is JobState.DONE
        assert len(bench.painter.requests) == MOST_FAULTS + 1
        bench.clock.move(HALF_A_MINUTE)
        assert state(bench).is_resting(bench.clock.now())

    @pytest.mark.parametrize("way", ["cancelled", "no fault", "too many"])
    async def test_a_trial_that_says_nothing_is_somebody_elses(self, bench: Bench, way: str) -> None:
        """Whoever comes next tries it."""
        await rest(bench)
        bench.clock.move(HALF_A_MINUTE)
        if way == "cancelled":
            bench.painter.will_hold()
            job = await bench.imagine("a fox", key="tried", user="tried")
            task = bench.engine.start(bench.worker.work, job.id)
            await until(lambda: len(bench.painter.requests) > MOST_FAULTS)
            await bench.studio.cancel(bench.job(job))
            await until(task.done)
        else:
            bench.painter.will(failed(ProviderFault.BAD_REQUEST if way == "no fault" else ProviderFault.RATE_LIMITED))
            await draw(bench, "tried")
        assert state(bench).is_on_trial
        assert not state(bench).is_resting(bench.clock.now())

    async def test_all_are_asked_where_all_rest(self, bench: Bench, second: ScriptedProvider) -> None:
        """Nobody else is left, and what works again is found at once."""
        await rest(bench)
        second.will(*[ProviderFailed("second", "401", fault=ProviderFault.BAD_KEY)])
        assert (await draw(bench, "ann")).state is JobState.FAILED
        assert (await draw(bench, "bob")).state is JobState.DONE
        assert (len(bench.painter.requests), state(bench)) == (MOST_FAULTS + 1, ProviderState())

    async def test_the_only_one_is_asked_though_somebody_tries_it(self) -> None:
        """As if it did not rest."""
        bench = Bench()
        bench.painter.will(*[failed(ProviderFault.BAD_KEY)])
        await draw(bench, "ann")
        bench.clock.move(timedelta(minutes=10))
        bench.painter.will_hold()
        tried = await bench.imagine("a fox", key="tried", user="tried")
        trial = bench.engine.start(bench.worker.work, tried.id)
        await until(lambda: len(bench.painter.requests) > 1)
        assert (await draw(bench, "bob")).state is JobState.DONE
        bench.painter.release()
        await trial

    async def test_of_two_that_would_try_it_one_does(self, bench: Bench, second: ScriptedProvider) -> None:
        """The other one lost, between looking and asking."""
        await rest(bench)
        bench.clock.move(HALF_A_MINUTE)
        await bench.provider_states.change("painter", lambda state: state.claim_trial(bench.clock.now(), HALF_A_MINUTE))
        before = state(bench)
        stale = before.release_trial(bench.clock.now())
        bench.provider_states.stale_reads.append({"painter": stale})
        await draw(bench, "ann")
        assert (len(bench.painter.requests), len(second.requests)) == (MOST_FAULTS, MOST_FAULTS + 1)
        bench.provider_states.stale_reads.append({"painter": stale})
        await bench.provider_states.change("painter", ProviderState.note_success)
        await draw(bench, "bob")
        assert len(bench.painter.requests) == MOST_FAULTS + 1


class TestOwners:
    """What only the owners can mend they are told."""

    @pytest.mark.parametrize(
        ("fault", "sentence"),
        [
            (ProviderFault.OUT_OF_MONEY, "its account is out of credit. Top it up"),
            (ProviderFault.BAD_KEY, "it does not accept the key. Set one that it does"),
            (ProviderFault.NOT_PERMITTED, "it does not let this account use that model. Choose another, or have it permitted"),
        ],
    )
    async def test_they_are_told_once_a_day_and_it_rests_at_once(
        self, bench: Bench, second: ScriptedProvider, fault: ProviderFault, sentence: str
    ) -> None:
        """The same key each time is the same notice."""
        bench.painter.will(*[failed(fault)] * 3)
        for hours in (0, 1, 24):
            bench.clock.move(timedelta(hours=hours))
            await draw(bench, f"after-{hours}")
        assert (len(bench.painter.requests), len(second.requests)) == (3, 3)
        first, next_day = bench.owner_notices.items()
        assert first[0] != next_day[0]
        assert first[1].text == (
            f"painter draws nothing with painter-1: {sentence}. It is tried again every ten minutes. "
            "Until then second draws instead."
        )

    async def test_they_are_not_told_of_what_passes(self, bench: Bench) -> None:
        """The log has it."""
        await rest(bench)
        assert bench.owner_notices == {}


class TestTooManyRequests:
    """A full minute is waited for."""

    async def test_the_job_waits_its_time_and_is_drawn(self, bench: Bench, second: ScriptedProvider) -> None:
        """It is told so, and nobody else is asked."""
        bench.painter.will(failed(ProviderFault.RATE_LIMITED, retry_after=timedelta(seconds=40)))
        job = await draw(bench, "ann")
        assert (job.state, second.requests) == (JobState.QUEUED, [])
        await until(lambda: "Waiting" in bench.message(job).text)
        assert bench.message(job).text == "Waiting for the image service: a fox for ann · about 40 s"
        assert ProviderSlowed("painter") in bench.observer.events
        bench.clock.move(timedelta(seconds=39))
        await bench.work()
        assert len(bench.painter.requests) == 1
        bench.clock.move(timedelta(seconds=21))
        await bench.work()
        assert bench.job(job).state is JobState.DONE

    async def test_it_gets_no_more_than_it_took(self, bench: Bench) -> None:
        """Everybody waits for the next minute, in order, and nobody is refused."""
        bench.painter.will(bench.painter.drawn(), bench.painter.drawn(), failed(ProviderFault.RATE_LIMITED))
        jobs = []
        for number in range(7):
            jobs.append(await bench.imagine(f"a fox for {number}", key=f"{number}", user=f"{number}"))
            bench.clock.move(timedelta(milliseconds=1))
        for _ in range(4):
            await bench.work()
            bench.clock.move(timedelta(seconds=61))
        assert [bench.job(job).state for job in jobs] == [JobState.DONE] * 7
        limited = [one for job in jobs for one in await bench.jobs.drawings(job.id) if one.state is DrawingState.FAILED]
        assert len(limited) == 1

    async def test_what_it_says_that_it_takes_is_believed(self, bench: Bench) -> None:
        """Rather than counted."""
        bench.painter.will(failed(ProviderFault.RATE_LIMITED, per_minute=50))
        await draw(bench, "ann")
        assert state(bench).per_minute == 50

    async def test_whoever_asks_for_hours_is_left_alone_and_the_next_one_draws(
        self, bench: Bench, second: ScriptedProvider
    ) -> None:
        """That is no full minute."""
        bench.painter.will(failed(ProviderFault.RATE_LIMITED, retry_after=timedelta(hours=2)))
        assert (await draw(bench, "ann")).state is JobState.DONE
        assert len(second.requests) == 1
        assert state(bench).is_resting(bench.clock.now() + timedelta(hours=1))

    async def test_what_another_process_slowed_down_recovery_publishes(self, bench: Bench) -> None:
        """This one has never heard of it."""
        bench.painter.will(failed(ProviderFault.RATE_LIMITED))
        job = await draw(bench, "ann")
        await bench.engine.crash()
        bench.clock.move(timedelta(minutes=2))
        await bench.recover()
        assert bench.job(job).state is JobState.DONE

    async def test_recovery_goes_on_where_nobody_can_say_who_waits(self, bench: Bench) -> None:
        """It comes again in a minute."""
        bench.calls.failures.fail_next("waiting", LOCKED)
        job = await bench.imagine("a fox")
        await bench.engine.crash()
        await bench.recover()
        assert bench.job(job).state is JobState.DONE


async def test_a_picture_is_not_lost_because_nobody_can_write_down_how_its_provider_is(bench: Bench) -> None:
    """The log has it."""
    bench.painter.will(failed())
    bench.provider_states.failures.fail_always("change", LOCKED)
    with capture_logs() as lines:
        assert (await draw(bench, "ann")).state is JobState.DONE
    assert "provider.unnoted" in [line["event"] for line in lines]
