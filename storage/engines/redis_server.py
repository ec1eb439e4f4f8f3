"""The Redis that a house is told to use: whether it will do, and what is said of it while it is away."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import structlog
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, AuthorizationError, RedisError, ResponseError

from bot.domain.people import Tier
from bot.errors import ConfigError
from storage.engines.queue_workers import has_worker

log = structlog.get_logger(__name__)

_OLDEST = (6, 2)
_PATIENCE = timedelta(seconds=5)
_MOST_CONNECTIONS = 1000
_DOCKET_LOGGERS = ("docket.worker", "docket.strikelist", "docket._redelivery")


def with_room(url: str) -> str:
    """Return the address with a pool large enough for `slots` jobs: redis-py 8 stops at 100 connections, and docket stalls."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    options.setdefault("max_connections", str(_MOST_CONNECTIONS))
    return urlunsplit(parts._replace(query=urlencode(options)))


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a Redis says of itself and of a prefix: whose it is while one of that house runs, and which tiers nobody serves."""

    name: str
    version: str
    place: str
    policy: str
    now: datetime
    deployment: str | None
    unserved: tuple[Tier, ...]

    @property
    def evicts(self) -> bool:
        """Return whether it may evict keys that have no expiry."""
        return self.policy.startswith("allkeys-")


async def check_server(url: str, patience: timedelta) -> None:
    """Check that Redis answers, and that its version will do.

    Raises:
        ConfigError: It does not, with a sentence that says why and never says the password.
    """
    async with _connect(url, patience) as redis:
        _check_facts(await redis.info(), _where(url))


async def examine_server(url: str, *, prefix: str, tiers: Iterable[Tier], patience: timedelta = _PATIENCE) -> ServerFacts:
    """Return what can be learned about the server; raises as `check_server` does."""
    async with _connect(url, patience) as redis:
        facts = await redis.info()
        _check_facts(facts, _where(url))
        seconds, microseconds = await redis.time()
        now = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
        unserved = [tier for tier in tiers if not await has_worker(redis, f"{prefix}:{tier}")]
        owner = await redis.get(f"{prefix}:deployment")
    is_valkey = "valkey_version" in facts
    return ServerFacts(
        name="Valkey" if is_valkey else "Redis",
        version=str(facts["valkey_version" if is_valkey else "redis_version"]),
        place=_host(url),
        policy=str(facts.get("maxmemory_policy", "")),
        now=now,
        deployment=None if owner is None else owner.decode(),
        unserved=tuple(unserved),
    )


@asynccontextmanager
async def _connect(url: str, patience: timedelta) -> AsyncIterator[Any]:
    where = _where(url)
    try:
        async with asyncio.timeout(patience.total_seconds()), Redis.from_url(url) as redis:
            yield redis
    except (AuthenticationError, AuthorizationError) as error:
        raise ConfigError(f"{where}which refuses the name or password in it: check both.") from error
    except ResponseError as error:
        raise ConfigError(f"{where}which refuses it: {error}.") from error
    except (RedisError, OSError, ValueError) as error:  # a time-out is an OSError
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            text = f"{where}whose TLS certificate this machine does not trust: name its authority by ?ssl_ca_certs=/path/ca.pem."
            raise ConfigError(text) from error
        hint = " (rediss:// needs a port with TLS)" if url.startswith("rediss:") else ""
        text = f"{where}which does not answer: start it, mend the address{hint}, or leave url empty to work on this machine only."
        raise ConfigError(text) from error


def _where(url: str) -> str:
    return f"[engine] url names Redis at {_host(url)}, "


def _check_facts(facts: dict[str, object], where: str) -> None:
    version = str(facts.get("redis_version", ""))
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < _OLDEST:
        raise ConfigError(f"{where}which is version {version}: easel needs Redis 6.2 or newer, or Valkey.")


def _host(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] or parts.path


_SAYS_AWAY = re.compile(r"Redis (is unavailable|error in)")


class _OutageFilter(logging.Filter):
    """Leaves out that Redis is away: docket says it every second for each queue, and `RedisLink` once."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is about something else."""
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, RedisError | OSError) and not _SAYS_AWAY.search(record.getMessage())


_OUTAGE_FILTER = _OutageFilter()


def mute_outages() -> None:
    """Leave out docket's log lines about an absent Redis; calling it again changes nothing."""
    for name in _DOCKET_LOGGERS:
        logging.getLogger(name).addFilter(_OUTAGE_FILTER)
