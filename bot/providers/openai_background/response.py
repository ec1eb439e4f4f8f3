"""A response as it is retrieved: whether it has ended, what it drew, and why it did not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import PromptRefused
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.openai.error_response import parse_error_body
from bot.providers.openai.errors import translate_error_response
from bot.providers.openai.image_response import TokenUsage, parse_usage

_FINAL = {"completed", "failed", "cancelled", "incomplete"}
"""Any other state, of those too that nobody knows yet, is one of work."""


@dataclass(frozen=True, slots=True)
class BackgroundResponse:
    """The fields of a response."""

    fields: Mapping[str, Any]

    @property
    def is_final(self) -> bool:
        """Whether nothing more comes."""
        return self.fields.get("status") in _FINAL

    @property
    def picture(self) -> str | None:
        """Return the picture as base64."""
        found = self._call.get("result")
        return found if isinstance(found, str) and found else None

    @property
    def picture_usage(self) -> TokenUsage | None:
        """Return what the tool used; the service may leave it out, or say 0 where it has no record."""
        tools = self.fields.get("tool_usage")
        return parse_usage(tools.get("image_gen")) if isinstance(tools, Mapping) else None

    @property
    def text_usage(self) -> TokenUsage | None:
        """Return what the text model used."""
        return parse_usage(self.fields.get("usage"))

    def failure(self, provider: str, request_id: str) -> PromptRefused | ProviderFailed:
        """Return why there is no picture; without any reason it may have been the words."""
        error = self._error
        if error is not None:
            failure = translate_error_response(parse_error_body(error, request_id=request_id), provider)
            if not isinstance(failure, OutcomeUnknown):
                return failure
        reason = f"status={self.fields.get('status')} code={(error or {}).get('code')}"
        is_cancelled = self.fields.get("status") == "cancelled"
        fault = ProviderFault.BAD_ANSWER
        return ProviderFailed(provider, reason, fault=fault, request_id=request_id, may_be_refusal=not is_cancelled)

    @property
    def _error(self) -> Mapping[str, Any] | None:
        """Return what the tool, the service, its filter or the text model said, in the shape of an error."""
        details = self.fields.get("incomplete_details") or {}
        filtered = {"code": "content_filter"} if details.get("reason") == "content_filter" else None
        parts = [part for item in self._items("message") for part in item.get("content") or ()]
        refused = {"code": "invalid_prompt"} if any(part.get("type") == "refusal" for part in parts) else None
        return self._call.get("error") or self.fields.get("error") or filtered or refused

    @property
    def _call(self) -> Mapping[str, Any]:
        return next(iter(self._items("image_generation_call")), {})

    def _items(self, kind: str) -> list[Mapping[str, Any]]:
        items = self.fields.get("output")
        return [item for item in items or () if isinstance(item, Mapping) and item.get("type") == kind]
