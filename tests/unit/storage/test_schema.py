"""Asks whether moments come back from the tables as they went in, and in order."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from storage.schema.base import Moment

DIALECT = sqlite.dialect()
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001 - zones are drawn apart


def kept(moment: datetime) -> int:
    """Return what stands in the table."""
    number = Moment().process_bind_param(moment, DIALECT)
    assert number is not None
    return number


@settings(deadline=None)
@given(MOMENTS)
def test_a_moment_comes_back_the_same_and_in_utc(moment: datetime) -> None:
    """To the microsecond, whatever its zone was."""
    back = Moment().process_result_value(kept(moment), DIALECT)
    assert back == moment
    assert back is not None
    assert back.tzinfo is UTC


@settings(deadline=None)
@given(MOMENTS, MOMENTS)
def test_moments_are_kept_in_their_order(one: datetime, other: datetime) -> None:
    """So that the database can sort and compare them."""
    assert (kept(one) < kept(other)) == (one < other)


def test_no_moment_is_no_moment() -> None:
    """Both ways."""
    assert Moment().process_bind_param(None, DIALECT) is None
    assert Moment().process_result_value(None, DIALECT) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    """Nobody could say when it was."""
    with pytest.raises(TypeError):
        kept(datetime(2026, 3, 14))  # noqa: DTZ001 - that is what is asked
