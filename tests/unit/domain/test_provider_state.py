"""Asks when an image service rests, for how long, who may try it, and how many calls a minute it is trusted to take."""

from datetime import timedelta

import pytest

from bot.domain.call_limits import CallLimits
from bot.domain.provider_state import LONGEST_PACE_WAIT, MOST_FAULTS, ProviderState
from tests.fakes.clock import NOON

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
NEW = ProviderState()


def fail(state: ProviderState, times: int = 1, *, is_lasting: bool = False, is_trial: bool = False) -> ProviderState:
    """Have calls fail at noon."""
    for _ in range(times):
        state = state.note_fault("overloaded", NOON, is_lasting=is_lasting, is_trial=is_trial)
    return state


def limit(
    state: ProviderState,
    at: timedelta = timedelta(),
    *,
    accepted: int = 5,
    stated: int | None = None,
    wait: timedelta | None = None,
) -> ProviderState:
    """Have a call be one too many."""
    return state.note_rate_limit("rate_limited", NOON + at, accepted=accepted, stated=stated, wait=wait)


class TestResting:
    """A service that fails again and again is left alone for a while."""

    def test_it_rests_after_several_faults_in_a_row(self) -> None:
        """One or two may happen to anybody."""
        assert not fail(NEW, MOST_FAULTS - 1).is_on_trial
        resting = fail(NEW, MOST_FAULTS)
        assert resting.is_resting(NOON + 29 * SECOND)
        assert not resting.is_resting(NOON + 30 * SECOND)
        assert resting.fault == "overloaded"

    def test_a_call_that_works_ends_the_row(self) -> None:
        """And a rest too."""
        assert not fail(fail(NEW, MOST_FAULTS - 1).note_success(), MOST_FAULTS - 1).is_on_trial
        assert fail(NEW, MOST_FAULTS).note_success() == NEW

    def test_what_only_an_operator_can_mend_needs_no_row(self) -> None:
        """And it is tried less often."""
        assert fail(NEW, is_lasting=True).is_resting(NOON + 9 * MINUTE)

    def test_calls_that_were_out_already_make_no_rest_longer(self) -> None:
        """Twenty that fail at once are one outage."""
        assert fail(NEW, 20).rests_until == fail(NEW, MOST_FAULTS).rests_until

    def test_each_trial_that_fails_doubles_the_rest(self) -> None:
        """Up to five minutes."""
        state, rests = fail(NEW, MOST_FAULTS), []
        for _ in range(5):
            state = fail(state, is_trial=True)
            assert state.rests_until is not None
            rests.append((state.rests_until - NOON) // SECOND)
        assert rests == [60, 120, 240, 300, 300]


class TestTrials:
    """One call finds out whether it works again."""

    def test_one_may_try_when_the_rest_is_over(self) -> None:
        """The others go on as if it rested, until that has ended or its time is over."""
        resting, later = fail(NEW, MOST_FAULTS), NOON + MINUTE
        assert resting.claim_trial(NOON, MINUTE) is resting
        tried = resting.claim_trial(later, MINUTE)
        assert tried.is_resting(later)
        assert tried.claim_trial(later, MINUTE) is tried
        assert tried.claim_trial(later + MINUTE, MINUTE) != tried
        assert NEW.claim_trial(later, MINUTE) is NEW

    def test_a_trial_that_came_to_nothing_is_anybodys_again(self) -> None:
        """It says nothing of the service."""
        tried = fail(NEW, MOST_FAULTS).claim_trial(NOON + MINUTE, MINUTE)
        assert not tried.release_trial(NOON + MINUTE).is_resting(NOON + MINUTE)
        assert NEW.release_trial(NOON) is NEW


class TestPace:
    """A service that says that it gets too many requests gets fewer."""

    def test_it_gets_as_many_a_minute_as_it_took(self) -> None:
        """Or as it says; and never more than before."""
        assert limit(NEW).pace(NOON) == 5
        assert limit(limit(NEW), accepted=7).pace(NOON) == 5
        assert limit(NEW, stated=8).pace(NOON) == 8
        assert limit(NEW, accepted=2, wait=12 * SECOND).pace(NOON) == 5
        assert limit(NEW, wait=40 * SECOND).pace(NOON) == 5

    def test_where_few_calls_were_made_their_number_is_not_the_reason(self) -> None:
        """It is left alone for a while, and then gets as many as before."""
        assert limit(NEW, accepted=1).pace(NOON) is None
        assert limit(NEW, accepted=1).block(NOON) is not None
        assert limit(limit(NEW, accepted=10), accepted=4).pace(NOON) == 10
        assert limit(limit(NEW, accepted=10), accepted=5).pace(NOON) == 5

    def test_it_slowly_gets_more_again(self) -> None:
        """A tenth every three minutes, at least one; and nothing is left of it after a day."""
        slow, fast = limit(NEW), limit(NEW, accepted=40)
        paces = [(slow.pace(NOON + minutes * MINUTE), fast.pace(NOON + minutes * MINUTE)) for minutes in (2, 3, 6, 24 * 60)]
        assert paces == [(5, 40), (6, 44), (7, 48), (None, None)]
        assert slow.pace(NOON - MINUTE) == 5

    @pytest.mark.parametrize(
        ("limits", "holds"),
        [
            (CallLimits(), CallLimits(per_minute=5)),
            (CallLimits(at_once=2, per_minute=9), CallLimits(at_once=2, per_minute=5)),
            (CallLimits(per_minute=3), CallLimits(per_minute=3)),
        ],
    )
    def test_what_is_set_holds_too(self, limits: CallLimits, holds: CallLimits) -> None:
        """Whichever is less."""
        assert limit(NEW).limit(limits, NOON) == holds
        assert NEW.limit(limits, NOON) == limits

    def test_nothing_goes_out_before_it_asked_us_to_come_back(self) -> None:
        """A shorter wait does not end a longer one."""
        blocked = limit(limit(NEW, wait=40 * SECOND), wait=SECOND)
        assert blocked.block(NOON + 39 * SECOND) == NOON + 40 * SECOND
        assert blocked.block(NOON + 40 * SECOND) is None
        assert NEW.block(NOON) is None

    def test_a_service_that_does_not_say_how_long_is_left_alone_for_ever_longer(self) -> None:
        """A second at first; a minute at most."""
        first = limit(NEW)
        blocks = [limit(first, at=at).block(NOON + at) for at in (timedelta(), 20 * SECOND, 9 * MINUTE)]
        assert blocks == [NOON + SECOND, NOON + 30 * SECOND, NOON + 10 * MINUTE]

    def test_it_is_counted_while_anything_is_known(self) -> None:
        """Nothing is, of most."""
        assert limit(NEW).is_paced(NOON)
        assert ProviderState(blocked_until=NOON + SECOND).is_paced(NOON)
        assert not ProviderState(blocked_until=NOON).is_paced(NOON)

    def test_whoever_asks_for_hours_rests(self) -> None:
        """That is no full minute."""
        assert limit(NEW, wait=LONGEST_PACE_WAIT + SECOND).is_resting(NOON + LONGEST_PACE_WAIT)
        assert not limit(NEW, wait=LONGEST_PACE_WAIT).is_on_trial

    def test_whoever_says_nothing_else_for_ten_minutes_rests(self) -> None:
        """Unless it drew something in between."""
        first = limit(NEW)
        assert limit(first, at=10 * MINUTE).is_on_trial
        assert not limit(first, at=9 * MINUTE).is_on_trial
        assert not limit(first.note_success(), at=10 * MINUTE).is_on_trial
