"""The RabbitMQ that a house is told to use, and what is wrong where it cannot. Importing this needs `easel[rabbitmq]`."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import (
    CONNECTION_EXCEPTIONS,
    AuthenticationError,
    ChannelPreconditionFailed,
    InvalidFrameError,
    ProbableAuthenticationError,
)

from bot.errors import ConfigError

T = TypeVar("T")

PATIENCE = timedelta(seconds=5)

FAILURES = CONNECTION_EXCEPTIONS
"""What a connection that goes, or does not come, raises; a time-out is an OSError."""

_HEARTBEAT_S = 20
_CANCELS = 25
_BETWEEN_CANCELS_S = 0.2


async def within_patience(work: Coroutine[object, object, T], patience: timedelta = PATIENCE) -> T:
    """Wait for the work in a task of its own: aiormq turns it into a bare `Exception` when work of its own is cancelled.

    Raises:
        TimeoutError: It takes too long.
        ConnectionError: aiormq closed the channel meanwhile.
    """
    task = asyncio.create_task(work)
    task.add_done_callback(lambda task: task.cancelled() or task.exception())  # looked at, also where nobody waits any more
    try:
        await asyncio.wait({task}, timeout=patience.total_seconds())
    finally:
        is_late = not task.done()
        await _end(task)
    if is_late:
        raise TimeoutError("no answer in time")
    try:
        return task.result()
    except Exception as error:
        if type(error) is Exception:
            raise ConnectionError("the channel was closed") from error
        raise


async def _end(task: "asyncio.Task[T]") -> None:
    """Cancel what takes too long, again and again: a connection that is cancelled while it closes waits once more, for ever.

    A loop cancels what is left only once and then waits for it, so a process would not end.
    """
    for _ in range(_CANCELS):
        if task.done():
            return
        task.cancel()
        await asyncio.wait({task}, timeout=_BETWEEN_CANCELS_S)


async def connect(url: str) -> AbstractConnection:
    """Return a connection that notices within a minute when nobody is there any more."""
    for name in ("aio_pika", "aiormq"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # they say each failure several times; we say it once
    query = urlsplit(url).query
    if "heartbeat" not in parse_qs(query):
        url += f"{'&' if query else '?'}heartbeat={_HEARTBEAT_S}"
    return await within_patience(aio_pika.connect(url))


@asynccontextmanager
async def refusing(url: str) -> AsyncIterator[None]:
    """Turn a failure into a `ConfigError` with a sentence that says why and never says the password.

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


async def examine(url: str) -> str:
    """Return name and version of the server, and where it is.

    Raises:
        ConfigError: It cannot be used.
    """
    async with refusing(url), await connect(url) as connection:
        transport = connection.transport
        version = None if transport is None else transport.connection.server_properties.get("version")
        known = version if isinstance(version, str) else "of an unknown version"
        return f"RabbitMQ {known} at {urlsplit(url).netloc.rpartition('@')[2]}"
