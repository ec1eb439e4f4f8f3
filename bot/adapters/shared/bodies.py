"""Reads HTTP bodies with a limit of size and of time."""

import asyncio
import json
from collections.abc import AsyncIterable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from starlette.requests import ClientDisconnect

LARGEST_BODY = 64 * 1024
"""Bytes of a request's body."""

BODY_TIMEOUT = timedelta(seconds=10)
"""How long a body may take to arrive."""


class BodyRefused(Exception):
    """A body is too large, too slow, or not whole; `status` is what HTTP calls that."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


async def read_body(parts: AsyncIterable[bytes], *, largest: int = LARGEST_BODY, time_limit: timedelta = BODY_TIMEOUT) -> bytes:
    """Return the whole body.

    Raises:
        BodyRefused: It is more than `largest` bytes, not all there within `time_limit`, or its sender has left.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(time_limit.total_seconds()):
            async for part in parts:
                body += part
                if len(body) > largest:
                    raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except TimeoutError:
        raise BodyRefused(HTTPStatus.REQUEST_TIMEOUT) from None
    except ClientDisconnect:
        raise BodyRefused(HTTPStatus.BAD_REQUEST) from None
    return bytes(body)


def parse_json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object that a body is; None for anything else."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None
