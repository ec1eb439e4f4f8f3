"""How the API says no: `ok: false`, a code, and sometimes sentences."""

import math
from collections.abc import Sequence

from tests.fakes.slack.wire import Json


class ApiError(Exception):
    """An answer with `ok: false`. `messages` go into `response_metadata`, `more` beside the code."""

    def __init__(self, code: str, messages: Sequence[str] = (), *, status: int = 200, more: Json | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.messages = tuple(messages)
        self.more = more or {}
        self.headers: dict[str, str] = {}

    def json(self) -> Json:
        """Return the answer's body."""
        body: Json = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {one}" for one in self.messages]}
        return body


class RateLimited(ApiError):
    """Too many of a method: status 429 and `Retry-After` in whole seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("ratelimited", status=429)
        self.retry_after = max(1, math.ceil(retry_after))
        self.headers = {"Retry-After": str(self.retry_after)}


def refused_blocks(errors: Sequence[str]) -> ApiError:
    """Return the error for blocks of a message that break the rules."""
    return ApiError("invalid_blocks", errors, more={"errors": list(errors)})
