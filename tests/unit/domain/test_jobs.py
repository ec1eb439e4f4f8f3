"""Asks which states of a job are the end, and which size a wish wants."""

import pytest

from bot.domain.images import Shape, Size
from bot.domain.jobs import DrawingState, JobState, Wish


@pytest.mark.parametrize("state", JobState)
def test_a_job_is_final_when_nothing_will_happen_any_more(state: JobState) -> None:
    """Kept pictures still have to be delivered."""
    going_on = {JobState.QUEUED, JobState.RUNNING, JobState.KEPT}
    assert state.is_final is (state not in going_on)


def test_an_exact_size_goes_before_a_shape() -> None:
    """The shape has a usual size for those who named none."""
    assert Wish(prompt="a fox", shape=Shape.WIDE).wanted_size == Size(1536, 1024)
    assert Wish(prompt="a fox", shape=Shape.WIDE, size=Size(800, 600)).wanted_size == Size(800, 600)


def test_whoever_saw_more_of_a_call_knows_more() -> None:
    """Pictures tell most, an answer more than a cut, and a cut that it is over."""
    ordered = sorted(DrawingState, key=lambda state: state.certainty)
    assert ordered[:2] == [DrawingState.OPEN, DrawingState.UNKNOWN]
    assert DrawingState.REFUSED.certainty == DrawingState.FAILED.certainty
    assert ordered[-1] is DrawingState.DRAWN
