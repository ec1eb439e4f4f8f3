"""How the headers of an answer say how long to wait, and how many requests a minute are taken."""

from datetime import timedelta

import pytest

from bot.providers.shared.retry_headers import requests_per_minute, retry_after

NOW = "Sat, 21 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"retry-after": "20"}, timedelta(seconds=20)),
        ({"retry-after": "1.5"}, timedelta(seconds=1.5)),
        ({"retry-after-ms": "250"}, timedelta(milliseconds=250)),
        ({"retry-after-ms": "250", "retry-after": "20"}, timedelta(milliseconds=250)),
        ({"retry-after-ms": "soon", "retry-after": "20"}, timedelta(seconds=20)),
        ({"retry-after": "Sat, 21 Nov 2026 12:01:30 GMT", "date": NOW}, timedelta(seconds=90)),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT", "date": NOW}, None),
        ({"retry-after": "Sat, 21 Nov 2026 12:01:30 GMT"}, None),
        ({"retry-after": "Sat, 21 Nov 2026 12:01:30 GMT", "date": "yesterday"}, None),
        ({"retry-after": "Sat, 21 Nov 2026 12:01:30", "date": NOW}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e300"}, timedelta(days=1)),
        ({"retry-after": "after lunch", "date": NOW}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m12s"}, timedelta(seconds=72)),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20ms"}, timedelta(milliseconds=20)),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1h0m0.5s"}, timedelta(hours=1, seconds=0.5)),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "7"}, timedelta(seconds=7)),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon"}, None),
        ({"x-ratelimit-remaining-requests": "0"}, None),
        ({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "12s"}, None),
        ({"retry-after": "2", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "9s"}, timedelta(seconds=2)),
    ],
)
def test_every_way_to_say_it_is_understood_or_ignored(headers: dict[str, str], wait: timedelta | None) -> None:
    """Milliseconds before seconds before dates, and nonsense is no wait at all."""
    assert retry_after(headers) == wait


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        ({}, None),
        ({"x-ratelimit-limit-requests": "60", "x-ratelimit-reset-requests": "1s"}, 60),
        ({"x-ratelimit-limit-requests": "60"}, 60),
        ({"x-ratelimit-limit-requests": "14400", "x-ratelimit-reset-requests": "2m59.56s"}, None),
        ({"x-ratelimit-limit-requests": "0"}, None),
        ({"x-ratelimit-limit-requests": "many"}, None),
        ({"x-ratelimit-limit-requests": "1e300"}, 1_000_000),
    ],
)
def test_a_limit_is_one_of_a_minute_or_none(headers: dict[str, str], number: int | None) -> None:
    """What takes longer to come back counts by the day."""
    assert requests_per_minute(headers) == number
