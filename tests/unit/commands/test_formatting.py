"""Asks how amounts, moments and lengths of time are said."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.commands.formatting import membership_text, moment_text, one_line, time_left, until_text
from bot.domain.people import PREMIUM
from bot.domain.rules import Membership

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YEAR = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (timedelta(seconds=-5), "in less than a minute"),
        (timedelta(seconds=59), "in less than a minute"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(minutes=59, seconds=59), "in 59 minutes"),
        (timedelta(hours=1), "in 1 hour"),
        (timedelta(hours=4, minutes=40), "in 5 hours"),
        (timedelta(hours=47), "in 47 hours"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(days=30, hours=3), "in 30 days"),
    ],
)
def test_time_is_rounded_as_people_do(left: timedelta, says: str) -> None:
    """Nobody counts seconds till midnight."""
    assert time_left(left) == says


def test_a_moment_is_told_in_the_zone() -> None:
    """Of whoever reads it."""
    assert moment_text(NEW_YEAR, BERLIN) == "1 January 2027, 00:00"
    assert moment_text(NEW_YEAR, ZoneInfo("UTC")) == "31 December 2026, 23:00"


def test_midnight_is_the_end_of_the_day_before() -> None:
    """As the day was typed."""
    assert until_text(NEW_YEAR, BERLIN) == "until the end of 31 December 2026"
    assert until_text(NEW_YEAR, ZoneInfo("UTC")) == "until 31 December 2026, 23:00 UTC"
    assert membership_text(Membership(PREMIUM, NEW_YEAR), BERLIN) == "premium until the end of 31 December 2026"
    assert membership_text(Membership(PREMIUM), BERLIN) == "premium"


@pytest.mark.parametrize(
    ("typed", "line"),
    [("  a \n b\t", "a b"), ("a\u202eb\u200bc\x00d", "a b c d"), ("Zoë 🎨 العربية", "Zoë 🎨 العربية"), ("\n", "")],
)
def test_words_are_put_on_one_line(typed: str, line: str) -> None:
    """Without what readers cannot see."""
    assert one_line(typed) == line
