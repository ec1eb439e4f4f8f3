"""A batch of one drawing: the line that it is made of, how it stands, and what came of the line."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.domain.images import DrawingId, ImageRequest
from bot.errors import PromptRefused
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.openai.error_response import parse_error_body
from bot.providers.openai.errors import translate_error_response
from bot.providers.openai.image_response import ImageResponse, parse_image_response

ENDPOINT: Final = "/v1/images/generations"

_FINAL = {"completed", "failed", "expired", "cancelled"}
"""Any other state, of those too that nobody knows yet, is one of work."""

_LATE = {"expired", "batch_expired"}
_CANCELLED = {"cancelled", "batch_cancelled"}
_TOO_MANY_TOKENS = "token_limit_exceeded"
_OK = 200
_CALLER_ERROR = 400


def input_line(request: ImageRequest, model: str) -> bytes:
    """Return the file that asks for one drawing."""
    body = {
        "model": model,
        "prompt": request.prompt,
        "n": request.count,
        "size": str(request.size),
        "quality": request.quality.value,
        "safety_identifier": request.author,
    }
    line = {"custom_id": request.drawing, "method": "POST", "url": ENDPOINT, "body": body}
    return json.dumps(line).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """The fields of a batch, as the service tells them."""

    fields: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Return the service's own id."""
        found = self.fields.get("id")
        return found if isinstance(found, str) else ""

    @property
    def is_final(self) -> bool:
        """Whether nothing more comes."""
        return self.fields.get("status") in _FINAL

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files that may hold our line: of what was drawn, and of what was not."""
        found = (self.fields.get(name) for name in ("output_file_id", "error_file_id"))
        return tuple(file for file in found if isinstance(file, str) and file)

    def is_of(self, drawing: str) -> bool:
        """Whether it is the batch of that drawing."""
        metadata = self.fields.get("metadata")
        return isinstance(metadata, Mapping) and metadata.get("drawing") == drawing

    def failure(self, provider: str) -> PromptRefused | ProviderFailed:
        """Return why a final batch holds nothing of our line, which then costs nothing."""
        listed = self.fields.get("errors")
        errors = listed.get("data") if isinstance(listed, Mapping) else None
        if self.fields.get("status") == "completed":
            return OutcomeUnknown(provider, "a batch without its line", fault=ProviderFault.BAD_ANSWER, request_id=self.id)
        error = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
        return _failure(error, self.fields.get("status"), _CALLER_ERROR, provider, self.id)


@dataclass(frozen=True, slots=True)
class BatchLine:
    """What came of our line."""

    fields: Mapping[str, Any]

    @property
    def request_id(self) -> str | None:
        """Return the service's own id of the request, by which its support finds it."""
        found = self._response.get("request_id")
        return found if isinstance(found, str) and found else None

    @property
    def images(self) -> ImageResponse | None:
        """Return the pictures; None where it was not drawn."""
        body = self._response.get("body")
        is_drawn = self._response.get("status_code") == _OK and isinstance(body, Mapping)
        return parse_image_response(body) if is_drawn and body is not None else None

    def failure(self, provider: str) -> PromptRefused | ProviderFailed:
        """Return why it was not drawn, which costs nothing."""
        body, status = self._response.get("body"), self._response.get("status_code")
        error = self.fields.get("error") or (body.get("error") if isinstance(body, Mapping) else None)
        return _failure(error if isinstance(error, Mapping) else {}, None, status, provider, self.request_id)

    @property
    def _response(self) -> Mapping[str, Any]:
        found = self.fields.get("response")
        return found if isinstance(found, Mapping) else {}


def find_line(content: bytes, drawing: DrawingId) -> BatchLine | None:
    """Return the line of a drawing in a file, which may be megabytes: call this off the event loop."""
    for text in content.splitlines():
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(fields, dict) and fields.get("custom_id") == drawing:
            return BatchLine(fields)
    return None


def _failure(
    error: Mapping[str, Any], state: object, status: object, provider: str, request_id: str | None
) -> PromptRefused | ProviderFailed:
    """Return what an error means: whatever it is, only lines that were drawn are charged for."""
    code = error.get("code") or state
    if code in _LATE:
        return ProviderFailed(provider, "not begun within a day", fault=ProviderFault.TIMED_OUT, request_id=request_id)
    if code in _CANCELLED:
        return ProviderFailed(provider, "cancelled", fault=ProviderFault.BAD_ANSWER, request_id=request_id)
    if code == _TOO_MANY_TOKENS:
        return ProviderFailed(provider, str(code), fault=ProviderFault.RATE_LIMITED, request_id=request_id)
    parsed = parse_error_body(error, request_id=request_id)
    failure = translate_error_response(replace(parsed, status=status if isinstance(status, int) else None), provider)
    if isinstance(failure, OutcomeUnknown):
        return ProviderFailed(provider, str(failure), fault=failure.fault, request_id=request_id)
    return failure
