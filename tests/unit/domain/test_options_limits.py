"""Asks which limits and which ends can be typed."""

from datetime import date, timedelta

import pytest

from bot.domain.options import NumberOrClear, Until
from bot.errors import BadInput

LIMIT = NumberOrClear("Pictures a day", most=1000)
UNTIL = Until("When it ends")


@pytest.mark.parametrize(
    ("typed", "value"), [("0", 0), (" 12 ", 12), ("+7", 7), (1000, 1000), ("clear", None), (" CLEAR ", None)]
)
def test_a_limit_is_a_number_or_is_cleared(typed: object, value: int | None) -> None:
    """Both ends are allowed."""
    assert LIMIT.parse("pictures", typed) == value


@pytest.mark.parametrize("typed", ["-1", "1001", "2.5", "", "none", True, "1,000", "9" * 5000, "٣"])
def test_what_is_no_limit_is_refused(typed: object) -> None:
    """With what would be one."""
    with pytest.raises(BadInput) as refused:
        LIMIT.parse("pictures", typed)
    assert refused.value.user_text.startswith("pictures is a whole number from 0 to 1,000, or clear, not “")
    assert len(refused.value.user_text) < 120


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2026-12-31", date(2026, 12, 31)),
        (" 2028-02-29 ", date(2028, 2, 29)),
        ("12h", timedelta(hours=12)),
        ("30d", timedelta(days=30)),
        ("1 Day", timedelta(days=1)),
        ("2 weeks", timedelta(weeks=2)),
        ("3660d", timedelta(days=3660)),
    ],
)
def test_an_end_is_a_day_or_a_time(typed: object, value: date | timedelta) -> None:
    """However people spell it."""
    assert UNTIL.parse("until", typed) == value


@pytest.mark.parametrize("typed", ["2026-02-29", "2026-13-01", "31.12.2026", "20261231", "2026-W01-1", "9999-12-31"])
def test_what_is_no_day_is_refused(typed: object) -> None:
    """In the one way that everybody reads alike."""
    with pytest.raises(BadInput):
        UNTIL.parse("until", typed)


@pytest.mark.parametrize("typed", ["0d", "-3d", "3661d", "9999w", "30", "1.5d", "soon", "", 7, "9" * 5000])
def test_what_is_no_end_is_refused(typed: object) -> None:
    """With what would be one."""
    with pytest.raises(BadInput) as refused:
        UNTIL.parse("until", typed)
    assert refused.value.user_text.startswith("until is a day such as 2026-12-31, or a time such as 30d or 12h, not “")
    assert len(refused.value.user_text) < 130


def test_both_say_what_can_be_typed() -> None:
    """Menus and help are drawn from it."""
    assert (LIMIT.values, UNTIL.values) == (("clear",), ())
