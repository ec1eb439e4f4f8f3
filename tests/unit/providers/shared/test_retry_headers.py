"""How the headers of an answer say how long to wait."""

from datetime import timedelta

import pytest

from bot.providers.shared.retry_headers import retry_after

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
    ],
)
def test_every_way_to_say_it_is_understood_or_ignored(headers: dict[str, str], wait: timedelta | None) -> None:
    """Milliseconds before seconds before dates, and nonsense is no wait at all."""
    assert retry_after(headers) == wait
