"""Is a Redis that will not do named, and is its absence not said every second?"""

import logging

import pytest

from bot.errors import ConfigError

pytest.importorskip("redis")

from redis.exceptions import ConnectionError as Unreachable

from storage.engines.redis_server import _check_facts, _OutageFilter, with_room


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://host", "redis://host?max_connections=1000"),
        ("rediss://:a%40b@host:1/2?ssl_ca_certs=/x", "rediss://:a%40b@host:1/2?ssl_ca_certs=%2Fx&max_connections=1000"),
        ("redis://host?max_connections=7", "redis://host?max_connections=7"),
    ],
)
def test_there_is_room_for_many_connections(url: str, expected: str) -> None:
    """Unless somebody has chosen how many."""
    assert with_room(url) == expected


@pytest.mark.parametrize("version", ["6.0.16", "5.0.3", "6.1"])
def test_a_redis_that_is_too_old_is_named(version: str) -> None:
    """It does not know how to hand over what a dead worker left."""
    with pytest.raises(ConfigError, match=r"needs Redis 6\.2"):
        _check_facts({"redis_version": version}, "There ")


@pytest.mark.parametrize("error", [Unreachable("Error 111"), None])
def test_an_outage_is_said_by_nobody_but_the_link(error: Exception | None) -> None:
    """Docket complains every second, once for each queue."""
    text = "Redis error in cancellation listener" if error else "Redis is unavailable, sleeping for 1 second..."
    assert not _OutageFilter().filter(record(text, error))


def test_a_mistake_keeps_its_traceback() -> None:
    """It is none of Redis's."""
    mistake = record("broken", ValueError("a mistake"))
    assert _OutageFilter().filter(mistake)
    assert mistake.exc_info is not None


def record(text: str, error: Exception | None) -> logging.LogRecord:
    """Return what docket would log."""
    return logging.LogRecord("docket.worker", logging.WARNING, "", 1, text, (), (type(error), error, None) if error else None)
