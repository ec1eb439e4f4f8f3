"""Asks which note of a drawing says why there are too few pictures."""

from dataclasses import replace

import pytest

from bot.domain.jobs import JobId
from bot.domain.people import AccountId
from bot.pipeline.partial_results import set_shortfall
from tests.contract.examples import a_drawing, a_job

DRAWING = a_drawing("one", a_job(JobId("fox"), AccountId("ann")), shortfall="")
WHY = "only 1 of 2 pictures came, because it was late; the other one was not counted"
PROVIDERS = "only for personal use"


def test_a_note_of_the_providers_is_never_taken_for_one() -> None:
    """However it begins."""
    drawing = set_shortfall(replace(DRAWING, notes=(PROVIDERS,)), WHY)
    assert (drawing.notes, drawing.shortfall) == ((PROVIDERS, WHY), WHY)
    assert set_shortfall(drawing, WHY) == drawing
    other = set_shortfall(drawing, "cancelled; 1 of 2 was drawn already and is counted")
    assert other.notes == (PROVIDERS, other.shortfall)
    assert set_shortfall(other, "") == replace(DRAWING, notes=(PROVIDERS,))


@pytest.mark.parametrize("before", [WHY, "cancelled; 1 of 2 was drawn already and is counted"])
def test_of_a_drawing_of_an_earlier_version_it_is_told_by_how_it_begins(before: str) -> None:
    """Nothing else says it."""
    old = replace(DRAWING, notes=("by crayons", before), shortfall=None)
    assert set_shortfall(old, "").notes == ("by crayons",)
