"""Does a seed decide what goes wrong?"""

import random

import pytest

from benchmarks.chaos.faults import FaultKind, plan_faults
from benchmarks.chaos.people import FRONT_ENDS, split_among_front_ends


def by(seed: int) -> random.Random:
    """Return the chance of a seed."""
    return random.Random(seed)  # noqa: S311 - to be repeated, not to be secret


def test_the_same_seed_plans_the_same() -> None:
    """And another one plans something else."""
    first, again, other = (plan_faults(tuple(FaultKind), 50, by(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("kind", list(FaultKind))
def test_only_what_is_asked_for_goes_wrong(kind: FaultKind) -> None:
    """Each kind can be chosen by itself, and all of them come of a long plan."""
    assert {planned.kind for planned in plan_faults([kind], 5, by(1))} == {kind}
    assert kind in {planned.kind for planned in plan_faults(tuple(FaultKind), 300, by(1))}


def test_every_front_end_is_asked_at() -> None:
    """By as many."""
    front_ends = split_among_front_ends(40, by(1))
    assert {front_end: front_ends.count(front_end) for front_end in FRONT_ENDS} == dict.fromkeys(FRONT_ENDS, 10)
