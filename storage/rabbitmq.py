"""The RabbitMQ that a house is told to use, and what is wrong where it cannot. Importing this needs `easel[rabbitmq]`."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import (
    CONNECTION_EXCEPTIONS,
    AuthenticationError,
    ChannelPreconditionFailed,
    InvalidFrameError,
    ProbableAuthenticationError,
)
from yarl import URL

from bot.errors import ConfigError

PATIENCE = timedelta(seconds=5)

FAILURES = CONNECTION_EXCEPTIONS
"""What a connection that goes, or does not come, raises; a time-out is an OSError."""

_HEARTBEAT_S = 20


async def connect(url: str) -> AbstractConnection:
    """Return a connection that notices within a minute when nobody is there any more."""
    for name in ("aio_pika", "aiormq"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # they say each failure several times; we say it once
    address = URL(url)
    if "heartbeat" not in address.query:
        address = address.update_query(heartbeat=_HEARTBEAT_S)
    return await aio_pika.connect(address, timeout=PATIENCE.total_seconds())


@asynccontextmanager
async def refusing(url: str) -> AsyncIterator[None]:
    """Turn what goes wrong into a sentence that says why and never says the password.

    Raises:
        ConfigError: Something did.
    """
    where = f"[engine] url names RabbitMQ at {urlsplit(url).netloc.rpartition('@')[2]}, "
    try:
        yield
    except (AuthenticationError, ProbableAuthenticationError) as error:
        raise ConfigError(f"{where}which refuses the name or password in it: check both.") from error
    except ChannelPreconditionFailed as error:
        text = f"{where}where a queue or exchange of ours is of another kind: {error}. Delete it there, or choose another prefix."
        raise ConfigError(text) from error
    except InvalidFrameError as error:  # in place of the reason, which aiormq keeps to itself
        raise ConfigError(f"{where}which does not let us in: check the virtual host behind the host and its /.") from error
    except FAILURES as error:
        text = f"{where}which does not answer: start it, mend the address, or leave url empty to work on this machine only."
        raise ConfigError(text) from error
