"""Parses error responses of OpenAI and of gateways into one shape."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.providers.shared.model_errors import is_out_of_memory
from bot.providers.shared.model_loading import estimated_time, is_loading
from bot.providers.shared.retry_headers import requests_per_minute, retry_after

_REQUEST_IDS = ("x-request-id", "apim-request-id", "x-ms-request-id", "request-id")
_LONGEST_ID = 200
_MOST_TEXTS = 1000
_LONGEST_TEXT = 20_000
_VIOLATIONS = re.compile(r"safety_violations=\[([a-z_/, -]{1,200})\]")
_LIMIT = re.compile(r"\bLimit:? (\d{1,6}) ?/ ?(?:1 ?)?min\b")
"""How a message names how many pictures a minute may be asked for: the headers speak of other limits."""

_CODE = re.compile(r"[A-Za-z0-9_.:,/\[\]-]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorResponse:
    """One error answer. `status` is None when it came in the midst of a stream or of an answer called 200.

    `message` may repeat the prompt or a part of the key: it is searched and
    never passed on. So is `searchable_text`: all words of the answer, its keys
    included, without anything between their letters. `invalid_parameters` are the
    parameters that a list of validation errors points at.
    """

    status: int | None = None
    code: str = ""
    type: str = ""
    param: str = ""
    message: str = ""
    searchable_text: str = ""
    invalid_parameters: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    request_id: str | None = None
    is_loading: bool = False
    is_out_of_memory: bool = False
    retry_after: timedelta | None = None
    per_minute: int | None = None

    def __str__(self) -> str:
        """Return what the log may hold: codes, and nothing that anybody typed."""
        parts = {
            "status": self.status,
            "type": self.type,
            "code": self.code,
            "param": self.param or ",".join(self.invalid_parameters),
        }
        return " ".join(f"{name}={_loggable_code(value)}" for name, value in parts.items() if value) or "an error without a code"


def parse_error_body(body: object, *, request_id: str | None = None) -> ErrorResponse:
    """Return what an error's JSON says: OpenAI's own shape, bare or under `error`; nothing of any other shape."""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    fields = error if isinstance(error, Mapping) else {}
    message = error if isinstance(error, str) else _text(fields.get("message"))
    return ErrorResponse(
        code=_text(fields.get("code")),
        type=_text(fields.get("type")),
        param=_text(fields.get("param")),
        message=message,
        searchable_text=_searchable_text(body),
        invalid_parameters=_invalid_parameters(body),
        categories=_parse_categories(fields, message),
        request_id=request_id,
    )


def parse_error_response(body: object, status: int, headers: Mapping[str, str]) -> ErrorResponse:
    """Parse a response whose status says that it is an error."""
    response = parse_error_body(body, request_id=read_request_id(headers))
    return replace(
        response,
        status=status,
        is_loading=is_loading(status, body),
        is_out_of_memory=is_out_of_memory(status, body),
        retry_after=retry_after(headers) or estimated_time(body),
        per_minute=_limit_of(response.message) or requests_per_minute(headers),
    )


def read_request_id(headers: Mapping[str, str]) -> str | None:
    """Return the service's own id of the request, by which its support finds it."""
    found = next((headers[name] for name in _REQUEST_IDS if headers.get(name)), None)
    return found if found and found.isprintable() and len(found) <= _LONGEST_ID else None


def _parse_categories(fields: Mapping[str, object], message: str) -> tuple[str, ...]:
    details = fields.get("moderation_details")
    named = details.get("categories") if isinstance(details, Mapping) else None
    if isinstance(named, list):
        return tuple(name for name in named if isinstance(name, str))
    found = _VIOLATIONS.search(message)
    return tuple(name.strip() for name in found[1].split(",")) if found else ()


def _searchable_text(body: object) -> str:
    """Return the letters of all keys and texts, in lower case; no more of a huge answer than decides what it is."""
    found: list[str] = []
    waiting = [body]
    while waiting and len(found) < _MOST_TEXTS:
        each = waiting.pop()
        if isinstance(each, str):
            found.append("".join(filter(str.isalpha, each[:_LONGEST_TEXT])).lower())
        elif isinstance(each, Mapping):
            waiting.extend(part for pair in each.items() for part in pair)
        elif isinstance(each, list):
            waiting.extend(each)
    return " ".join(found)


def _invalid_parameters(body: object) -> tuple[str, ...]:
    """Return the parameters that FastAPI and its like name: `{"detail": [{"loc": ["body", "size"], …}]}`, Mistral's message."""
    fields = body if isinstance(body, Mapping) else {}
    message = fields.get("message")
    listed = (message if isinstance(message, Mapping) else fields).get("detail")
    places = [entry.get("loc") for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
    return tuple(str(place[1]) for place in places if isinstance(place, list) and len(place) > 1)


def _limit_of(message: str) -> int | None:
    found = _LIMIT.search(message[:_LONGEST_TEXT])
    return int(found[1]) or None if found else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _loggable_code(value: object) -> str:
    text = str(value)
    return text if _CODE.fullmatch(text) else "(not a code)"
