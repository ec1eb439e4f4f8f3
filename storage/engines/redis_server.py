"""The Redis that a house is told to use: whether it will do, and what is said of it while it is away."""

import asyncio
import logging
import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import structlog
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, AuthorizationError, RedisError, ResponseError

from bot.errors import ConfigError

log = structlog.get_logger(__name__)

_OLDEST = (6, 2)
_MOST_CONNECTIONS = 1000
_DOCKET_LOGGERS = ("docket.worker", "docket.strikelist", "docket._redelivery")


def with_room(url: str) -> str:
    """Return the address with room for as many connections as there are jobs: by default the client stops at 100, and stalls."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    options.setdefault("max_connections", str(_MOST_CONNECTIONS))
    return urlunsplit(parts._replace(query=urlencode(options)))


async def check_server(url: str, patience: timedelta) -> None:
    """See whether Redis answers, and whether it keeps what it is given.

    Raises:
        ConfigError: It does not, with a sentence that says why and never says the password.
    """
    where = f"[engine] url names Redis at {_host(url)}, "
    try:
        async with asyncio.timeout(patience.total_seconds()), Redis.from_url(url) as redis:
            facts = await redis.info()
    except (AuthenticationError, AuthorizationError) as error:
        raise ConfigError(f"{where}which refuses the name or password in it: check both.") from error
    except ResponseError as error:
        raise ConfigError(f"{where}which refuses it: {error}.") from error
    except (RedisError, OSError, ValueError) as error:  # a time-out is an OSError
        text = f"{where}which does not answer: start it, mend the address, or leave url empty to work on this machine only."
        raise ConfigError(text) from error
    _check_facts(facts, where)


def _check_facts(facts: dict[str, object], where: str) -> None:
    version = str(facts.get("redis_version", ""))
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < _OLDEST:
        raise ConfigError(f"{where}which is version {version}: easel needs Redis 6.2 or newer, or Valkey.")
    policy = str(facts.get("maxmemory_policy", ""))
    if policy.startswith("allkeys-"):
        text = "It throws away queued jobs when its memory is full: set maxmemory-policy noeviction there."
        log.warning("engine.evicts", policy=policy, text=text)


def _host(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] or parts.path


class _OutageFilter(logging.Filter):
    """Leaves out tracebacks of what Redis does when it is away: docket says it every second, and goes on by itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the record, and let it through."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, RedisError | OSError):
            record.msg, record.args = f"{record.getMessage()} ({type(error).__name__}: {error})", ()
            record.exc_info = None
        return True


_OUTAGE_FILTER = _OutageFilter()


def mute_outages() -> None:
    """Have docket's complaints about an absent Redis be lines; again changes nothing."""
    for name in _DOCKET_LOGGERS:
        logging.getLogger(name).addFilter(_OUTAGE_FILTER)
