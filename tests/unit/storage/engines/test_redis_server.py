"""Is a Redis that will not do named, and is its absence said in a line?"""

import logging

import pytest
from structlog.testing import capture_logs

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


@pytest.mark.parametrize(("policy", "said"), [("allkeys-lru", 1), ("noeviction", 0), ("volatile-ttl", 0)])
def test_a_redis_that_throws_jobs_away_is_named(policy: str, said: int) -> None:
    """A full memory must refuse new jobs, and not lose old ones."""
    with capture_logs() as logs:
        _check_facts({"redis_version": "7.2.4", "maxmemory_policy": policy}, "There ")
    assert [entry["event"] for entry in logs] == ["engine.evicts"] * said


@pytest.mark.parametrize(("error", "is_short"), [(Unreachable("Error 111"), True), (ValueError("a mistake"), False)])
def test_an_outage_is_a_line_and_a_mistake_keeps_its_traceback(error: Exception, is_short: bool) -> None:
    """Docket complains every second."""
    record = logging.LogRecord("docket.worker", logging.WARNING, "", 1, "retrying in %s...", ("1s",), (type(error), error, None))
    assert _OutageFilter().filter(record)
    assert (record.exc_info is None) is is_short
    assert record.getMessage() == ("retrying in 1s... (ConnectionError: Error 111)" if is_short else "retrying in 1s...")
