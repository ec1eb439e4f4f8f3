"""Asks which scores are refused, and what can be set of that."""

import pytest

from bot.domain.content import ALWAYS_REFUSED, NEVER, USUAL_THRESHOLDS, ContentKind, Score, parse_threshold, refusal_sentence
from bot.errors import BadInput

VIOLENCE, MINORS = ContentKind.VIOLENCE, ContentKind.MINORS


def score(kind: ContentKind, value: float, *, is_flagged: bool = False) -> Score:
    """Return what a model says."""
    return Score(kind, value, is_flagged)


def test_where_nothing_is_set_what_is_flagged_is_refused() -> None:
    """Whatever its score."""
    assert USUAL_THRESHOLDS.find_exceeded([score(VIOLENCE, 0.9)]) is None
    flagged = score(VIOLENCE, 0.1, is_flagged=True)
    assert USUAL_THRESHOLDS.find_exceeded([flagged]) == flagged


def test_what_is_never_drawn_comes_first_and_then_what_the_model_is_surest_of() -> None:
    """So the sentence is about the gravest."""
    thresholds = USUAL_THRESHOLDS.set(VIOLENCE, 0.5).set(ContentKind.GORE, 0.5)
    gore, minors = score(ContentKind.GORE, 0.8), score(MINORS, 0.2)
    assert thresholds.find_exceeded([score(VIOLENCE, 0.7), gore]) == gore
    assert thresholds.find_exceeded([gore, minors]) == minors


def test_what_is_off_is_drawn_and_what_is_set_back_is_as_before() -> None:
    """Nothing else changes."""
    flagged = score(VIOLENCE, 1.0, is_flagged=True)
    off = USUAL_THRESHOLDS.set(VIOLENCE, NEVER)
    assert off.find_exceeded([flagged]) is None
    assert off.set(VIOLENCE, None) == USUAL_THRESHOLDS
    assert [one.describe(VIOLENCE) for one in (off, USUAL_THRESHOLDS, off.set(VIOLENCE, 0.25))] == ["off", "flagged", "0.25"]


@pytest.mark.parametrize(
    ("typed", "threshold"), [("0.5", 0.5), (" 0,5 ", 0.5), ("1", 1.0), ("OFF", NEVER), ("Flagged", None), ("0.01", 0.01)]
)
def test_a_threshold_is_read_as_people_type_it(typed: str, threshold: float | None) -> None:
    """And described so that it can be typed again."""
    assert parse_threshold(VIOLENCE, typed) == threshold
    assert parse_threshold(VIOLENCE, USUAL_THRESHOLDS.set(VIOLENCE, threshold).describe(VIOLENCE)) == threshold


@pytest.mark.parametrize("kind", ALWAYS_REFUSED)
@pytest.mark.parametrize("typed", ["off", "flagged", "0.21", "1", "inf", "nan", "nothing"])
def test_what_is_never_drawn_can_only_be_made_stricter(kind: ContentKind, typed: str) -> None:
    """By no value at all."""
    with pytest.raises(BadInput):
        parse_threshold(kind, typed)
    assert parse_threshold(kind, "0.05") == 0.05


@pytest.mark.parametrize("category", ["brands", "", "house"])
def test_a_kind_of_ones_own_has_a_sentence_too(category: str) -> None:
    """Without its name, which may be a listed word."""
    assert refusal_sentence(category).endswith("please try other words.")
    assert not category or category not in refusal_sentence(category)
