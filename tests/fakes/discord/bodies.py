"""Reading a request's body: JSON, or a form with `payload_json` and `files[n]`."""

import json
import re
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from tests.fakes.discord.errors import ApiError, Known
from tests.fakes.discord.files import Upload
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.wire import Json

_FILE = re.compile(r"files\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent: the JSON, and the files by their number."""

    payload: Json = field(default_factory=dict)
    files: dict[int, Upload] = field(default_factory=dict)

    def part(self, key: str) -> "Body":
        """Return the same files with only a part of the JSON."""
        return Body(self.payload.get(key) or {}, self.files)


async def read_body(request: web.Request, limits: Limits) -> Body:
    """Read the whole body.

    Raises:
        ApiError: It is too large, or not what it says it is.
    """
    if request.content_type != "multipart/form-data":
        raw = await request.read()
        if len(raw) > limits.request_bytes:
            raise ApiError.of(Known.TOO_LARGE)
        return Body(_parsed(raw) if raw else {})
    payload: Json = {}
    files: dict[int, Upload] = {}
    total = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise ApiError(400, 50035, "Invalid Form Body")
        content = bytes(await part.read())
        total += len(content)
        if number := _FILE.fullmatch(part.name or ""):
            files[int(number[1])] = Upload(part.filename or "unknown", content)
        elif part.name == "payload_json":
            payload = _parsed(content)
    if total > limits.request_bytes:
        raise ApiError.of(Known.TOO_LARGE)
    return Body(payload, files)


def _parsed(raw: bytes) -> Json:
    try:
        value = json.loads(raw)
    except ValueError:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None
    return value if isinstance(value, dict) else {"list": value}
